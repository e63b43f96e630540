"""Every minute, and when messages are due: hand them over."""

from typing import Any

from rex import automation, wiring
from rex.usecases.send_outreach import send_outreach


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return send_outreach(
        machinery=wiring.machinery(), mailer=wiring.mailer(), seconds_left=automation.seconds_left(context), nudge=wiring.nudge()
    )
