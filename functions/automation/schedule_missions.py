"""Every minute, and when a mission was queued: claim what may start, and plan it."""

from typing import Any

from rex import automation, wiring
from rex.usecases.schedule_missions import schedule_missions


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return schedule_missions(machinery=wiring.machinery(), nudge=wiring.nudge())
