"""Keep the figures of every account: a step every few seconds, each in a call of its own, so that nobody pays for the wait between them."""

from collections import Counter
from typing import Any

from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.queues import Queue

SECONDS_APART = 5
LONGEST_STEP = 9.0
"""Seconds; a statement may take eight."""
COUNTED = ("counted", "closed", "rolled_up", "changed", "busy")


def send_nudges_ahead(nudge: Nudge) -> None:
    """The steps of the minute that begins with this call's own; one that is lost is made up for by the next."""
    for seconds in range(SECONDS_APART, 60, SECONDS_APART):
        nudge(Queue.METRICS, seconds)


def measure_metrics(*, machinery: Machinery, seconds_left: SecondsLeft) -> dict[str, Any]:
    """What the steps did together: one, and more at once as long as there is more to do."""
    done: Counter[str] = Counter()
    more = True
    while more and seconds_left() > LONGEST_STEP:
        step: dict[str, Any] = machinery.command("rex_measure_metrics")
        done.update({"steps": 1} | {name: int(step[name]) for name in COUNTED if name in step})
        more = step["more"]
    return dict(done)
