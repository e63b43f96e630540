"""Missions as they are listed, and one with all that happened to it."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, RootModel

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.states import Channel, LeadOutcome, MissionState, MissionType, OutreachState, ReviewMode, TaskState
from rex.usecases.read_missions import MissionQuery, MissionSort, PartQuery


class MissionRow(Answered):
    """A mission in a list."""

    id: UUID
    type: MissionType
    state: MissionState
    crew: str
    campaign_id: UUID | None
    priority: int
    leads: int
    round: int
    retry_count: int
    not_before: AwareDatetime | None
    paused_at: AwareDatetime | None
    error_code: str | None
    created_at: AwareDatetime
    stage_at: AwareDatetime
    finished_at: AwareDatetime | None
    waiting_for: str | None
    waiting_since: AwareDatetime | None
    has_held: bool


class Missions(Answered):
    """A page of missions; `next` is the cursor of the page after it."""

    items: tuple[MissionRow, ...]
    next: str | None


class TaskRow(Answered):
    """One agent's step on one batch of leads."""

    id: UUID
    round: int
    stage: MissionState
    agent: str
    batch: int
    position: int
    state: TaskState
    retry_count: int
    error_code: str | None
    not_before: AwareDatetime | None
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None


class LogRow(Answered):
    """A row of the audit trail."""

    id: int
    at: AwareDatetime
    actor: UUID | None
    entity: str
    entity_id: UUID | None
    action: str
    from_state: str | None
    to_state: str | None
    reason: str | None
    decision_id: UUID | None
    data: dict[str, Any] | None


class DecisionRow(Answered):
    """A decision, and the row of the audit trail that names it."""

    log_id: int
    log_action: str
    id: UUID
    at: AwareDatetime
    layer: int
    rule: str
    rule_version: int
    action: str
    params: dict[str, Any]
    reason: str
    confidence: float
    context: dict[str, Any]
    alternatives: list[Any]


class LeadRow(Answered):
    """A lead of the mission, and what became of it."""

    lead_id: UUID
    first_name: str | None
    last_name: str | None
    company: str | None
    batch: int
    outcome: LeadOutcome
    reason: str | None
    angle: str | None
    dormant_days: int | None
    updated_at: AwareDatetime


class MessageRow(Answered):
    """A message of the mission."""

    id: UUID
    lead_id: UUID
    step: int
    channel: Channel
    state: OutreachState
    reason: str | None
    subject: str | None
    due_at: AwareDatetime | None
    begun_at: AwareDatetime | None
    handed_over_at: AwareDatetime | None
    domain_id: UUID | None
    inbox_id: UUID | None


class HeldRow(Answered):
    """A message that is held for review, with how it begins."""

    id: UUID
    lead_id: UUID
    step: int
    channel: Channel
    reason: str | None
    subject: str | None
    body_text: str | None
    held_at: AwareDatetime
    edited_at: AwareDatetime | None


class Tasks(Answered):
    """A page of tasks, the newest first."""

    items: tuple[TaskRow, ...]
    next: str | None


class Logs(Answered):
    """A page of the audit trail, the newest first."""

    items: tuple[LogRow, ...]
    next: str | None


class Decisions(Answered):
    """A page of decisions, the newest first."""

    items: tuple[DecisionRow, ...]
    next: str | None


class Leads(Answered):
    """A page of the mission's leads."""

    items: tuple[LeadRow, ...]
    next: str | None


class Messages(Answered):
    """A page of its messages."""

    items: tuple[MessageRow, ...]
    next: str | None


class HeldMessages(Answered):
    """A page of the messages that are held."""

    items: tuple[HeldRow, ...]
    next: str | None


class Parts(Answered):
    """The first page of each long part."""

    tasks: Tasks
    logs: Logs
    decisions: Decisions
    leads: Leads
    messages: Messages
    held: HeldMessages


class OutcomeCount(Answered):
    """How many leads came to an outcome, by its reason."""

    outcome: LeadOutcome
    reason: str | None
    leads: int


class StageRow(Answered):
    """A transition."""

    at: AwareDatetime
    version: int
    actor: UUID | None
    action: str
    from_state: MissionState | None
    to_state: MissionState
    reason: str | None
    decision_id: UUID | None


class CampaignOfMission(Answered):
    """The mission's campaign."""

    id: UUID
    name: str
    paused_at: AwareDatetime | None


class DomainOfMission(Answered):
    """A domain that serves it."""

    id: UUID
    domain: str
    reputation: float


class MissionCost(Answered):
    """What it has cost so far, in billionths of a dollar: tokens, messages and run time."""

    nanos: int
    llm_nanos: int
    message_nanos: int
    compute_nanos: int
    llm_tokens: int
    messages: int
    task_ms: int
    per_lead: int | None
    per_reply: int | None
    per_meeting: int | None


class Mission(MissionRow):
    """A mission with its counts, its transitions and the first page of each long part."""

    user_id: UUID
    domain_id: UUID | None
    sends: bool
    batch_size: int
    llm_calls_per_minute: int
    review: ReviewMode
    created_by: UUID
    version: int
    fence: int
    ready: bool
    boosted_at: AwareDatetime | None
    assigned_at: AwareDatetime | None
    started_at: AwareDatetime | None
    collecting_at: AwareDatetime | None
    progress_at: AwareDatetime
    active_since: AwareDatetime | None
    active_seconds: float
    last_hand_over_at: AwareDatetime | None
    looked_at: AwareDatetime
    result: dict[str, Any] | None
    updated_at: AwareDatetime
    progress: float
    outcomes: tuple[OutcomeCount, ...]
    tasks: dict[TaskState, int]
    outreach: dict[OutreachState, int]
    campaign: CampaignOfMission | None
    domains: tuple[DomainOfMission, ...]
    stages: tuple[StageRow, ...]
    held_samples: tuple[UUID, ...]
    releasable: int
    """Held messages that go out when all are released."""
    cost: MissionCost
    parts: Parts


class MissionOrPart(RootModel[Mission | Tasks | Logs | Decisions | Leads | Messages | HeldMessages]):
    """The mission, or a page of the part that was asked for."""


ROW = MissionRow(
    id=AN_ID, type=MissionType.LEAD_REACTIVATION, state=MissionState.QUEUED, crew="dead_lead_crew", campaign_id=ANOTHER_ID, priority=50,
    leads=800, round=1, retry_count=0, not_before=None, paused_at=None, error_code=None, created_at=AT, stage_at=AT, finished_at=None,
    waiting_for="crew", waiting_since=AT, has_held=False,
)  # fmt: skip
LOG = LogRow(
    id=7, at=AT, actor=ANOTHER_ID, entity="mission", entity_id=None, action="create_mission", from_state=None, to_state="QUEUED",
    reason=None, decision_id=None, data=None,
)  # fmt: skip
STAGE = StageRow(
    at=AT,
    version=1,
    actor=ANOTHER_ID,
    action="create_mission",
    from_state=None,
    to_state=MissionState.QUEUED,
    reason=None,
    decision_id=None,
)
PARTS = Parts(
    tasks=Tasks(items=(), next=None), logs=Logs(items=(LOG,), next=None), decisions=Decisions(items=(), next=None),
    leads=Leads(items=(), next=None), messages=Messages(items=(), next=None), held=HeldMessages(items=(), next=None),
)  # fmt: skip
COST = MissionCost(
    nanos=272_000, llm_nanos=0, message_nanos=0, compute_nanos=272_000, llm_tokens=0, messages=120, task_ms=40_800, per_lead=340,
    per_reply=90_667, per_meeting=None,
)  # fmt: skip
MISSION = Mission(
    **ROW.model_dump(), user_id=ANOTHER_ID, domain_id=None, sends=True, batch_size=50, llm_calls_per_minute=0, review=ReviewMode.NONE,
    created_by=ANOTHER_ID, version=1, fence=0, ready=True, boosted_at=None, assigned_at=None, started_at=None, collecting_at=None,
    progress_at=AT, active_since=None, active_seconds=0, last_hand_over_at=None, looked_at=AT, result=None, updated_at=AT, progress=0,
    outcomes=(OutcomeCount(outcome=LeadOutcome.PENDING, reason=None, leads=800),), tasks={}, outreach={},
    campaign=CampaignOfMission(id=ANOTHER_ID, name="Spring", paused_at=None), domains=(), stages=(STAGE,), held_samples=(), releasable=0,
    cost=COST, parts=PARTS,
)  # fmt: skip

ROUTES = (
    Route(
        handler="list_missions",
        asks=MissionQuery(state="QUEUED,EXECUTING", sort=MissionSort.PRIORITY_DOWN, limit=50),
        answers={200: Missions(items=(ROW,), next="WyIyMDI2LTExLTI0IiwgIjAxOTJmM2E0Il0=")},
    ),
    Route(handler="get_mission", asks=PartQuery(limit=50), answers={200: MissionOrPart(MISSION)}),
)
