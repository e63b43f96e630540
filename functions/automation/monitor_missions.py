"""Every minute, in two passes 30 seconds apart: take back, wake and move on what nobody else does."""

import time
from typing import Any

from rex import automation, wiring
from rex.usecases.monitor_missions import monitor_missions

SECONDS_APART = 30.0


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    began, failure = time.monotonic(), None
    try:
        first = monitor_missions(machinery=wiring.machinery(), nudge=wiring.nudge())
        automation.logger.info("first pass", extra={"outcome": first})
    except Exception as error:  # the second pass may help others
        failure = error
    time.sleep(max(0.0, SECONDS_APART - (time.monotonic() - began)))
    second = monitor_missions(machinery=wiring.machinery(), nudge=wiring.nudge())
    if failure:
        raise failure
    return second
