"""Check the logins of inboxes that are new or were changed."""

from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.messages import Inbox, Mailer
from rex.domain.queues import Queue
from rex.errors import Transient

BATCH = 20
SECONDS_FOR_A_CHECK = 30.0


def check_inboxes(*, machinery: Machinery, mailer: Mailer, nudge: Nudge, seconds_left: SecondsLeft) -> dict[str, int]:
    """How many logins work, fail, or could not be checked; what the time leaves over is taken up by the next run."""
    done = {"checked": 0, "failed": 0, "later": 0}
    for row in machinery.call("rex_claim_inbox_checks", p_limit=BATCH)["inboxes"]:
        inbox = Inbox.model_validate(row)
        done[_check(inbox, machinery, mailer) if seconds_left() > SECONDS_FOR_A_CHECK else "later"] += 1
    if done["checked"]:
        nudge(Queue.BUS)
    return done


def _check(inbox: Inbox, machinery: Machinery, mailer: Mailer) -> str:
    try:
        error = mailer.check_login(inbox)
    except Transient:
        return "later"
    machinery.command("rex_check_inbox", p_inbox_id=str(inbox.inbox_id), p_login_version=inbox.login_version, p_error=error)
    return "failed" if error else "checked"
