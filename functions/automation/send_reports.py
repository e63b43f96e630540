"""Every ten minutes: mail the reports of the day before that are due, where the deployment has a mail server for them."""

from typing import Any

from rex import automation, wiring
from rex.usecases.send_reports import send_reports


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    reporter = wiring.reporter()
    if reporter is None:
        return {"off": True}
    return send_reports(machinery=wiring.machinery(), reporter=reporter, seconds_left=automation.seconds_left(context))
