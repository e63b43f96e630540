"""How long a mission would take and how much of the caps it would use, if nothing was paused, nobody replied and every message went out."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict

MOST_DAYS = 180
"""What cannot go out in so many days is `unplaced`."""
SECONDS_PER_LEAD = 0.1
"""Of the agents, before an account has missions of its own to tell."""
_DAY = 86_400


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Basis(StrEnum):
    """Where a figure comes from."""

    OWN_MISSIONS = "own_missions"
    DEFAULT = "default"


class SendingInbox(_Frozen):
    """`warming_days`: None when warm; `best` of its last 3 days with sends; `sent` on the first day."""

    daily_cap: int
    warming_days: int | None
    best: int
    sent: int
    spacing_seconds: int


class SendingDomain(_Frozen):
    """A domain that would send; without a cap of its own it sends what its inboxes may."""

    daily_cap: int | None
    sent: int
    inboxes: tuple[SendingInbox, ...]


class EstimatedCost(_Frozen):
    """In billionths of a dollar: the likely cost, and what it would be at the least and at the most."""

    basis: Literal["own_missions", "prices"]
    missions: int
    messages: int
    message_nanos: int
    llm_nanos: int
    compute_nanos: int
    nanos: int
    least_nanos: int
    most_nanos: int
    per_lead: int


class EstimateScene(_Frozen):
    """All that an estimate looks at; days and their seconds are of the account's clock; it writes from `opens` to `closes`."""

    starts_on: date
    starts_second: int
    leads: int
    opens: int
    closes: int
    days: tuple[int, ...]
    delays_hours: tuple[float, ...]
    collecting_seconds: int
    domains: tuple[SendingDomain, ...]
    messages_ahead: int
    missions_ahead: int
    seconds_per_lead: float | None
    cost: EstimatedCost | None


class SendingDay(_Frozen):
    """What the caps let out on a day, and how much of it this mission would take."""

    on: date
    room: int
    messages: int


class EstimatedTime(_Frozen):
    """Dates are by the account's clock, None when not everything can go out; `missions_ahead` start first in its crew."""

    agents_seconds: float
    basis: Basis
    missions_ahead: int
    first_send_on: date | None
    last_send_on: date | None
    completes_on: date | None


class CapUse(_Frozen):
    """Domains and inboxes that would send, what goes out before it, the days it sends on, and what finds no place on them."""

    domains: int
    inboxes: int
    messages_ahead: int
    unplaced: int
    days: tuple[SendingDay, ...]


class Estimate(_Frozen):
    """Of a mission that is not made yet; `messages` when everybody gets every step."""

    leads: int
    messages: int
    time: EstimatedTime
    caps: CapUse
    cost: EstimatedCost | None


def estimate(scene: EstimateScene) -> Estimate:
    """Follow-ups go before what is ahead of the mission, first touches after it, as the sender takes them."""
    own, messages = scene.seconds_per_lead, scene.leads * len(scene.delays_hours)
    days = tuple(_send(scene))
    unplaced = messages - sum(day.messages for day in days)
    ends = days[-1].on if days and not unplaced else None
    return Estimate(
        leads=scene.leads,
        messages=messages,
        time=EstimatedTime(
            agents_seconds=round((SECONDS_PER_LEAD if own is None else own) * scene.leads, 1),
            basis=Basis.DEFAULT if own is None else Basis.OWN_MISSIONS,
            missions_ahead=scene.missions_ahead,
            first_send_on=days[0].on if days else None,
            last_send_on=ends,
            completes_on=ends and ends + timedelta(days=ceil(scene.collecting_seconds / _DAY)),
        ),
        caps=CapUse(
            domains=len(scene.domains),
            inboxes=sum(len(domain.inboxes) for domain in scene.domains),
            messages_ahead=scene.messages_ahead,
            unplaced=unplaced,
            days=days,
        ),
        cost=scene.cost,
    )


def _send(scene: EstimateScene) -> Iterator[SendingDay]:
    """The days on which something of it goes out."""
    steps = len(scene.delays_hours)
    due: dict[int, Counter[int]] = {}
    waiting: Counter[int] = Counter()
    ahead, left = scene.messages_ahead, scene.leads * steps
    if left:
        due[int(scene.delays_hours[0] // 24)] = Counter({0: scene.leads})
    for day, room in enumerate(_rooms(scene)):
        if not left:
            return
        waiting += due.pop(day, Counter())
        free, taken = room, 0
        for step in range(steps - 1, -1, -1):
            if step == 0:
                free, ahead = max(0, free - ahead), max(0, ahead - free)
            sent = min(waiting[step], free)
            waiting[step] -= sent
            free, taken = free - sent, taken + sent
            if sent and step + 1 < steps:
                due.setdefault(day + max(1, ceil(scene.delays_hours[step + 1] / 24)), Counter())[step + 1] += sent
        left -= taken
        if taken:
            yield SendingDay(on=scene.starts_on + timedelta(days=day), room=room, messages=taken)


def _rooms(scene: EstimateScene) -> Iterator[int]:
    """What all domains may send on each day from the first on, when they send what they may."""
    best = [[inbox.best for inbox in domain.inboxes] for domain in scene.domains]
    for day in range(MOST_DAYS):
        seconds = _open_seconds(scene, day)
        yield sum(_domain_room(domain, best[number], day, seconds) for number, domain in enumerate(scene.domains))


def _open_seconds(scene: EstimateScene, day: int) -> int:
    """Permitted time of a day; of the first what is left of it."""
    if (scene.starts_on + timedelta(days=day)).isoweekday() not in scene.days:
        return 0
    return max(0, scene.closes - max(scene.opens, scene.starts_second if day == 0 else 0))


def _domain_room(domain: SendingDomain, best: list[int], day: int, seconds: int) -> int:
    if not seconds:
        return 0
    caps = [_inbox_cap(inbox, best[number], day) for number, inbox in enumerate(domain.inboxes)]
    limits = [_inbox_room(inbox, cap, day, seconds) for inbox, cap in zip(domain.inboxes, caps, strict=True)]
    best[:] = [max(each, limit) for each, limit in zip(best, limits, strict=True)]
    cap = sum(caps) if domain.daily_cap is None else min(domain.daily_cap, sum(caps))
    return min(sum(limits), max(0, cap - (domain.sent if day == 0 else 0)))


def _inbox_cap(inbox: SendingInbox, best: int, day: int) -> int:
    """As `rex.inbox_cap`: while it warms up 2 more each day, and never half as much again as on its best day."""
    if inbox.warming_days is None:
        return inbox.daily_cap
    return min(inbox.daily_cap, 5 + 2 * (inbox.warming_days + day), max(5, best * 3 // 2))


def _inbox_room(inbox: SendingInbox, cap: int, day: int, seconds: int) -> int:
    """Between two of its messages pass 1.5 times its spacing, on average."""
    left = max(0, cap - (inbox.sent if day == 0 else 0))
    return min(left, int(seconds / (1.5 * inbox.spacing_seconds))) if inbox.spacing_seconds else left
