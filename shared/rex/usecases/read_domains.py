"""The domain pool: health and the interval behind it, caps, ramp, inboxes, who uses a domain and what happened to it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rex.domain.commands import Call
from rex.domain.cursors import read_cursor_of, write_cursor_of
from rex.domain.states import DomainStatus, DomainTier
from rex.errors import Rejected

_KEY = TypeAdapter(tuple[str, tuple[str, UUID]])


class DomainSort(StrEnum):
    """By what a list of domains is sorted; a minus turns it round."""

    DOMAIN = "domain"
    DOMAIN_DOWN = "-domain"
    REPUTATION = "reputation"
    REPUTATION_DOWN = "-reputation"
    CREATED_AT = "created_at"
    CREATED_AT_DOWN = "-created_at"


class DomainQuery(BaseModel):
    """Which domains; states are separated by commas, `q` is part of a name, the cursor is the `next` of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str | None = None
    tier: DomainTier | None = None
    campaign_id: UUID | None = None
    q: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\x00]*$")] | None = None
    sort: DomainSort = DomainSort.DOMAIN
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def list_domains(query: DomainQuery, call: Call) -> dict[str, Any]:
    """One page; `next` is the cursor of the page after it, None on the last."""
    after = read_cursor_of(query.sort, query.cursor, _KEY) or (None, None)
    found: dict[str, Any] = call(
        "rex_list_domains",
        p_statuses=_statuses(query.status),
        p_tier=query.tier,
        p_campaign_id=query.campaign_id and str(query.campaign_id),
        p_text=query.q,
        p_sort=query.sort.removeprefix("-"),
        p_descending=query.sort.startswith("-"),
        p_after_key=after[0],
        p_after_id=after[1] and str(after[1]),
        p_limit=query.limit,
    )
    return {"items": found["items"], "next": write_cursor_of(query.sort, found["next"])}


def _statuses(text: str | None) -> list[str] | None:
    known = {status.value for status in DomainStatus}
    statuses = text.split(",") if text else None
    if statuses and not known.issuperset(statuses):
        raise Rejected(422, "status_unknown", "A status is not known.", f"Use some of {', '.join(sorted(known))}, separated by commas.")
    return statuses
