"""Keep the figures of every account: a step every few seconds, as long as the function may run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from rex.domain.commands import Machinery, SecondsLeft

SECONDS_APART = 5.0
LONGEST_STEP = 9.0
"""Seconds; a statement may take eight."""
COUNTED = ("counted", "closed", "rolled_up", "changed", "busy")


def measure_metrics(*, machinery: Machinery, seconds_left: SecondsLeft, pause: Callable[[float], None]) -> dict[str, Any]:
    """What the steps did together. One that left something goes on at once; the turn ends when a newer run has taken it."""
    done: Counter[str] = Counter()
    turn: int | None = None
    while (began := seconds_left()) > LONGEST_STEP:
        step: dict[str, Any] = machinery.command("rex_measure_metrics", p_turn=turn)
        if "over" in step:
            break
        done.update({"steps": 1} | {name: int(step[name]) for name in COUNTED if name in step})
        turn = step.get("turn", turn)
        if not step["more"]:
            pause(max(0.0, SECONDS_APART - (began - seconds_left())))
    return dict(done)
