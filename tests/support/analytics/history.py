"""The raw rows of an account's year, by the moment at which each would have been written."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.support.analytics.messages import add_messages
from tests.support.analytics.rows import END, ODD_MOMENTS, START, Row, log
from tests.support.analytics.tasks import add_tasks

ACTIVE = ("ASSIGNED", "EXECUTING", "ANALYZING", "OPTIMIZING")
ENDS = ("COMPLETED",) * 7 + ("ESCALATED", "CANCELLED", "OPEN")


@dataclass
class History:
    """One account's rows from `start` to the end of the year; what happens is drawn from `luck`."""

    account: uuid.UUID
    campaigns: list[uuid.UUID]
    domains: list[uuid.UUID]
    luck: random.Random
    start: datetime = START
    rows: list[Row] = field(default_factory=list)

    def chunks(self, every: timedelta) -> Iterator[tuple[datetime, list[Row]]]:
        """The rows of each span in the order they are written, and its end."""
        waiting = sorted(self.rows, key=lambda row: row.at)
        until = self.start
        while until < END:
            until += every
            taken = [row for row in waiting if row.at < until]
            waiting = waiting[len(taken) :]
            yield until, taken


def write_history(history: History, missions: int) -> None:
    """So many missions spread over the time, some of them at odd moments."""
    odd = [moment for moment in ODD_MOMENTS if moment > history.start + timedelta(hours=1)]
    for number in range(missions):
        start = history.start + (END - history.start) * history.luck.random() * 0.97
        if number % 10 == 0:
            start = history.luck.choice(odd) + timedelta(seconds=history.luck.uniform(-1800, 1800))
        _add_mission(history, start)
    for domain in history.domains:
        _add_reputations(history, domain)


def _add_mission(history: History, created: datetime) -> None:
    luck, mission = history.luck, uuid.UUID(int=history.luck.getrandbits(128))
    campaign, end = luck.choice(history.campaigns), luck.choice(ENDS)
    path = _path(luck, created, end)
    states = [state for _, state in path]
    active = sum(
        (later - at).total_seconds() for (at, state), (later, _) in pairwise(path) if state in ACTIVE
    )  # fmt: skip
    history.rows.append(Row("rex_missions", created, {
        "id": mission, "user_id": history.account, "type": "lead_reactivation", "state": "QUEUED", "crew": "dead_lead_crew", "campaign_id": campaign,
        "sends": True, "created_by": history.account, "ready": False, "active_seconds": active, "created_at": created, "leads": 5,
    }))  # fmt: skip
    for version, (at, state) in enumerate(path, start=1):
        before = states[version - 2] if version > 1 else None
        reason = "cancelled" if end == "CANCELLED" and version == len(path) else None
        history.rows.append(log(history.account, at, "mission", mission, mission, "move", before, state, reason=reason, version=version))
    for fence, (taken, released) in enumerate(_slots(path), start=1):
        _add_reservation(history, mission, fence, taken, released)
    executing = [at for at, state in path if state == "EXECUTING"]
    if executing:
        add_tasks(history, mission, executing[-1])
        add_messages(history, mission, campaign, executing[-1] + timedelta(minutes=30))
    if luck.random() < 0.2:
        _add_model_call(history, mission, created + timedelta(minutes=3))


def _path(luck: random.Random, created: datetime, end: str) -> list[tuple[datetime, str]]:
    """Moments and states, from the queue to the end."""
    states = ["QUEUED", "ASSIGNED", "EXECUTING"]
    if luck.random() < 0.2:
        states += ["FAILED", "QUEUED", "ASSIGNED", "EXECUTING"]
    if end == "COMPLETED":
        states += ["COLLECTING", "ANALYZING", *(["OPTIMIZING"] if luck.random() < 0.5 else []), "COMPLETED"]
    elif end == "ESCALATED":
        states += ["FAILED", "ESCALATED"]
    elif end == "CANCELLED":
        states += ["FAILED"]
    longest = {"COLLECTING": 200_000, "EXECUTING": 20_000, "QUEUED": 7_000}
    moments, at = [], created
    for state in states:
        moments.append((at, state))
        at += timedelta(milliseconds=luck.randint(1, 1000 * longest.get(state, 90)))
    return [(at, state) for at, state in moments if at < END]


def _slots(path: list[tuple[datetime, str]]) -> Iterator[tuple[datetime, datetime | None]]:
    """When a slot was held, from ASSIGNED to the end of EXECUTING."""
    taken: datetime | None = None
    for at, state in path:
        if state == "ASSIGNED":
            taken = at
        elif taken is not None and state not in ("ASSIGNED", "EXECUTING"):
            yield taken, at
            taken = None
    if taken is not None:
        yield taken, None


def _add_reservation(history: History, mission: uuid.UUID, fence: int, taken: datetime, released: datetime | None) -> None:
    row: dict[str, Any] = {
        "user_id": history.account,
        "mission_id": mission,
        "crew": "dead_lead_crew",
        "slot": history.luck.getrandbits(30) + 1,
        "fence": fence,
    }
    history.rows.append(Row("rex_reservations", taken, row | {"taken_at": taken, "released_at": released}))


def _add_model_call(history: History, mission: uuid.UUID, at: datetime) -> None:
    tokens, call = history.luck.randint(100, 9000), uuid.UUID(int=history.luck.getrandbits(128))
    row = {
        "id": call,
        "user_id": history.account,
        "day": at.date(),
        "mission_id": mission,
        "taken_at": at,
        "tokens": tokens,
        "micros": tokens * 3,
    }
    history.rows.append(Row("rex_llm_calls", at, row))
    if history.luck.random() < 0.8:
        history.rows.append(Row("settled", at + timedelta(seconds=40), {"id": call, "tokens": tokens // 3, "micros": tokens}))


def _add_reputations(history: History, domain: uuid.UUID) -> None:
    """One in most of some hours: where none was measured there is a gap."""
    for day in range((END - history.start).days):
        at = history.start + timedelta(days=day, hours=history.luck.randint(0, 23))
        if history.luck.random() < 0.9:
            value = history.luck.randint(400, 1000) / 1000
            history.rows.append(Row("rex_domain_reputations", at, {
                "domain_id": domain, "at": at, "user_id": history.account, "value": value, "sends": 1, "complaints": 0, "bounces": 0, "blocks": 0,
                "unsubscribes": 0, "replies": 0,
            }))  # fmt: skip
