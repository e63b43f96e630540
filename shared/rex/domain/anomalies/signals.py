"""What is watched, of whom, by which method, and where to look for the cause."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from pydantic import AwareDatetime, BaseModel, ConfigDict

from rex.domain.anomalies.charts import BOUNCES, COMPLAINTS, Chart, Sends, watch_sends
from rex.domain.anomalies.days import Day, watch_days
from rex.domain.anomalies.episodes import Episode
from rex.domain.signals import Signal


class Figures(BaseModel):
    """What a subject did in an hour, or in a day of the account that lies further back."""

    model_config = ConfigDict(frozen=True)

    subject: str
    key: str
    day: AwareDatetime
    day_ends: AwareDatetime
    """The account's day it is of."""
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    completed: int = 0
    escalated: int = 0
    active_ms: int = 0
    tasks_completed: int = 0
    tasks_failed: int = 0
    attempts: int = 0
    task_ms: int = 0
    sent: int = 0
    begun: int = 0
    """Sent or refused."""
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    replied: int = 0
    nanos: int = 0
    reputations: int = 0
    reputation_sum: float = 0.0
    queue_ages: int = 0
    queue_seconds: float = 0.0


type Total = Callable[[Figures], float]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A signal as a count or a sum of samples; `worse` is 1 where more is worse, -1 where less is."""

    signal: Signal
    count: Total
    samples: Total
    worse: int = 1
    subjects: tuple[str, ...] = ("account",)
    causes: tuple[str, ...] = ()
    """Kinds of subject to look for the cause in, the likeliest first."""
    least: int = 20
    """Samples of a day that say something."""
    chart: Chart | None = None
    """Judged by the send instead of by the day."""
    floor: float | None = None
    """Not a rate, but a size, which varies at least by so much from day to day."""
    settles: timedelta = timedelta(0)
    """How long a day's count still grows after it."""

    def episodes(self, figures: Sequence[Figures], until: datetime) -> list[Episode]:
        """Of one subject's figures in time order, up to the hours that are closed."""
        if self.chart:
            return watch_sends(
                (Sends(row.starts_at, row.ends_at, int(self.samples(row)), int(self.count(row))) for row in figures), self.chart
            )
        return watch_days(list(self._days(figures, until)), self.worse)

    def _days(self, figures: Sequence[Figures], until: datetime) -> list[Day]:
        """Whole days with enough samples."""
        days = []
        for (day, ends_at), rows in groupby(figures, key=lambda row: (row.day, row.day_ends)):
            found = list(rows)
            samples, count = sum(map(self.samples, found)), sum(map(self.count, found))
            if samples >= self.least and ends_at + self.settles <= until:
                days.append(self._day(day, ends_at, count, int(samples)))
        return days

    def _day(self, starts_at: datetime, ends_at: datetime, count: float, samples: int) -> Day:
        if self.floor is None:
            return Day.of_rate(starts_at, ends_at, int(count), samples)
        return Day.of_size(starts_at, ends_at, count / samples, samples, self.floor)


_SENDERS = ("account", "domain")
WATCHES = (
    Watch(
        signal=Signal.BOUNCES, count=lambda f: f.bounced, samples=lambda f: f.begun, chart=BOUNCES, subjects=_SENDERS,
        causes=("domain", "campaign"),
    ),
    Watch(
        signal=Signal.COMPLAINTS, count=lambda f: f.complained, samples=lambda f: f.sent, chart=COMPLAINTS, subjects=_SENDERS,
        causes=("campaign", "domain"),
    ),
    Watch(signal=Signal.UNSUBSCRIBES, count=lambda f: f.unsubscribed, samples=lambda f: f.sent, causes=("campaign", "domain")),
    Watch(
        signal=Signal.REPLIES, count=lambda f: f.replied, samples=lambda f: f.sent, worse=-1, settles=timedelta(days=3),
        causes=("campaign", "domain"),
    ),
    Watch(
        signal=Signal.SUCCESS, count=lambda f: f.completed, samples=lambda f: f.completed + f.escalated, worse=-1, least=5,
        causes=("campaign",),
    ),
    Watch(
        signal=Signal.DURATION, count=lambda f: f.active_ms, samples=lambda f: f.completed, floor=0.1, least=3, causes=("campaign",),
    ),
    Watch(
        signal=Signal.TASK_FAILURES, count=lambda f: f.tasks_failed, samples=lambda f: f.tasks_completed + f.tasks_failed,
        subjects=("account", "agent"), causes=("agent", "campaign"),
    ),
    Watch(
        signal=Signal.TASK_TIME, count=lambda f: f.task_ms, samples=lambda f: f.attempts, floor=0.1, subjects=("account", "agent"),
        causes=("agent", "campaign"),
    ),
    Watch(signal=Signal.COST, count=lambda f: f.nanos, samples=lambda f: f.sent, floor=0.1, causes=("provider", "campaign", "agent")),
    Watch(
        signal=Signal.REPUTATION, count=lambda f: f.reputation_sum, samples=lambda f: f.reputations, worse=-1, floor=0.03, least=1,
        subjects=("domain",),
    ),
    Watch(
        signal=Signal.QUEUE_AGE, count=lambda f: f.queue_seconds + 60 * f.queue_ages, samples=lambda f: f.queue_ages, floor=0.25, least=6,
    ),
)  # fmt: skip
"""Each signal once. A queue is a minute old at least, so that one of seconds is like none."""
