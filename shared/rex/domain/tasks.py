"""A task: what a worker claims, what its agent is shown (`rex_task_context`), and what it answers (`rex_complete_task`)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rex.domain.states import Channel, ConsentBasis, LeadOutcome, MissionType, OutreachState, ReviewMode, SuppressionReason


def _minute_of_day(value: object) -> object:
    """Minutes since midnight of a `time` as Postgres writes it; `24:00:00` ends the whole day, which Python's time cannot hold."""
    if not isinstance(value, str):
        return value
    hours, minutes = value.split(":")[:2]
    return int(hours) * 60 + int(minutes)


MinuteOfDay = Annotated[int, BeforeValidator(_minute_of_day), Field(ge=0, le=24 * 60)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class Angle(StrEnum):
    """From where to speak to a lead again; never from what somebody noted about them."""

    RETURNING_CUSTOMER = "returning_customer"
    DECISION_MAKER = "decision_maker"
    LONG_DORMANT = "long_dormant"
    RECENT = "recent"
    DEFAULT = "default"


class AgentUnknown(LookupError):
    """No code is registered for this agent."""


class TaskInput(_Frozen):
    """What a task was planned with: which leads, none meaning all of the batch, and the how-manieth try this is.

    With `steps` it is about messages that a person edited: of these leads those steps alone, whatever became of the lead.
    """

    lead_ids: tuple[UUID, ...] | None = None
    steps: tuple[int, ...] | None = None
    attempt: int = 1


class ClaimedTask(_Frozen):
    """A task under lease, as `rex_claim_tasks` hands it out."""

    task_id: UUID
    mission_id: UUID
    user_id: UUID
    fence: int
    agent: str
    batch: int
    position: int
    retry_count: int = 0
    input: TaskInput = TaskInput()
    lease_until: datetime | None = None


class Account(_Frozen):
    """Who the agents write for."""

    user_id: UUID
    company: str | None = None
    postal_address: str | None = None
    time_zone: str = "UTC"
    window_start: MinuteOfDay = 9 * 60
    window_end: MinuteOfDay = 17 * 60
    window_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    frequency_cap_messages: int | None = None
    frequency_cap_days: int = 30


class Template(_Frozen):
    """One message of a sequence, in Jinja; without html it is made from the text."""

    subject: str
    text: str
    html: str | None = None


class Step(_Frozen):
    """One step of a sequence; delay_hours counts from the hand-over of the step before."""

    delay_hours: int = 0
    templates: dict[str, Template]


class Campaign(_Frozen):
    """What the agents write; without a window of its own the account's is meant."""

    campaign_id: UUID
    offer: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    call_to_action: str | None = None
    link: str | None = None
    steps: tuple[Step, ...] = ()
    template_version: int = 1
    window_start: MinuteOfDay | None = None
    window_end: MinuteOfDay | None = None
    window_days: tuple[int, ...] | None = None


class Mission(_Frozen):
    """The mission a task belongs to."""

    mission_id: UUID
    type: MissionType
    review: ReviewMode = ReviewMode.NONE


class Address(_Frozen):
    """One way to reach a lead; the address itself stays in the database."""

    address_id: UUID
    channel: Channel
    consent_basis: ConsentBasis | None = None
    suppressed: SuppressionReason | None = None


class History(_Frozen):
    """What passed between the account and a lead before: messages over all missions, and those within the frequency cap's days."""

    sent: int = 0
    replied: int = 0
    recent: int = 0
    last_sent_at: datetime | None = None


class Lead(_Frozen):
    """One person of the batch, and how the mission stands with them."""

    lead_id: UUID
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    country: str | None = None
    language: str | None = None
    time_zones: tuple[str, ...] = ()
    last_contact_at: date | None = None
    removed: bool = False
    outcome: LeadOutcome = LeadOutcome.PENDING
    angle: Angle | None = None
    dormant_days: int | None = None
    reworked: bool = False
    addresses: tuple[Address, ...] = ()
    history: History = History()


class Draft(_Frozen):
    """A message as it stands, one per lead and step."""

    lead_id: UUID
    step: int
    state: OutreachState
    reason: str | None = None
    channel: Channel
    address_id: UUID | None = None
    subject: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    template_version: int = 1


class Domain(_Frozen):
    """The domain that a rotation is about; its hourly values newest first."""

    domain_id: UUID
    status: str
    reputation: float
    values: tuple[float, ...] = ()
    by_hand: bool = False
    """A person asked for it."""
    replacements: tuple[UUID, ...] = ()


class TaskContext(_Frozen):
    """All an agent may know: the answer of `rex_task_context`, and the task itself."""

    now: datetime
    account: Account
    campaign: Campaign | None = None
    mission: Mission
    domain: Domain | None = None
    leads: tuple[Lead, ...] = ()
    outreach: tuple[Draft, ...] = ()
    task: ClaimedTask

    def open_leads(self) -> tuple[Lead, ...]:
        """The leads this task is about and whose outcome is still open."""
        wanted = self.task.input.lead_ids
        return tuple(lead for lead in self.leads if lead.outcome is LeadOutcome.PENDING and (wanted is None or lead.lead_id in wanted))

    def edited_drafts(self) -> tuple[tuple[Lead, Draft], ...]:
        """The edited messages this task is about; what was refused or cancelled meanwhile is none of them."""
        steps, states = self.task.input.steps or (), (OutreachState.DRAFT, OutreachState.PASSED)
        return tuple((lead, draft) for lead in self.leads for draft in self.drafts_of(lead, *states) if draft.step in steps)

    def drafts_of(self, lead: Lead, *states: OutreachState) -> tuple[Draft, ...]:
        """A lead's messages in one of these states, by step."""
        own = (draft for draft in self.outreach if draft.lead_id == lead.lead_id and draft.state in states)
        return tuple(sorted(own, key=lambda draft: draft.step))


class LeadResult(_Frozen):
    """What an agent found out or decided about a lead; what is None stays as it is."""

    lead_id: UUID
    outcome: LeadOutcome | None = None
    reason: str | None = None
    angle: Angle | None = None
    dormant_days: int | None = None
    reworked: bool | None = None


class OutreachResult(_Frozen):
    """A message written, or the new state of one; what is None stays as it is."""

    lead_id: UUID
    step: int
    state: OutreachState
    reason: str | None = None
    channel: Channel | None = None
    address_id: UUID | None = None
    delay_hours: int | None = None
    subject: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    template_version: int | None = None


class NextTask(_Frozen):
    """A task to follow in the same batch."""

    agent: str
    position: int
    input: TaskInput


class TaskCommand(StrEnum):
    """What a worker carries out for an agent before its task is completed; each takes the task and its fence, and is harmless twice."""

    REPLACE_DOMAIN = "rex_replace_domain"
    START_WARMUP = "rex_start_warmup"


class TaskResult(_Frozen):
    """What an agent answers; `output` holds numbers and codes only."""

    leads: tuple[LeadResult, ...] = ()
    outreach: tuple[OutreachResult, ...] = ()
    next: tuple[NextTask, ...] = ()
    commands: tuple[TaskCommand, ...] = Field(default=(), exclude=True)
    output: dict[str, Any] = Field(default_factory=dict)

    def as_argument(self) -> dict[str, Any]:
        """`p_result` of `rex_complete_task`."""
        return self.model_dump(mode="json", exclude_none=True)
