"""Every hour: say what of an account is no longer as usual, what is again, and start what helps."""

from typing import Any

from rex import automation, wiring
from rex.usecases.examine_accounts import examine_accounts


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return examine_accounts(machinery=wiring.machinery(), nudge=wiring.nudge(), seconds_left=automation.seconds_left(context))
