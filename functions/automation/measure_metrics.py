"""Every minute, and by nudges 5 seconds apart that the minute sends ahead: count what happened, and tell accounts whose figures changed."""

from typing import Any

from rex import automation, wiring
from rex.usecases.measure_metrics import measure_metrics, send_nudges_ahead


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    if "Records" not in event:
        send_nudges_ahead(wiring.nudge())
    return measure_metrics(machinery=wiring.machinery(), seconds_left=automation.seconds_left(context))
