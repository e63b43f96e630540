"""The Supabase project a stack works with, embedded or not, as everything else sees it."""

from dataclasses import dataclass
from typing import Literal

import httpx

from local.credentials import Credentials
from local.options import HostedSupabase

_SECONDS = 10


class ProjectUnreachable(RuntimeError):
    """The Supabase project that the environment names does not answer."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Where it is and what opens it; without a database URL nothing but its API can be used."""

    url: str
    publishable_key: str
    secret_key: str
    database_url: str | None
    auth_mode: Literal["jwks", "hs256"]
    jwt_secret: str

    @property
    def public_url(self) -> str:
        """As people type it; functions use the number, because the name may also mean an address nothing listens on."""
        return self.url.replace("//127.0.0.1:", "//localhost:")


def embedded(port: int, credentials: Credentials, database_url: str) -> Project:
    """The embedded project; its Auth signs with a shared secret."""
    return Project(
        url=f"http://127.0.0.1:{port}", publishable_key=credentials.publishable_key, secret_key=credentials.secret_key,
        database_url=database_url, auth_mode="hs256", jwt_secret=credentials.jwt_secret,
    )  # fmt: skip


def hosted(project: HostedSupabase) -> Project:
    """A project of somebody else; only one on this machine may sign with a shared secret. Raises ProjectUnreachable."""
    shared = project.on_loopback and not _publishes_keys(project.url)
    return Project(
        url=project.url, publishable_key=project.publishable_key, secret_key=project.secret_key, database_url=project.database_url,
        auth_mode="hs256" if shared else "jwks", jwt_secret=project.jwt_secret if shared else "",
    )  # fmt: skip


def _publishes_keys(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/auth/v1/.well-known/jwks.json", timeout=_SECONDS).raise_for_status()
        return bool(answer.json().get("keys"))
    except (httpx.HTTPError, ValueError) as error:
        message = f"SUPABASE_URL is {url}, and its Auth does not answer ({error}). Start it, or unset SUPABASE_URL."
        raise ProjectUnreachable(message) from error
