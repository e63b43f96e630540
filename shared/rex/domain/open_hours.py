"""When, in a day of the account, the permitted hours of leads elsewhere fall."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from rex.domain.estimate_scenes import EstimateScene

_A_DAY = timedelta(days=1)
type Interval = tuple[datetime, datetime]


class OpenHours:
    """Permitted hours of each day, counted from the day the scene starts on; of that day what is left of it."""

    def __init__(self, scene: EstimateScene) -> None:
        self._scene = scene
        self._clock = ZoneInfo(scene.zone)
        self.starts_on = scene.starts_at.astimezone(self._clock).date()
        self.of_zones = cache(self._of_zones)
        self._of_clock = cache(self._of_clock_anew)
        self._bounds = cache(self._bounds_anew)
        self._clocks = cache(ZoneInfo)

    def _bounds_anew(self, day: int) -> Interval:
        """From when to when the account counts as this day."""
        begins, ends = (_at(self.starts_on + timedelta(days=n), 0, self._clock) for n in (day, day + 1))
        return max(begins, self._scene.starts_at.astimezone(UTC)), ends

    def _of_zones(self, zones: tuple[str, ...], day: int) -> tuple[Interval, ...]:
        """What suits all of these clocks."""
        common = [self._bounds(day)]
        for zone in zones:
            theirs = self._of_clock(self._clock_on(zone, day), day)
            common = [both for one in common for other in theirs if (both := _overlap(one, other))]
        return tuple(common)

    def _clock_on(self, zone: str, day: int) -> tzinfo:
        """Its distance from UTC, which many share, unless that changes about this day."""
        clock, (begins, ends) = self._clocks(zone), self._bounds(day)
        before, after = (moment.astimezone(clock).utcoffset() for moment in (begins - _A_DAY, ends + _A_DAY))
        return timezone(before) if before is not None and before == after else clock

    def _of_clock_anew(self, clock: tzinfo, day: int) -> tuple[Interval, ...]:
        first, last = (moment.astimezone(clock).date() for moment in self._bounds(day))
        dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(
            (_at(each, self._scene.opens, clock), _at(each, self._scene.closes, clock))
            for each in dates
            if each.isoweekday() in self._scene.days
        )


def seconds_of(intervals: Iterable[Interval]) -> int:
    """How long it is open by any of these."""
    total, until = 0.0, datetime.min.replace(tzinfo=UTC)
    for begins, ends in sorted(intervals):
        total += max(0.0, (ends - max(begins, until)).total_seconds())
        until = max(until, ends)
    return int(total)


def _overlap(one: Interval, other: Interval) -> Interval | None:
    begins, ends = max(one[0], other[0]), min(one[1], other[1])
    return (begins, ends) if begins < ends else None


def _at(on: date, seconds: int, clock: tzinfo) -> datetime:
    return (datetime.combine(on, time(), tzinfo=clock) + timedelta(seconds=seconds)).astimezone(UTC)
