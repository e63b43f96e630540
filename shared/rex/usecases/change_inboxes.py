"""Add and change inboxes; a password is taken once, kept as a secret, and never returned.

The row changes first, so that nobody's password is replaced by who may not; until the secret follows, the login cannot be checked.
"""

from hashlib import scrypt
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class InboxFields(BaseModel):
    """Fields of an inbox, which the database checks, and its password where it is new."""

    model_config = ConfigDict(frozen=True, extra="allow")

    password: Annotated[SecretStr, Field(min_length=1, max_length=500)] | None = None

    def stored(self) -> dict[str, Any]:
        """All but the password."""
        return dict(self.model_extra or {})

    def digest(self) -> str | None:
        """By which the database knows a repeat of the request from one with another password; costly, so that nobody guesses from it."""
        if self.password is None:
            return None
        return scrypt(self.password.get_secret_value().encode(), salt=b"rex_inbox_password", n=2**13, r=8, p=1).hex()


class KeepPassword(Protocol):
    """Keeps an inbox's password as a secret that serves one mail server, and one version of the password; raises Transient."""

    def __call__(self, user_id: UUID, inbox_id: UUID, host: str, version: int, password: str) -> None: ...


def create_inbox(inbox: InboxFields, *, call: Call, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    """Add it unchecked, keep its password, and have the login checked."""
    answer: dict[str, Any] = call("rex_create_inbox", p_fields=inbox.stored(), p_password_digest=inbox.digest())
    return _keep(answer, inbox, keep_password, nudge)


def update_inbox(inbox_id: UUID, inbox: InboxFields, *, call: Call, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    """Change it; a new host without a new password is refused, so that no password goes to a server it was not given for."""
    answer: dict[str, Any] = call(
        "rex_update_inbox",
        p_inbox_id=str(inbox_id),
        p_changes=inbox.stored(),
        p_new_password=inbox.password is not None,
        p_password_digest=inbox.digest(),
    )
    return _keep(answer, inbox, keep_password, nudge)


def _keep(answer: dict[str, Any], inbox: InboxFields, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    version, keep = answer.pop("password_version"), answer.pop("keep_password")
    if inbox.password is not None and keep:
        keep_password(UUID(answer["user_id"]), UUID(answer["inbox_id"]), answer["host"], version, inbox.password.get_secret_value())
    nudge(Queue.INBOXES)
    return answer
