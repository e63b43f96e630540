"""What a person sees of their account: its settings, campaigns, inboxes."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rex.domain.commands import Call
from rex.domain.cursors import read_cursor
from rex.domain.pages import page_of

_CAMPAIGN = TypeAdapter(tuple[bool, str])
_INBOX = TypeAdapter(tuple[str])


class Login(StrEnum):
    """How an inbox's login stands."""

    CHECKED = "checked"
    FAILED = "failed"
    UNCHECKED = "unchecked"


class CampaignQuery(BaseModel):
    """Which campaigns, the default one first, then by name; `q` is a part of the name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None
    paused: bool | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class InboxQuery(BaseModel):
    """Which inboxes, by address; `q` is a part of the address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain_id: UUID | None = None
    login: Login | None = None
    paused: bool | None = None
    q: Annotated[str, Field(min_length=1, max_length=320, pattern=r"^[^\x00]*$")] | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def get_account(call: Call) -> dict[str, Any]:
    """The settings of the account, the caller's role in it, and the accounts they may act for."""
    row: dict[str, Any] = call("rex_read_account")
    return row


def list_campaigns(query: CampaignQuery, call: Call) -> dict[str, Any]:
    """One page; `next` is the cursor of the page after it, None on the last."""
    is_default, name = read_cursor(query.cursor, _CAMPAIGN) or (None, None)
    rows: list[dict[str, Any]] = call(
        "rex_list_campaigns",
        p_text=query.q,
        p_paused=query.paused,
        p_after_default=is_default,
        p_after_name=name,
        p_limit=query.limit,
    )
    return page_of(rows, query.limit, "is_default", "name")


def list_inboxes(query: InboxQuery, call: Call) -> dict[str, Any]:
    """One page, with whether each login is checked; never a password."""
    (after,) = read_cursor(query.cursor, _INBOX) or (None,)
    rows: list[dict[str, Any]] = call(
        "rex_list_inboxes",
        p_domain_id=query.domain_id and str(query.domain_id),
        p_login=query.login,
        p_paused=query.paused,
        p_text=query.q,
        p_after=after,
        p_limit=query.limit,
    )
    return page_of(rows, query.limit, "address")
