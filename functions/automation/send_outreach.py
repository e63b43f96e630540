"""Every minute, and when messages are due: hand them over."""

from typing import Any

from rex import automation, wiring
from rex.usecases.send_outreach import send_outreach
from rex.usecases.send_test_mails import send_test_mails


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    machinery, mailer, seconds_left = wiring.machinery(), wiring.mailer(), automation.seconds_left(context)
    tests = send_test_mails(machinery=machinery, mailer=mailer, seconds_left=seconds_left)
    return tests | send_outreach(machinery=machinery, mailer=mailer, seconds_left=seconds_left, nudge=wiring.nudge())
