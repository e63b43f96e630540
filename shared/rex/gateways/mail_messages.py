"""The mail that is handed over: what the agents wrote, the footer the law asks for, and the one-click headers (RFC 8058)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from html import escape

from rex.domain.messages import Inbox, Mail

_LONGEST_LINE = 998
"""RFC 5322. A header is not folded before: a link or Message-ID in the middle of which a line ends is not found by everybody."""


def compose(message: Mail, inbox: Inbox, unsubscribe_url: str, now: datetime) -> bytes:
    """The whole mail; raises ValueError, IndexError or MessageError when a field cannot stand in a header."""
    policy = SMTPUTF8 if needs_smtputf8(message.address, message.reply_to or "") else SMTP
    mail = EmailMessage(policy=policy)
    mail["From"] = Address(message.sender_name, addr_spec=inbox.address)
    mail["To"] = message.address
    mail["Reply-To"] = message.reply_to or inbox.address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message.message_id
    if message.references:
        mail["In-Reply-To"] = message.references[-1]
        mail["References"] = " ".join(message.references)
    mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(message, unsubscribe_url), cte="quoted-printable")
    if message.body_html:
        mail.add_alternative(_html(message.body_html, message, unsubscribe_url), subtype="html", cte="quoted-printable")
    return mail.as_bytes(policy=policy.clone(max_line_length=_LONGEST_LINE))


def needs_smtputf8(*addresses: str) -> bool:
    """Whether only a server with SMTPUTF8 (RFC 6531) can take mail that names these."""
    return not all(address.isascii() for address in addresses)


def _text(message: Mail, unsubscribe_url: str) -> str:
    footer = f"{message.company}\n{message.postal_address}\n\nNo more mail from us: {unsubscribe_url}"
    return f"{message.body_text.rstrip()}\n\n-- \n{footer}\n"


def _html(html: str, message: Mail, unsubscribe_url: str) -> str:
    """The footer comes before the end of the body where there is one."""
    place = escape(message.postal_address).replace("\n", "<br>")
    footer = (
        f'<hr><p style="font-size:12px;color:#666">{escape(message.company)}<br>{place}<br><br>'
        f'<a href="{escape(unsubscribe_url)}">No more mail from us</a></p>'
    )
    body, end, rest = html.rpartition("</body>")
    return f"{body}{footer}{end}{rest}" if end else f"{html}{footer}"
