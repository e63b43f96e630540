"""Benchmarks: the figures of the last week beside their targets and the account's own last 28 days, and what holds each back most."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

LEAST_SENT = 50
"""Messages of a campaign without which its replies say nothing."""


class BenchmarkName(StrEnum):
    """What there is a target for."""

    SUCCESS = "success"
    ACTIVE_MS = "active_ms"
    """Of a mission in its active stages, on average."""
    REPUTATION = "reputation"
    UTILISATION = "utilisation"
    REPLIES = "replies"
    MEETINGS = "meetings"


class LimitKind(StrEnum):
    """What can hold a figure back."""

    AGENT = "agent"
    CAMPAIGN = "campaign"
    DOMAIN = "domain"
    FULL_CREW = "full_crew"
    """So many missions wait for it."""
    IDLE_CREW = "idle_crew"
    """None waits, and so many of its slots are free."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Targets(_Frozen):
    """As the account has set them, in percent; of reputation in hundredths."""

    success: int
    active_seconds: int
    reputation: int
    utilisation: int
    replies: int
    meetings: int


class ActiveMs(_Frozen):
    """Durations of missions completed."""

    mean: float | None = None


class SpanFigures(_Frozen):
    """The figures of a span that have a target."""

    success_rate: float | None = None
    active_ms: ActiveMs = ActiveMs()
    reputation: float | None = None
    utilisation: float | None = None
    reply_rate: float | None = None


class SubjectFigures(_Frozen):
    """What an agent, a campaign or a domain did in the last week."""

    subject: LimitKind
    key: str
    completed: int
    escalated: int
    task_ms: int
    sent: int
    replied: int
    reputations: int
    reputation_sum: float


class CrewFigures(_Frozen):
    """A crew's slots now."""

    crew: str
    slots: int
    held: int
    waiting: int


class BenchmarkFigures(_Frozen):
    """What is judged."""

    targets: Targets
    lately: SpanFigures | None
    usually: SpanFigures | None
    subjects: tuple[SubjectFigures, ...]
    crews: tuple[CrewFigures, ...]


class Limit(_Frozen):
    """What holds a figure back most, and its own value."""

    kind: LimitKind
    key: str
    value: float


class Benchmark(_Frozen):
    """One figure; `reached` is None while there is nothing to compare."""

    name: BenchmarkName
    value: float | None
    target: float
    usual: float | None
    more_is_better: bool
    reached: bool | None
    limited_by: Limit | None


type Figure = Callable[[SpanFigures], float | None]
type FindLimit = Callable[[BenchmarkFigures], Limit | None]


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """How one benchmark is read and explained."""

    name: BenchmarkName
    figure: Figure
    target: Callable[[Targets], float]
    limit: FindLimit
    more_is_better: bool = True

    def __call__(self, figures: BenchmarkFigures) -> Benchmark:
        value = self.figure(figures.lately) if figures.lately else None
        usual = self.figure(figures.usually) if figures.usually else None
        target = self.target(figures.targets)
        reached = None if value is None else (value >= target if self.more_is_better else value <= target)
        return Benchmark(
            name=self.name, value=value, target=target, usual=usual, more_is_better=self.more_is_better, reached=reached,
            limited_by=None if value is None else self.limit(figures),
        )  # fmt: skip


def judge_benchmarks(figures: BenchmarkFigures) -> list[Benchmark]:
    """All of them, in the order of their names' enum."""
    return [judge(figures) for judge in _JUDGES]


def _of(figures: BenchmarkFigures, kind: LimitKind) -> list[SubjectFigures]:
    return [subject for subject in figures.subjects if subject.subject is kind]


def _failing_campaign(figures: BenchmarkFigures) -> Limit | None:
    """The one most missions were escalated in."""
    worst = max(_of(figures, LimitKind.CAMPAIGN), key=lambda each: each.escalated, default=None)
    if worst is None or not worst.escalated:
        return None
    return Limit(kind=LimitKind.CAMPAIGN, key=worst.key, value=round(worst.completed / (worst.completed + worst.escalated), 4))


def _slowest_agent(figures: BenchmarkFigures) -> Limit | None:
    """The one most run time of all went into; its value is how much of it."""
    agents = _of(figures, LimitKind.AGENT)
    slowest = max(agents, key=lambda each: each.task_ms, default=None)
    if slowest is None or not slowest.task_ms:
        return None
    return Limit(kind=LimitKind.AGENT, key=slowest.key, value=slowest.task_ms)


def _worst_domain(figures: BenchmarkFigures) -> Limit | None:
    means = [(each.reputation_sum / each.reputations, each.key) for each in _of(figures, LimitKind.DOMAIN) if each.reputations]
    if not means:
        return None
    value, key = min(means)
    return Limit(kind=LimitKind.DOMAIN, key=key, value=round(value, 4))


def _crew(figures: BenchmarkFigures) -> Limit | None:
    """The full crew that most missions wait for; where none waits, the one with most slots free."""
    full = max((crew for crew in figures.crews if crew.held >= crew.slots), key=lambda each: each.waiting, default=None)
    if full and full.waiting:
        return Limit(kind=LimitKind.FULL_CREW, key=full.crew, value=full.waiting)
    idle = max(figures.crews, key=lambda each: each.slots - each.held, default=None)
    return Limit(kind=LimitKind.IDLE_CREW, key=idle.crew, value=idle.slots - idle.held) if idle else None


def _silent_campaign(figures: BenchmarkFigures) -> Limit | None:
    """Of those that have sent enough, the one with the fewest replies."""
    rates = [(each.replied / each.sent, each.key) for each in _of(figures, LimitKind.CAMPAIGN) if each.sent >= LEAST_SENT]
    if not rates:
        return None
    value, key = min(rates)
    return Limit(kind=LimitKind.CAMPAIGN, key=key, value=round(value, 4))


def _no_limit(_: BenchmarkFigures) -> None:
    """Meetings are not recorded yet."""


_JUDGES = (
    _Judge(name=BenchmarkName.SUCCESS, figure=lambda f: f.success_rate, target=lambda t: t.success / 100, limit=_failing_campaign),
    _Judge(
        name=BenchmarkName.ACTIVE_MS, figure=lambda f: f.active_ms.mean, target=lambda t: t.active_seconds * 1000.0,
        limit=_slowest_agent, more_is_better=False,
    ),
    _Judge(name=BenchmarkName.REPUTATION, figure=lambda f: f.reputation, target=lambda t: t.reputation / 100, limit=_worst_domain),
    _Judge(name=BenchmarkName.UTILISATION, figure=lambda f: f.utilisation, target=lambda t: t.utilisation / 100, limit=_crew),
    _Judge(name=BenchmarkName.REPLIES, figure=lambda f: f.reply_rate, target=lambda t: t.replies / 100, limit=_silent_campaign),
    _Judge(name=BenchmarkName.MEETINGS, figure=lambda _: None, target=lambda t: t.meetings / 100, limit=_no_limit),
)  # fmt: skip
