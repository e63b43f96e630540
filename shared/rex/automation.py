"""What every function started by a schedule or a queue shares: its outcome is logged once, and what it raises is an error of Lambda's.

A nudge carries nothing, so a run answers for the whole batch: a raised error brings all of it back, and at last to the dead letters.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

from rex.domain.commands import SecondsLeft

logger = Logger(service="rex")

type Outcome = dict[str, Any]
type Handler = Callable[[Any, Any], Outcome]


def logged(run: Handler) -> Handler:
    """The Lambda entry point of an automation function."""

    @logger.inject_lambda_context(clear_state=True)
    @wraps(run)
    def handle(event: Any, context: Any) -> Outcome:
        outcome = run(event, context)
        logger.info("done", extra={"outcome": outcome})
        return {"batchItemFailures": []}

    return handle


def seconds_left(context: Any) -> SecondsLeft:
    """The time this invocation may still take."""
    return lambda: context.get_remaining_time_in_millis() / 1000
