"""Keep the figures of every account: a step every few seconds, as long as the function may run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from rex.domain.commands import Machinery, SecondsLeft

SECONDS_APART = 5.0
LONGEST_STEP = 9.0
"""Seconds; a statement may take eight."""


def measure_metrics(*, machinery: Machinery, seconds_left: SecondsLeft, pause: Callable[[float], None]) -> dict[str, Any]:
    """What the steps did together. One that left something goes on at once; another run's step is as good as one of this."""
    done: Counter[str] = Counter()
    while (began := seconds_left()) > LONGEST_STEP:
        step: dict[str, Any] = machinery.command("rex_measure_metrics")
        done.update({"steps": 1} | {name: int(value) for name, value in step.items() if name != "more"})
        if not step["more"]:
            pause(max(0.0, SECONDS_APART - (began - seconds_left())))
    return dict(done)
