"""Secrets Manager: the deployment's keys by ARN, the inboxes' passwords by a name REX derives; each read is kept for a while.

Each version of a password is a version of its secret, under an id that REX derives too: of two writers that overtake each other none
undoes what the other kept.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid5

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rex.domain.messages import Inbox
from rex.errors import Transient
from rex.gateways import aws
from rex.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEEP_SECONDS = 300.0
CONNECT_SECONDS = 2
READ_SECONDS = 5
ATTEMPTS = 2
_MISSING = "ResourceNotFoundException"


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Reads and writes secrets; raises Transient when the service does not answer or a secret is missing."""

    client: "SecretsManagerClient"
    arn: str
    signing_arn: str
    prefix: str
    monotonic: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": ATTEMPTS})
        client = aws.client("secretsmanager", config)
        return cls(client=client, arn=settings.secret_arn, signing_arn=settings.signing_secret_arn, prefix=settings.secret_prefix)

    def supabase_secret_key(self) -> str:
        return str(self._keys(self.arn)["supabase_secret_key"])

    def jwt_secret(self) -> str:
        """Signs the tokens of the laptop's embedded Auth; a hosted deployment has none."""
        return str(self._keys(self.signing_arn)["jwt_secret"])

    def signing_key(self) -> bytes:
        """Signs unsubscribe links, and links to messages."""
        return str(self._keys(self.signing_arn)["signing_key"]).encode()

    def openai_api_key(self) -> str:
        """Opens the language model; empty where the deployment has none."""
        return str(self._keys(self.arn).get("openai_api_key") or "")

    def report_smtp_password(self) -> str:
        """Opens the mail server of the deployment; empty where it has none."""
        return str(self._keys(self.arn).get("report_smtp_password") or "")

    def inbox_password(self, inbox: Inbox) -> str:
        """The password of an inbox at one version of its login; raises Transient for one given for another, or another server."""
        key = f"{inbox.inbox_id}:{inbox.login_version}"
        name, version = self._inbox_name(inbox.user_id, inbox.inbox_id), _version_id(inbox.inbox_id, inbox.password_version)
        kept: dict[str, Any] = json.loads(self._read(key, lambda: self._fetch(name, version)))
        if (kept["host"], kept["version"]) != (inbox.host, inbox.password_version):
            del self._kept[key]
            raise Transient("password_missing", "The password for this login is not kept yet.")
        return str(kept["password"])

    def put_inbox_password(self, user_id: UUID, inbox_id: UUID, host: str, version: int, password: str) -> None:
        """Keep one version of an inbox's password, for one mail server."""
        value = json.dumps({"host": host, "version": version, "password": password})
        try:
            self._put(self._inbox_name(user_id, inbox_id), value, _version_id(inbox_id, version))
        except (ClientError, BotoCoreError) as error:
            raise Transient("secrets_unreachable") from error

    def _put(self, name: str, value: str, version: str) -> None:
        known = self.client.exceptions
        try:
            self.client.put_secret_value(SecretId=name, SecretString=value, ClientRequestToken=version)
        except known.ResourceNotFoundException:
            try:
                self.client.create_secret(Name=name, SecretString=value, ClientRequestToken=version)
            except known.ResourceExistsException:  # another made it meanwhile
                self.client.put_secret_value(SecretId=name, SecretString=value, ClientRequestToken=version)

    def _inbox_name(self, user_id: UUID, inbox_id: UUID) -> str:
        return f"{self.prefix}/inboxes/{user_id}/{inbox_id}"

    def _keys(self, arn: str) -> dict[str, str]:
        keys: dict[str, str] = json.loads(self._read(arn, lambda: self._fetch(arn)))
        return keys

    def _read(self, key: str, fetch: Callable[[], str]) -> str:
        until, value = self._kept.get(key, (0.0, ""))
        if self.monotonic() < until:
            return value
        value = fetch()
        self._kept[key] = (self.monotonic() + KEEP_SECONDS, value)
        return value

    def _fetch(self, secret_id: str, version: str | None = None) -> str:
        """The present value where a version has no id of its own: a secret that was put back from a copy."""
        try:
            return self.client.get_secret_value(SecretId=secret_id, **({"VersionId": version} if version else {}))["SecretString"]
        except ClientError as error:
            missing = error.response["Error"]["Code"] == _MISSING
            if missing and version:
                return self._fetch(secret_id)
            raise Transient("secret_missing" if missing else "secrets_unreachable") from error
        except BotoCoreError as error:
            raise Transient("secrets_unreachable") from error


def _version_id(inbox_id: UUID, version: int) -> str:
    return str(uuid5(inbox_id, str(version)))
