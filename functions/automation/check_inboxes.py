"""Every minute, and when a domain or an inbox was added or changed: verify domains and check logins."""

from typing import Any

from rex import automation, wiring
from rex.settings import settings
from rex.usecases.check_inboxes import check_inboxes
from rex.usecases.verify_domains import verify_domains


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    verified = verify_domains(machinery=wiring.machinery(), laptop=settings().is_laptop)
    return verified | check_inboxes(
        machinery=wiring.machinery(), mailer=wiring.mailer(), nudge=wiring.nudge(), seconds_left=automation.seconds_left(context)
    )
