"""Reports as mail, through the mail server of the deployment; never through an inbox of an account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from uuid import UUID

from rex.domain.messages import HandOver, HandOverResult, Inbox
from rex.domain.reports import CHART, ReportMail
from rex.gateways.mail_messages import needs_smtputf8
from rex.gateways.mailer import SmtpMailer

_NOBODY = UUID(int=0)


def sender(host: str, port: int, username: str, address: str) -> Inbox:
    """The deployment's own mailbox; whoever runs it can receive what comes back."""
    return Inbox(
        inbox_id=_NOBODY, user_id=_NOBODY, address=address, host=host, port=port, username=username, login_version=1,
        send_without_replies=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReportMailer:
    """Speaks to one mail server, under the same rules as for inboxes."""

    smtp: SmtpMailer
    sender: Inbox
    clock: Callable[[], datetime]

    @property
    def domain(self) -> str:
        """Of the sender's address."""
        return self.sender.address.rpartition("@")[2]

    def hand_over(self, report: ReportMail) -> HandOver:
        """Try once; whatever goes wrong is in the answer."""
        try:
            content = compose_report(report, self.sender.address, self.clock())
        except (ValueError, IndexError, MessageError) as error:  # the header parser's ways to say that a field is no header
            return HandOver(result=HandOverResult.REFUSED, code="message_invalid", answer=str(error))
        return self.smtp.deliver(content, report.address, self.sender)


def compose_report(report: ReportMail, sender_address: str, now: datetime) -> bytes:
    """Text, and HTML with its chart inside; no automatic answer is to come back."""
    policy = SMTPUTF8 if needs_smtputf8(report.address) else SMTP
    mail = EmailMessage(policy=policy)
    mail["From"] = Address("REX", addr_spec=sender_address)
    mail["To"] = report.address
    mail["Subject"] = report.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = report.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(report.text, cte="quoted-printable")
    mail.add_alternative(report.html, subtype="html", cte="quoted-printable")
    if html := mail.get_body(("html",)):
        html.add_related(report.chart, "image", "png", cid=f"<{CHART}>", disposition="inline", filename="chart.png")
    return mail.as_bytes()
