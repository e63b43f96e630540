"""The domain pool: listed, added to, and a domain rotated by hand."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.states import DomainStatus, DomainTier, MissionState
from rex.usecases.add_domain import NewDomain
from rex.usecases.read_account import Login
from rex.usecases.read_domains import DomainQuery, DomainSort
from rex.usecases.rotate_domain import Rotation


class RotationQueued(Answered):
    """The mission that replaces the domain."""

    domain_id: UUID
    mission_id: UUID
    state: MissionState


class DomainAdded(Answered):
    """The new domain, which sends nothing until it is verified."""

    domain_id: UUID
    domain: str
    status: DomainStatus


class Interval(Answered):
    """Between what the reputation may truly lie."""

    low: float
    high: float


class Evidence(Answered):
    """What the reputation rests on, weighted by age."""

    sends: float
    complaints: float
    bounces: float
    blocks: float
    unsubscribes: float
    replies: float


class InboxOfDomain(Answered):
    """An inbox of the domain, with its cap of today."""

    id: UUID
    address: str
    paused_at: AwareDatetime | None
    login: Login
    login_error: str | None
    daily_cap: int
    cap_today: int
    sent_today: int
    warmup_started_at: AwareDatetime | None
    warmed_at: AwareDatetime | None
    next_send_at: AwareDatetime | None


class CampaignOfDomain(Answered):
    """Which campaign the domain serves, and how many of its missions are not over."""

    id: UUID
    name: str
    open_missions: int


class RotationUnderWay(Answered):
    """The mission that rotates it."""

    mission_id: UUID
    state: MissionState
    created_at: AwareDatetime


class HourlyValue(Answered):
    """The reputation as of an hour."""

    at: AwareDatetime
    value: float


class DomainEvent(Answered):
    """What was done with the domain."""

    id: int
    at: AwareDatetime
    actor: UUID | None
    action: str
    from_state: str | None
    to_state: str | None
    mission_id: UUID | None
    reason: str | None
    decision_id: UUID | None
    data: dict[str, Any] | None


class Domain(Answered):
    """A domain with its health, what that rests on, and what it may still send today."""

    id: UUID
    domain: str
    tier: DomainTier
    status: DomainStatus
    reputation: float
    campaign_id: UUID | None
    daily_cap: int | None
    warmup_started_at: AwareDatetime | None
    verified_at: AwareDatetime | None
    verification_error: str | None
    rotated_at: AwareDatetime | None
    measured_at: AwareDatetime | None
    judged_at: AwareDatetime | None
    paused_at: AwareDatetime | None
    pause_reason: str | None
    harm_since: AwareDatetime | None
    created_at: AwareDatetime
    health: Literal["sick", "unproven", "fair", "healthy"]
    because: str | None
    interval: Interval
    evidence: Evidence
    cap_today: int
    sent_today: int
    inboxes: tuple[InboxOfDomain, ...]
    campaign: CampaignOfDomain | None
    rotation: RotationUnderWay | None
    reputations: tuple[HourlyValue, ...]
    history: tuple[DomainEvent, ...]


class Domains(Answered):
    """A page of the pool; `next` is the cursor of the page after it."""

    items: tuple[Domain, ...]
    next: str | None


INBOX = InboxOfDomain(
    id=ANOTHER_ID, address="ann@mail.example.com", paused_at=None, login=Login.CHECKED, login_error=None, daily_cap=40, cap_today=40,
    sent_today=12, warmup_started_at=AT, warmed_at=AT, next_send_at=AT,
)  # fmt: skip
DOMAIN = Domain(
    id=AN_ID, domain="mail.example.com", tier=DomainTier.CUSTOM, status=DomainStatus.ACTIVE, reputation=0.913, campaign_id=ANOTHER_ID,
    daily_cap=None, warmup_started_at=AT, verified_at=AT, verification_error=None, rotated_at=None, measured_at=AT, judged_at=None,
    paused_at=None, pause_reason=None, harm_since=None, created_at=AT,
    health="healthy", because=None, interval=Interval(low=0.861, high=0.944),
    evidence=Evidence(sends=640.5, complaints=0, bounces=3, blocks=0, unsubscribes=2.2, replies=18), cap_today=40, sent_today=12,
    inboxes=(INBOX,), campaign=CampaignOfDomain(id=ANOTHER_ID, name="Spring", open_missions=1), rotation=None,
    reputations=(HourlyValue(at=AT, value=0.913),), history=(),
)  # fmt: skip

ROUTES = (
    Route(
        handler="list_domains",
        asks=DomainQuery(status="active,warming", sort=DomainSort.REPUTATION),
        answers={200: Domains(items=(DOMAIN,), next=None)},
    ),
    Route(
        handler="add_domain",
        sends=NewDomain(domain="mail.example.com"),
        answers={201: DomainAdded(domain_id=AN_ID, domain="mail.example.com", status=DomainStatus.PENDING_VERIFICATION)},
        refuses=(409,),
    ),
    Route(
        handler="rotate_domain",
        sends=Rotation(domain_id=AN_ID),
        answers={201: RotationQueued(domain_id=AN_ID, mission_id=ANOTHER_ID, state=MissionState.QUEUED)},
        refuses=(404, 409),
    ),
)
