"""Send the test mails that people asked for, each to its own asker, before what is due to leads."""

from collections import Counter
from typing import Any

from rex.domain.commands import Machinery, SecondsLeft
from rex.domain.messages import HandOver, HandOverResult, Inbox, Mail, Mailer
from rex.domain.previews import PreviewMessage, PreviewScene, preview

MOST = 10
SECONDS_FOR_A_MAIL = 60.0
"""Longer than a mail server may take."""
_ENDS = {HandOverResult.SENT: "sent", HandOverResult.UNKNOWN: "unknown"}


def send_test_mails(*, machinery: Machinery, mailer: Mailer, seconds_left: SecondsLeft) -> dict[str, int]:
    """Until none can begin, or the time is up; how many ended how. None is ever tried twice: who asked can ask again."""
    counts: Counter[str] = Counter()
    for _ in range(MOST):
        if seconds_left() <= SECONDS_FOR_A_MAIL:
            break
        begun = machinery.command("rex_begin_test_mail")
        if begun["begun"]:
            counts[_send(begun, machinery, mailer)] += 1
        elif begun["code"] in (None, "cap"):
            break
    return {f"test_{state}": count for state, count in counts.items()}


def _send(begun: dict[str, Any], machinery: Machinery, mailer: Mailer) -> str:
    scene, inbox = PreviewScene.model_validate(begun["scene"]), Inbox.model_validate(begun["inbox"])
    message = next((each for each in preview(scene).messages if each.step == begun["step"]), None)
    told = _hand_over(begun, scene, message, inbox, mailer)
    state = _ENDS.get(told.result, "failed")
    machinery.command("rex_finish_test_mail", p_test_mail_id=begun["test_mail_id"], p_result=state, p_code=told.code)
    if told.blames_inbox:
        machinery.command("rex_check_inbox", p_inbox_id=str(inbox.inbox_id), p_login_version=inbox.login_version, p_error=told.code)
    return state


def _hand_over(begun: dict[str, Any], scene: PreviewScene, message: PreviewMessage | None, inbox: Inbox, mailer: Mailer) -> HandOver:
    """A step that was taken away or broken meanwhile is refused."""
    if message is None or message.body_text is None:
        return HandOver(result=HandOverResult.REFUSED, code=message.problem if message else "step_removed")
    mail = Mail(
        outreach_id=begun["test_mail_id"],
        address=begun["address"],
        subject=message.subject or "",
        body_text=message.body_text,
        body_html=message.body_html,
        sender_name=scene.campaign.sender_name or "",
        reply_to=scene.campaign.reply_to,
        company=scene.account.company or "",
        postal_address=scene.account.postal_address or "",
        message_id=begun["message_id"],
    )
    return mailer.hand_over(mail, inbox)
