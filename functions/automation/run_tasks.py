"""Every minute, and when tasks are ready: let the agents work."""

from random import SystemRandom
from typing import Any

from rex import automation, wiring
from rex.domain.agents import run_agent
from rex.usecases.run_tasks import Worker, run_tasks

LUCK = SystemRandom()  # Functions that start from one snapshot would else draw the same numbers.


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    worker = Worker(name=context.aws_request_id, machinery=wiring.machinery(), run_agent=run_agent, draw_luck=LUCK.random)
    return run_tasks(worker, seconds_left=automation.seconds_left(context), nudge=wiring.nudge())
