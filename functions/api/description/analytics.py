"""How the account is doing, in figures."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from functions.api.description.status import A_DAY, POOL, Last24Hours, PoolSummary, Rate
from rex.domain.anomalies import Method, Signal
from rex.domain.benchmarks import BenchmarkName, LimitKind
from rex.domain.states import MissionState
from rex.usecases.read_analytics import AnalyticsQuery, Step, Subject

Nanos = Annotated[float | None, Field(description="In billionths of a dollar.")]


class QueueNow(Answered):
    """Missions that may start, and since when the oldest of them waits."""

    waiting: int
    oldest_at: AwareDatetime | None


class CrewNow(Answered):
    """A crew's slots, and since when none was free for what waits."""

    slots: int
    held: int
    waiting: int
    paused: bool
    exhausted_at: AwareDatetime | None


class QuotaNow(Answered):
    """Calls of the present minute to a provider, over all accounts."""

    used: int
    cap: int
    reserved: int


class ReasonerToday(Answered):
    """What the reasoner has used of the account's UTC day."""

    tokens: int
    of_tokens: int
    micros: int
    of_micros: int


class Live(Answered):
    """The account as it is now; `version` counts the changes, each of which the channel `analytics` told."""

    version: int
    changed_at: AwareDatetime
    missions: dict[MissionState, int]
    queue: QueueNow
    crews: dict[str, CrewNow]
    agents: Annotated[dict[str, int], Field(description="Running tasks by agent.")]
    last_24_hours: Last24Hours
    quota: dict[str, QuotaNow]
    llm_today: ReasonerToday
    domains: PoolSummary


class Counted(Answered):
    """What was counted in a span."""

    created: int
    completed: int
    escalated: int
    failed: int
    cancelled: int
    retried: int
    tasks_completed: int
    tasks_failed: int
    tasks_retried: int
    sent: int
    unknown: int
    refused: int
    contacted: Annotated[int, Field(description="Leads that got their first message.")]
    delivered: int
    bounced: int
    soft_bounced: int
    blocked: int
    deferred: int
    complained: int
    unsubscribed: int
    replied: int
    auto_replied: int
    opened: int
    clicked: int
    replies: int
    llm_calls: int
    llm_tokens: int
    llm_nanos: int
    message_nanos: int
    compute_nanos: int


class SnapshotRow(Counted):
    """A subject's row of a snapshot."""

    key: str
    active_ms: int
    task_ms: int
    held_ms: int
    slot_ms: int
    reputations: int
    reputation_sum: float


class Snapshot(Answered):
    """The newest hour that is closed: missions by state at its end, and what each subject did in it."""

    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    missions: dict[MissionState, int] | None
    subjects: dict[Subject, tuple[SnapshotRow, ...]] | None


class Durations(Answered):
    """Milliseconds in active stages, of missions completed; percentiles to three significant digits."""

    mean: int | None
    p50: int | None
    p95: int | None


class Costs(Answered):
    """In billionths of a dollar: together, and of each mission completed, lead written to, message replied to and meeting."""

    nanos: int
    per_mission: Nanos
    per_lead: Nanos
    per_reply: Nanos
    per_meeting: Nanos


class Figures(Counted):
    """The figures of a span."""

    hours: Annotated[float, Field(description="How much of the span was measured.")]
    missions_per_hour: Rate
    success_rate: Rate
    active_ms: Durations
    task_ms_mean: int | None
    utilisation: Rate
    reputation: float | None
    delivery_rate: Rate
    bounce_rate: Rate
    complaint_rate: Rate
    unsubscribe_rate: Rate
    reply_rate: Rate
    meetings: int | None
    cost: Costs


class Point(Answered):
    """One hour or day; without figures nothing was measured in it."""

    starts_at: AwareDatetime
    figures: Figures | None


class Trends(Answered):
    """A window: as a whole, and point by point."""

    since: AwareDatetime
    until: AwareDatetime
    step: Step
    time_zone: str
    subject: Subject
    key: str
    totals: Figures | None
    points: tuple[Point, ...]


class AnomalyFound(Answered):
    """What is, or lately was, not as usual; open while `closed_at` is null."""

    id: UUID
    signal: Signal
    subject: Annotated[Subject, Field(description="Whose figures told it.")]
    key: str
    cause: Annotated[Subject, Field(description="The narrowest subject that explains it.")]
    cause_key: str
    share: Annotated[float | None, Field(description="Of what is too much or too little, how much is the cause's.")]
    is_new: Annotated[bool, Field(description="The cause began to have figures only shortly before it.")]
    method: Method
    observed: Annotated[float, Field(description="A rate, or a mean in milliseconds, billionths of a dollar, seconds, or reputation.")]
    expected: float
    score: Annotated[float, Field(description="The evidence, which had to pass `bound`.")]
    bound: float
    samples: int
    started_at: AwareDatetime
    found_at: AwareDatetime
    examined_at: AwareDatetime
    closed_at: AwareDatetime | None
    mission_id: Annotated[UUID | None, Field(description="The mission that was started because of it.")]


class LimitNow(Answered):
    """What holds a figure back most, and its value in the unit of the figure: an agent's whole run time, a crew's missions or slots."""

    kind: LimitKind
    key: str
    value: float


class BenchmarkNow(Answered):
    """A figure of the last 7 days beside its target and the account's own last 28 days; rates are of 1, times in milliseconds."""

    name: BenchmarkName
    value: float | None
    target: float
    usual: float | None
    more_is_better: bool
    reached: Annotated[bool | None, Field(description="Null while there is nothing to compare.")]
    limited_by: LimitNow | None


class Analytics(Answered):
    """What is new comes in some seconds, and an hour is closed some seconds after its end."""

    now: AwareDatetime
    current: Live | None
    snapshot: Snapshot
    history: tuple[Point, ...]
    trends: Trends
    benchmarks: tuple[BenchmarkNow, ...]
    anomalies: Annotated[tuple[AnomalyFound, ...], Field(description="The open ones first, then those closed in the last 28 days.")]


_NONE = dict.fromkeys(Counted.model_fields, 0)
_COUNTED = _NONE | {
    "created": 4,
    "completed": 3,
    "sent": 120,
    "contacted": 80,
    "delivered": 117,
    "replied": 3,
    "replies": 2,
    "tasks_completed": 48,
}
FIGURES = Figures.model_validate(_COUNTED | {
    "hours": 24, "missions_per_hour": 0.125, "success_rate": 1, "active_ms": {"mean": 41_300, "p50": 38_200, "p95": 61_000},
    "task_ms_mean": 850, "utilisation": 0.31, "reputation": 0.85, "delivery_rate": 0.975, "bounce_rate": 0, "complaint_rate": 0,
    "unsubscribe_rate": 0, "reply_rate": 0.025, "meetings": None,
    "cost": {"nanos": 272_000, "per_mission": 90_667, "per_lead": 3_400, "per_reply": 90_667, "per_meeting": None},
})  # fmt: skip
LIVE = Live(
    version=12, changed_at=AT, missions={MissionState.EXECUTING: 1, MissionState.COMPLETED: 12}, queue=QueueNow(waiting=0, oldest_at=None),
    crews={"dead_lead_crew": CrewNow(slots=3, held=1, waiting=0, paused=False, exhausted_at=None)}, agents={"writer": 2},
    last_24_hours=A_DAY,
    quota={"openai": QuotaNow(used=2, cap=10_000, reserved=0)},
    llm_today=ReasonerToday(tokens=0, of_tokens=200_000, micros=0, of_micros=1_000_000),
    domains=POOL,
)  # fmt: skip
SNAPSHOT_ROW = SnapshotRow.model_validate(_COUNTED | {
    "key": "", "active_ms": 123_900, "task_ms": 40_800, "held_ms": 900_000, "slot_ms": 54_000_000, "reputations": 1, "reputation_sum": 0.85,
})  # fmt: skip

SNAPSHOT = Snapshot(
    starts_at=AT, ends_at=AT, missions={MissionState.COMPLETED: 12}, subjects={Subject.ACCOUNT: (SNAPSHOT_ROW,)},
)  # fmt: skip
TRENDS = Trends(
    since=AT, until=AT, step=Step.DAY, time_zone="Europe/Berlin", subject=Subject.ACCOUNT, key="", totals=FIGURES,
    points=(Point(starts_at=AT, figures=FIGURES),),
)  # fmt: skip
ANOMALY = AnomalyFound(
    id=AN_ID, signal=Signal.BOUNCES, subject=Subject.DOMAIN, key=str(ANOTHER_ID), cause=Subject.DOMAIN, cause_key=str(ANOTHER_ID),
    share=None, is_new=False, method=Method.CUSUM, observed=0.056, expected=0.02, score=5.2, bound=5, samples=214, started_at=AT,
    found_at=AT, examined_at=AT, closed_at=None, mission_id=None,
)  # fmt: skip
BENCHMARK = BenchmarkNow(
    name=BenchmarkName.SUCCESS, value=0.91, target=0.95, usual=0.96, more_is_better=True, reached=False,
    limited_by=LimitNow(kind=LimitKind.CAMPAIGN, key=str(AN_ID), value=0.8),
)  # fmt: skip
ANALYTICS = Analytics(
    now=AT, current=LIVE, snapshot=SNAPSHOT, history=(Point(starts_at=AT, figures=None),), trends=TRENDS,
    benchmarks=(BENCHMARK,), anomalies=(ANOMALY,),
)  # fmt: skip

ROUTES = (Route(handler="get_analytics", asks=AnalyticsQuery(since=AT, step=Step.DAY), answers={200: ANALYTICS}, tagged=True),)
