"""In steps 5 seconds apart while something changes, begun anew every minute: count what happened, and tell accounts how they are doing."""

import time
from typing import Any

from rex import automation, wiring
from rex.usecases.measure_metrics import measure_metrics


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return measure_metrics(machinery=wiring.machinery(), seconds_left=automation.seconds_left(context), pause=time.sleep)
