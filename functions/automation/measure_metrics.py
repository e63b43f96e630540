"""In steps 5 seconds apart, begun anew every minute: count what happened, and tell accounts whose figures changed."""

import time
from typing import Any

from rex import automation, wiring
from rex.usecases.measure_metrics import measure_metrics


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return measure_metrics(machinery=wiring.machinery(), seconds_left=automation.seconds_left(context), pause=time.sleep)
