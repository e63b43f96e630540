"""What every function started by a schedule or a queue shares: its outcome is logged and counted once; what it raises Lambda counts.

A nudge carries nothing, so one run answers for the whole batch of them: a raised error brings the batch back, and at last to the
dead letters.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from rex.domain.commands import SecondsLeft
from rex.errors import RexError

logger = Logger(service="rex")
metrics = Metrics(namespace="Rex", service="rex")

type Outcome = dict[str, Any]
type Handler = Callable[[Any, Any], Outcome]


def logged(run: Handler) -> Handler:
    """The Lambda entry point of an automation function; the numbers of its outcome become metrics of its name."""

    @logger.inject_lambda_context(clear_state=True)
    @wraps(run)
    def handle(event: Any, context: Any) -> Outcome:
        outcome = run(event, context)
        logger.info("done", extra={"outcome": outcome})
        count(run.__module__.rpartition(".")[2], outcome)
        return {"batchItemFailures": []}

    return handle


def count(function: str, outcome: Outcome) -> None:
    """A metric `function.what` for each number that is not zero."""
    numbers = {name: value for name, value in outcome.items() if isinstance(value, int) and value}
    for name, value in numbers.items():
        metrics.add_metric(name=f"{function}.{name}", unit=MetricUnit.Count, value=value)
    if numbers:
        metrics.flush_metrics()


def log_unsettled(call_id: str, error: RexError) -> None:
    """A call to the language model whose real use could not be written down."""
    logger.warning("unsettled", extra={"call_id": call_id, "code": error.code})


def seconds_left(context: Any) -> SecondsLeft:
    """The time this invocation may still take."""
    return lambda: context.get_remaining_time_in_millis() / 1000
