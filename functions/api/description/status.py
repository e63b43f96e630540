"""How the account and its agents are doing."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.states import DomainStatus, MissionState, MissionType
from rex.usecases.read_agents import AgentStatus

Rate = Annotated[float | None, Field(description="Null where there is nothing to compare with.")]


class OldestWaiting(Answered):
    """The mission that has been in the queue longest."""

    mission_id: UUID
    type: MissionType
    crew: str
    priority: int
    created_at: AwareDatetime
    queued_at: AwareDatetime
    waiting_for: str | None
    waiting_since: AwareDatetime | None


class CrewSlots(Answered):
    """How many missions a crew works on at once, and how many wait for it."""

    crew: str
    slots: int
    held: int
    waiting: int
    paused: bool
    exhausted_at: AwareDatetime | None


class PoolSummary(Answered):
    """The domain pool, and what it may send and has sent today."""

    states: dict[DomainStatus, int]
    paused: int
    sick: int
    lowest_reputation: float | None
    cap_today: int
    sent_today: int


class Last24Hours(Answered):
    """The present hour and the 23 before it; what became of messages counts in the hour they were sent, `replies` when they came in."""

    since: AwareDatetime
    created: int
    completed: int
    escalated: int
    failed: int
    cancelled: int
    success_rate: Rate
    tasks: int
    tasks_failed: int
    sent: int
    unknown: int
    refused: int
    delivered: int
    bounced: int
    complained: int
    unsubscribed: int
    replied: int
    replies: int
    llm_calls: int
    cost_nanos: int


class ReasonerBudget(Answered):
    """What the reasoner has used of the account's day."""

    calls: int
    tokens: int
    tokens_limit: int
    cost_micros: int
    cost_micros_limit: int
    resets_at: AwareDatetime


class LayerShare(Answered):
    """What a layer decided in 30 days, and its share of all decisions."""

    layer: int
    decided: int
    effective: int
    share: float | None
    rules: dict[str, int] | None


class Quota(Answered):
    """Calls of the present minute to a provider, over all accounts."""

    provider: str
    limit: int
    used: int
    reserved: int
    resets_at: AwareDatetime


class Versions(Answered):
    """Of the database, its schema, and REX."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    database: str
    schema_version: Annotated[str | None, Field(alias="schema")]
    rex: str


class Status(Answered):
    """Missions, 24 hours, crews and domains as the live row tells them, some seconds old at most; decisions and the deployment."""

    now: AwareDatetime
    paused_at: AwareDatetime | None
    version: Annotated[int, Field(description="Of the live row, which `GET /analytics` tells too; 0 before the first.")]
    changed_at: AwareDatetime | None
    missions: dict[MissionState, int]
    last_24_hours: Last24Hours | None
    oldest_waiting: OldestWaiting | None
    queue_age_seconds: int | None
    crews: tuple[CrewSlots, ...]
    domains: PoolSummary
    anomalies_open: int
    reasoner: ReasonerBudget
    decisions: tuple[LayerShare, ...]
    started_at: AwareDatetime
    uptime_seconds: int
    versions: Versions
    prewarmed_domains: int
    quotas: tuple[Quota, ...]


class CurrentTask(Answered):
    """What an agent began last."""

    task_id: UUID
    mission_id: UUID
    batch: int
    retry_count: int
    started_at: AwareDatetime


class Agent(Answered):
    """An agent: what it does now, and of its newest tasks how many were completed, how fast, and what failed last."""

    agent: str
    does: str
    status: AgentStatus
    reason: str | None
    running: int
    waiting: int
    current: CurrentTask | None
    completed: int
    failed: int
    success_rate: float | None
    average_seconds: float | None
    last_error_code: str | None
    last_error_at: AwareDatetime | None
    tokens_today: int
    cost_micros_today: int


class CrewAtWork(CrewSlots):
    """A crew, the missions it takes, and its agents."""

    missions: tuple[MissionType, ...]
    agents: tuple[Agent, ...]


class Agents(Answered):
    """Every crew."""

    now: AwareDatetime
    crews: tuple[CrewAtWork, ...]


SLOTS = CrewSlots(crew="dead_lead_crew", slots=3, held=1, waiting=0, paused=False, exhausted_at=None)
POOL = PoolSummary(states={DomainStatus.ACTIVE: 2}, paused=0, sick=0, lowest_reputation=0.85, cap_today=400, sent_today=120)
A_DAY = Last24Hours(
    since=AT, created=4, completed=3, escalated=0, failed=0, cancelled=0, success_rate=1, tasks=48, tasks_failed=0, sent=120, unknown=0,
    refused=0, delivered=117, bounced=0, complained=0, unsubscribed=0, replied=3, replies=2, llm_calls=0, cost_nanos=272_000,
)  # fmt: skip
STATUS = Status(
    now=AT, paused_at=None, version=12, changed_at=AT, missions={MissionState.QUEUED: 1, MissionState.COMPLETED: 12},
    last_24_hours=A_DAY,
    oldest_waiting=OldestWaiting(
        mission_id=AN_ID, type=MissionType.LEAD_REACTIVATION, crew="dead_lead_crew", priority=50, created_at=AT, queued_at=AT,
        waiting_for="domain", waiting_since=AT,
    ),
    queue_age_seconds=90, crews=(SLOTS,), domains=POOL,
    anomalies_open=0,
    reasoner=ReasonerBudget(calls=2, tokens=3_000, tokens_limit=200_000, cost_micros=9_000, cost_micros_limit=1_000_000, resets_at=AT),
    decisions=(LayerShare(layer=1, decided=80, effective=60, share=0.8, rules={"state_machine": 80}),), started_at=AT,
    uptime_seconds=86_400, versions=Versions(database="18.0", schema_version="20261124002350", rex="0.1.0"), prewarmed_domains=3,
    quotas=(Quota(provider="openai", limit=10_000, used=2, reserved=0, resets_at=AT),),
)  # fmt: skip
WRITER = Agent(
    agent="writer", does="Writes each message.", status=AgentStatus.WORKING, reason=None, running=1, waiting=2,
    current=CurrentTask(task_id=AN_ID, mission_id=ANOTHER_ID, batch=1, retry_count=0, started_at=AT), completed=199, failed=1,
    success_rate=0.995, average_seconds=0.412, last_error_code="database_unreachable", last_error_at=AT, tokens_today=0,
    cost_micros_today=0,
)  # fmt: skip
AT_WORK = CrewAtWork(**SLOTS.model_dump(), missions=(MissionType.LEAD_REACTIVATION,), agents=(WRITER,))

ROUTES = (
    Route(handler="get_status", answers={200: STATUS}, tagged=True),
    Route(handler="get_agents", answers={200: Agents(now=AT, crews=(AT_WORK,))}, tagged=True, listed=True),
)
