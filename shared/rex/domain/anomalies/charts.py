"""Per send: a cumulative sum of the evidence that a rate has risen (Bernoulli CUSUM), and of the evidence that it is back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from rex.domain.anomalies.episodes import Episode, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A usual rate, a rate that does harm, and how much evidence for the second over the first is an alarm."""

    usual: float
    harmful: float
    limit: float

    @property
    def of_event(self) -> float:
        """What a send weighs to which it happened."""
        return log(self.harmful / self.usual)

    @property
    def of_none(self) -> float:
        """What a send weighs to which it did not; below zero."""
        return log((1 - self.harmful) / (1 - self.usual))


BOUNCES = Chart(usual=0.02, harmful=0.05, limit=5.0)
COMPLAINTS = Chart(usual=0.0005, harmful=0.003, limit=4.0)


@dataclass(frozen=True, slots=True)
class Sends:
    """A span's sends, and to how many of them it happened."""

    starts_at: datetime
    ends_at: datetime
    sends: int
    events: int


@dataclass(frozen=True, slots=True)
class _Run:
    """So many sends without an event, and then one, or none."""

    at: Sends
    quiet: int
    event: bool


def watch_sends(spans: Iterable[Sends], chart: Chart) -> list[Episode]:
    """Every rise in time order; only the last one may still go on.

    Which sends of a span it happened to is not known: they are taken to lie evenly. A rise is over when as much evidence has come
    together that the rate is usual again. It began where the sum last left zero.
    """
    episodes: list[Episode] = []
    total, since, sends, events, raised = 0.0, None, 0, 0, False
    for run in _runs(spans):
        sign = -1 if raised else 1
        total = max(0.0, total + sign * run.quiet * chart.of_none)
        if total == 0 and not raised:
            since, sends, events = None, 0, 0
        total = max(0.0, total + sign * chart.of_event * run.event)
        since = since or run.at
        sends, events = sends + run.quiet + run.event, events + run.event
        if raised:
            episodes[-1] = replace(episodes[-1], observed=events / sends, samples=sends, count=events)
        if total < chart.limit:
            continue
        if raised:
            episodes[-1] = replace(episodes[-1], ended_at=run.at.ends_at)
        else:
            episodes.append(Episode(
                method=Method.CUSUM, started_at=since.starts_at, found_at=run.at.ends_at, ended_at=None, score=total, limit=chart.limit,
                observed=events / sends, expected=chart.usual, samples=sends, count=events,
            ))  # fmt: skip
        raised, total = not raised, 0.0
        if not raised:
            since, sends, events = None, 0, 0
    return episodes


def _runs(spans: Iterable[Sends]) -> Iterator[_Run]:
    for span in spans:
        events = max(0, min(span.events, span.sends))
        before = 0
        for nth in range(events):
            place = (2 * nth + 1) * span.sends // (2 * events)
            yield _Run(span, place - before, True)
            before = place + 1
        if before < span.sends:
            yield _Run(span, span.sends - before, False)
