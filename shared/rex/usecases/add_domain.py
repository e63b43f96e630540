"""Add a domain of the account's own to its pool."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class NewDomain(BaseModel):
    """Its name in ASCII, and the most it may send a day; without that it is what its inboxes may together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: Annotated[str, Field(min_length=4, max_length=253)]
    daily_cap: Annotated[int, Field(ge=1, le=100_000)] | None = None


def add_domain(domain: NewDomain, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Add it unverified, which sends nothing, and have it verified."""
    answer: dict[str, Any] = call("rex_add_domain", p_fields=domain.model_dump(exclude_none=True))
    nudge(Queue.INBOXES)
    return answer
