"""Every minute: try failed missions again, or hand them to a person."""

from functools import partial
from random import SystemRandom
from typing import Any

from rex import automation, wiring
from rex.usecases.ask_reasoner import ask_reasoner
from rex.usecases.recover_missions import Recoverer, recover_missions

LUCK = SystemRandom()  # Functions that start from one snapshot would else draw the same numbers.


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    ask = partial(ask_reasoner, machinery=wiring.machinery(), reasoner=wiring.reasoner(), log_unsettled=automation.log_unsettled)
    recoverer = Recoverer(machinery=wiring.machinery(), ask=ask, draw_luck=LUCK.random)
    return recover_missions(recoverer, seconds_left=automation.seconds_left(context))
