"""On which days what a mission writes would go out: follow-ups first, then what is ahead of it, then first touches, as the sender does."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from math import ceil

from rex.domain.estimate_scenes import EstimateScene, Frozen, SendingDomain, SendingInbox
from rex.domain.open_hours import Interval, OpenHours, seconds_of

MOST_DAYS = 180
"""What cannot go out in so many days is `unplaced`."""


class SendingDay(Frozen):
    """What the caps let out on a day, and how much of it this mission would take."""

    on: date
    room: int
    messages: int


@dataclass(frozen=True)
class _Cohort:
    """Leads that wait for the same step; `sent`: on which days they got their last messages, the latest first."""

    step: int
    zones: tuple[str, ...]
    sent: tuple[int, ...]


class _Outlets:
    """The domains, each inbox with its best day so far, when they send what they may."""

    def __init__(self, domains: tuple[SendingDomain, ...]) -> None:
        self._domains = [(domain, [inbox.best for inbox in domain.inboxes]) for domain in domains]

    def room(self, day: int, seconds: int) -> int:
        """Of all of them in so much permitted time."""
        return sum(_domain_room(domain, best, day, seconds) for domain, best in self._domains)

    def send(self, day: int, seconds: int) -> None:
        """The day is over; what an inbox sent counts for its ramp."""
        for domain, best in self._domains:
            best[:] = map(max, best, _inbox_rooms(domain, best, day, seconds))


class _Queue:
    """Who waits for which step, and from which day on."""

    def __init__(self, scene: EstimateScene, starts_on: date) -> None:
        self._scene = scene
        self._due: dict[int, Counter[_Cohort]] = defaultdict(Counter)
        self.waiting: dict[int, dict[tuple[str, ...], deque[tuple[_Cohort, int]]]] = defaultdict(lambda: defaultdict(deque))
        for group in scene.groups if scene.delays_hours else ():
            sent = tuple((on - starts_on).days for on in group.sent_on)
            self._wait(_Cohort(0, group.zones, sent), group.leads, int(scene.delays_hours[0] // 24))

    def begin(self, day: int) -> None:
        """Those that are due on this day wait from now on."""
        for cohort, leads in self._due.pop(day, Counter()).items():
            self.waiting[cohort.step][cohort.zones].append((cohort, leads))

    def take(self, step: int, zones: tuple[str, ...], most: int, day: int) -> int:
        """Sends to at most so many of these, who then wait for their next step."""
        line, left = self.waiting[step][zones], most
        while line and left:
            cohort, leads = line.popleft()
            sent = min(leads, left)
            left -= sent
            if leads > sent:
                line.appendleft((cohort, leads - sent))
            self._follow(cohort, sent, day)
        return most - left

    def _follow(self, cohort: _Cohort, leads: int, day: int) -> None:
        if cohort.step + 1 < len(self._scene.delays_hours):
            wait = max(1, ceil(self._scene.delays_hours[cohort.step + 1] / 24))
            self._wait(_Cohort(cohort.step + 1, cohort.zones, (day, *cohort.sent)), leads, day + wait)

    def _wait(self, cohort: _Cohort, leads: int, day: int) -> None:
        """From this day on, or from when the frequency cap leaves room for one more."""
        most = self._scene.cap_messages
        sent = cohort.sent[:most]
        if most is not None and len(sent) == most:
            day = max(day, sent[-1] + self._scene.cap_days)
        self._due[day][_Cohort(cohort.step, cohort.zones, sent if most is not None else ())] += leads


def sending_days(scene: EstimateScene) -> Iterator[SendingDay]:
    """The days on which something of it goes out; none while its account or campaign is paused."""
    hours, outlets = OpenHours(scene), _Outlets(scene.domains)
    queue = _Queue(scene, hours.starts_on)
    ahead, left = scene.messages_ahead, sum(group.leads for group in scene.groups) * len(scene.delays_hours)
    clocks = sorted({group.zones for group in scene.groups})
    for day in range(0 if scene.paused else MOST_DAYS):
        if not left:
            return
        queue.begin(day)
        open_ = {zones: intervals for zones in clocks if (intervals := hours.of_zones(zones, day))}
        seconds = seconds_of(each for intervals in open_.values() for each in intervals)
        room = outlets.room(day, seconds)
        places = _places(open_, outlets, day)
        followed = _send(queue, range(len(scene.delays_hours) - 1, 0, -1), places, room, day)
        free, ahead = max(0, room - followed - ahead), max(0, ahead - (room - followed))
        taken = followed + _send(queue, range(1), places, free, day)
        outlets.send(day, seconds)
        left -= taken
        if taken:
            yield SendingDay(on=hours.starts_on + timedelta(days=day), room=room, messages=taken)


def _places(open_: Mapping[tuple[str, ...], tuple[Interval, ...]], outlets: _Outlets, day: int) -> dict[tuple[str, ...], int]:
    """What the hours of each have room for; who opens first comes first."""
    room = cache(partial(outlets.room, day))
    return {zones: room(seconds_of(intervals)) for zones, intervals in sorted(open_.items(), key=lambda one: (one[1], one[0]))}


def _send(queue: _Queue, steps: range, places: dict[tuple[str, ...], int], most: int, day: int) -> int:
    """Of these steps, within the room of each clock's hours and all together; who opens first goes first."""
    free = most
    for step in steps:
        for zones, place in places.items():
            sent = queue.take(step, zones, min(place, free), day)
            places[zones], free = place - sent, free - sent
    return most - free


def _domain_room(domain: SendingDomain, best: list[int], day: int, seconds: int) -> int:
    caps = sum(_inbox_cap(inbox, most, day) for inbox, most in zip(domain.inboxes, best, strict=True))
    cap = caps if domain.daily_cap is None else min(domain.daily_cap, caps)
    return min(sum(_inbox_rooms(domain, best, day, seconds)), max(0, cap - (domain.sent if day == 0 else 0)))


def _inbox_rooms(domain: SendingDomain, best: list[int], day: int, seconds: int) -> list[int]:
    return [_inbox_room(inbox, most, day, seconds) for inbox, most in zip(domain.inboxes, best, strict=True)]


def _inbox_room(inbox: SendingInbox, best: int, day: int, seconds: int) -> int:
    """Between two of its messages pass 1.5 times its spacing, on average."""
    left = max(0, _inbox_cap(inbox, best, day) - (inbox.sent if day == 0 else 0))
    if not seconds or not inbox.spacing_seconds:
        return left if seconds else 0
    return min(left, int(seconds / (1.5 * inbox.spacing_seconds)))


def _inbox_cap(inbox: SendingInbox, best: int, day: int) -> int:
    """As `rex.inbox_cap`: while it warms up 2 more each day, and never half as much again as on its best day."""
    if inbox.warming_days is None:
        return inbox.daily_cap
    return min(inbox.daily_cap, 5 + 2 * (inbox.warming_days + day), max(5, best * 3 // 2))
