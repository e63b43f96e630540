"""Every minute, and when something is on the bus that a handler consumes: let the handlers work."""

from random import SystemRandom
from typing import Any

from rex import automation, wiring
from rex.usecases.bus_handlers import HANDLERS
from rex.usecases.consume_bus import Consumer, consume_bus

LUCK = SystemRandom()  # Functions that start from one snapshot would else draw the same numbers.


def report(error: Exception) -> None:
    automation.logger.error("handler failed", exc_info=error)


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    consumer = Consumer(machinery=wiring.machinery(), nudge=wiring.nudge(), handlers=HANDLERS, report=report, draw_luck=LUCK.random)
    return consume_bus(consumer, seconds_left=automation.seconds_left(context))
