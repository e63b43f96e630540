"""What an estimate looks at: who could be written to, when, and through what."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value."""

    model_config = ConfigDict(frozen=True)


class SendingInbox(Frozen):
    """`warming_days`: None when warm; `best` of its last 3 days with sends; `sent` on the first day."""

    daily_cap: int
    warming_days: int | None
    best: int
    sent: int
    spacing_seconds: int


class SendingDomain(Frozen):
    """A domain that would send; without a cap of its own it sends what its inboxes may."""

    daily_cap: int | None
    sent: int
    inboxes: tuple[SendingInbox, ...]


class LeadGroup(Frozen):
    """Leads with a usable address that live by the same clocks and got messages on the same days, the latest first."""

    zones: tuple[str, ...]
    sent_on: tuple[date, ...]
    leads: int


class EstimatedCost(Frozen):
    """In billionths of a dollar: the likely cost, the least and the most, and that of a reply, if as many come as lately."""

    basis: Literal["own_missions", "prices"]
    missions: int
    messages: int
    message_nanos: int
    llm_nanos: int
    compute_nanos: int
    nanos: int
    least_nanos: int
    most_nanos: int
    per_lead: int
    per_reply: int | None
    per_meeting: int | None
    """None until meetings are recorded."""


class EstimateScene(Frozen):
    """All that an estimate looks at; days are of the account's clock, `zone`; `opens` and `closes` are seconds by the leads' clocks."""

    starts_at: AwareDatetime
    zone: str
    paused: Literal["account", "campaign"] | None
    leads: int
    groups: tuple[LeadGroup, ...]
    cap_messages: int | None
    cap_days: int
    opens: int
    closes: int
    days: tuple[int, ...]
    delays_hours: tuple[float, ...]
    collecting_seconds: int
    domains: tuple[SendingDomain, ...]
    messages_ahead: int
    missions_ahead: int
    seconds_per_lead: float | None
    cost: EstimatedCost | None
