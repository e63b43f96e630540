"""Every minute, and when an inbox was added or changed: check logins."""

from typing import Any

from rex import automation, wiring
from rex.usecases.check_inboxes import check_inboxes


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    return check_inboxes(machinery=wiring.machinery(), mailer=wiring.mailer(), seconds_left=automation.seconds_left(context))
