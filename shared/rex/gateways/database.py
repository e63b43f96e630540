"""The database behind PostgREST: one factory for clients, one way to call a command.

A command is idempotent by its request id, so one that got no answer is asked once more; what then fails is `Transient`. Who asks a route
waits for one slow try only: its function must live to say that the database did not answer.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any
from uuid import uuid4

import httpx
from postgrest import APIResponse, SyncPostgrestClient
from postgrest.exceptions import APIError

from rex.errors import Rejected, RexError, Transient

TIMEOUT_SECONDS = 8.0
CONNECT_SECONDS = 2.0
"""A connection is tried twice."""
AGAIN_WITHIN_SECONDS = 2.0
_REFUSED = re.compile(r"PT([45]\d\d)")
_KNOWN = {
    "42501": (403, "forbidden", "You may not do this."),
    "PGRST301": (401, "token_invalid", "The access token is not valid."),
    "PGRST302": (401, "token_missing", "Nobody is signed in."),
    "PGRST303": (401, "token_invalid", "The access token is not valid."),
    "401": (401, "token_invalid", "The access token or key is not valid."),
    "403": (403, "forbidden", "You may not do this."),
}
_BAD_INPUT = ("22", "PGRST1")


def http_client() -> httpx.Client:
    """The connections of one process; HTTP/2 connections go stale while a function is frozen, hence 1.1."""
    return httpx.Client(
        timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS), transport=httpx.HTTPTransport(http2=False, retries=1)
    )


@dataclass(frozen=True, kw_only=True)
class Database:
    """PostgREST as one caller sees it; `again_within`: seconds after which it is not asked once more."""

    client: SyncPostgrestClient
    again_within: float = inf

    @classmethod
    def as_machinery(cls, url: str, secret_key: str, http: httpx.Client, again_within: float = inf) -> "Database":
        """Act as service_role; `url` is that of the Supabase project."""
        return cls(client=_client(url, {"apikey": secret_key}, http), again_within=again_within)

    @classmethod
    def as_person(cls, url: str, publishable_key: str, token: str, http: httpx.Client) -> "Database":
        """Act as the signed-in person whose access token this is."""
        return cls(
            client=_client(url, {"apikey": publishable_key, "Authorization": f"Bearer {token}"}, http), again_within=AGAIN_WITHIN_SECONDS
        )

    def call(self, function: str, **arguments: Any) -> Any:
        """The answer of an RPC as it is asked; raises Rejected or Transient."""
        return self.run(lambda: self.client.rpc(function, arguments).execute())

    def command(self, command: str, **arguments: Any) -> Any:
        """The answer of an RPC under a request id drawn for this call; raises Rejected or Transient."""
        return self.call(command, p_request_id=uuid4().hex, **arguments)

    def run(self, query: Callable[[], APIResponse], attempts: int = 2) -> Any:
        """The data a PostgREST query answers with; `query` is called again when it got no answer. Raises Rejected or Transient."""
        began = time.monotonic()
        try:
            return query().data
        except (httpx.HTTPError, APIError) as error:
            known = typed(error)
            if isinstance(known, Rejected) or attempts == 1 or time.monotonic() - began >= self.again_within:
                raise known from error
        return self.run(query, attempts - 1)


def _client(url: str, headers: dict[str, str], http: httpx.Client) -> SyncPostgrestClient:
    return SyncPostgrestClient(f"{url}/rest/v1", headers=headers, http_client=http, retry_enabled=False)


def typed(error: httpx.HTTPError | APIError) -> RexError:
    """The error REX knows for one of PostgREST's; `rex.refuse` puts code and next step into details and hint."""
    if isinstance(error, httpx.HTTPError):
        return Transient("database_unreachable")
    code = str(error.code or "")
    refused = _REFUSED.fullmatch(code)
    if refused:
        return Rejected(int(refused[1]), str(error.details or "refused"), error.message or "Refused.", error.hint or "")
    if code in _KNOWN:
        return Rejected(*_KNOWN[code], "Sign in again, and ask the owner of the account for what you need.")
    if code.startswith(_BAD_INPUT):
        return Rejected(422, "input_invalid", "The database could not read the input.", "Compare the request with the API's description.")
    return Transient(f"database_{code.lower() or 'failed'}")
