"""By day: a point far from the usual ones (median and MAD), and a drift of many (EWMA), on a scale on which points vary alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import asin, exp, log, sin, sqrt
from statistics import fmean, median

from rex.domain.anomalies.episodes import Episode, Method

NORMAL = 0.6745
"""The MAD of a normal distribution, in standard deviations."""
POINT_LIMIT = 3.5
SMOOTHING, DRIFT_LIMIT = 0.2, 3.0
WEEK, WINDOW, DRIFT_DAYS = 7, 28, 14
MEDIAN_VARIANCE = 1.57
"""Of the median of so many points of a normal distribution, times their number."""
WEEKDAYS_DIFFER = {2: 7.19, 3: 4.46, 4: 3.81}
"""F at 1 % of 6 degrees of freedom between the weekdays and 7, 14 and 21 within them, by how often each is known."""
LEAST_POINTS = 14
"""Usual points without which nothing is judged."""
QUIET_DAYS = 2
"""As usual in a row: then it is over."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's point; `floor` is the least standard deviation it can have."""

    starts_at: datetime
    ends_at: datetime
    value: float
    floor: float
    samples: int
    count: int | None = None
    is_rate: bool = True
    weekday: int = field(init=False)
    """Of the middle of the day: its beginning is another weekday in UTC."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "weekday", (self.starts_at + (self.ends_at - self.starts_at) / 2).weekday())

    @classmethod
    def of_rate(cls, starts_at: datetime, ends_at: datetime, count: int, samples: int) -> "Day":
        """The arcsine of a rate's root varies alike whatever the rate is."""
        value = asin(sqrt(min(1.0, (max(0, count) + 3 / 8) / (samples + 3 / 4))))
        return cls(starts_at, ends_at, value, 1 / sqrt(4 * samples + 2), samples, count)

    @classmethod
    def of_size(cls, starts_at: datetime, ends_at: datetime, size: float, samples: int, floor: float) -> "Day":
        """A positive size by its logarithm: `floor` is a share of it."""
        return cls(starts_at, ends_at, log(max(size, 1e-9)), floor, samples, None, is_rate=False)

    @property
    def plain(self) -> float:
        """As it was before it was put on the scale."""
        return self.back(self.value)

    def back(self, value: float) -> float:
        """A value of the scale as a rate or a size again."""
        return sin(min(max(value, 0.0), asin(1.0))) ** 2 if self.is_rate else exp(value)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What the points before a moment were like: one center, or one for each weekday where weekdays differ."""

    centers: Mapping[int, float]
    spread: float
    points: int

    def distance(self, day: Day) -> float:
        """How far a point is from what is usual, in standard deviations."""
        return (day.value - self.centers[day.weekday]) / max(self.spread, day.floor)

    @property
    def doubt(self) -> float:
        """The variance of a center, which is a median of so many points, beside that of a point."""
        return MEDIAN_VARIANCE * len(set(self.centers.values())) / self.points


@dataclass(frozen=True, slots=True)
class _Verdict:
    method: Method | None
    score: float
    limit: float
    expected: float


def watch_days(days: Sequence[Day], worse: int) -> list[Episode]:
    """Every time the points went `worse` (1 up, -1 down) than usual; only the last may still go on.

    Points that are not usual do not become what is usual, until that has lasted for four weeks: then it is.
    """
    unusual: set[int] = set()
    episodes: list[Episode] = []
    quiet = 0
    for place, day in enumerate(days):
        verdict = _judge(days, place, unusual, worse)
        current = episodes[-1] if episodes and episodes[-1].ended_at is None else None
        if verdict.method:
            quiet = 0
            unusual.add(place)
            if current is None:
                episodes.append(_open(days, place, verdict, unusual, worse))
            elif day.starts_at - current.found_at >= timedelta(days=WINDOW):
                episodes[-1] = replace(current, ended_at=day.ends_at)
                unusual.clear()
            else:
                episodes[-1] = replace(current, observed=day.plain, expected=verdict.expected, samples=day.samples, count=day.count)
        elif current is not None:
            quiet += 1
            if quiet >= QUIET_DAYS:
                episodes[-1] = replace(current, ended_at=day.ends_at)
    return episodes


def _open(days: Sequence[Day], place: int, verdict: _Verdict, unusual: set[int], worse: int) -> Episode:
    """A drift began where the points last lay on the other side."""
    day, began = days[place], place
    if verdict.method is Method.DRIFT and (usual := _usual(days, place, unusual, _drift_since(day))):
        while began > max(0, place - DRIFT_DAYS) and worse * usual.distance(days[began - 1]) > 0:
            began -= 1
    return Episode(
        method=verdict.method or Method.POINT, started_at=days[began].starts_at, found_at=day.ends_at, ended_at=None, score=verdict.score,
        limit=verdict.limit, observed=day.plain, expected=verdict.expected, samples=day.samples, count=day.count,
    )  # fmt: skip


def _judge(days: Sequence[Day], place: int, unusual: set[int], worse: int) -> _Verdict:
    day = days[place]
    usual = _usual(days, place, unusual, day.starts_at)
    if usual is None:
        return _Verdict(None, 0.0, POINT_LIMIT, day.plain)
    expected, score = day.back(usual.centers[day.weekday]), worse * usual.distance(day) / sqrt(1 + usual.doubt)
    if score > POINT_LIMIT:
        return _Verdict(Method.POINT, score, POINT_LIMIT, expected)
    drift, limit = _drift(days, place, unusual)
    if worse * drift > limit > 0:
        return _Verdict(Method.DRIFT, worse * drift, limit, expected)
    return _Verdict(None, score, POINT_LIMIT, expected)


def _usual(days: Sequence[Day], place: int, unusual: set[int], upto: datetime) -> _Usual | None:
    """Of the usual points of the 28 days up to a moment, once there are 14; by weekday, where weekdays differ.

    The spread is that of all points about what is usual for their weekday, as four points of one say little about it.
    """
    since = upto - timedelta(days=WINDOW, hours=2)
    known = [days[nth] for nth in range(max(0, place - 3 * WINDOW), place) if nth not in unusual and since <= days[nth].starts_at < upto]
    if len(known) < LEAST_POINTS:
        return None
    centers, fits = dict.fromkeys(range(WEEK), median(day.value for day in known)), 1.0
    by_weekday: list[list[float]] = [[] for _ in range(WEEK)]
    for day in known:
        by_weekday[day.weekday].append(day.value)
    if _differ(by_weekday):
        centers = {weekday: median(values) for weekday, values in enumerate(by_weekday)}
        fits = sqrt(len(known) / (len(known) - WEEK))
    spread = median(abs(day.value - centers[day.weekday]) for day in known) / NORMAL * fits
    return _Usual(centers, spread, len(known))


def _differ(groups: Sequence[Sequence[float]]) -> bool:
    """Whether weekdays differ by more than chance (analysis of variance); never while one of them is not known twice."""
    known = min(WINDOW // WEEK, *map(len, groups))
    if known not in WEEKDAYS_DIFFER:
        return False
    points = sum(map(len, groups))
    whole = fmean(value for group in groups for value in group)
    between = sum(len(group) * (fmean(group) - whole) ** 2 for group in groups)
    within = sum((value - fmean(group)) ** 2 for group in groups for value in group)
    return between * (points - WEEK) > WEEKDAYS_DIFFER[known] * within * (WEEK - 1)


def _drift(days: Sequence[Day], place: int, unusual: set[int]) -> tuple[float, float]:
    """The weighted mean of the last two weeks' distances from what was usual before them, and its limit; zeros when that is not known.

    No single point is a drift, however far it is. What was usual is itself a median of so many points: the limit allows for that too.
    """
    since = _drift_since(days[place])
    usual = _usual(days, place, unusual, since)
    if usual is None:
        return 0.0, 0.0
    mean = 0.0
    for day in days[max(0, place - DRIFT_DAYS) : place + 1]:
        if day.starts_at >= since:
            mean += SMOOTHING * (min(max(usual.distance(day), -POINT_LIMIT), POINT_LIMIT) - mean)
    return mean, DRIFT_LIMIT * sqrt(SMOOTHING / (2 - SMOOTHING) + MEDIAN_VARIANCE / usual.points)


def _drift_since(day: Day) -> datetime:
    return day.starts_at - timedelta(days=DRIFT_DAYS - 1, hours=2)
