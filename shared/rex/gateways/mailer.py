"""SMTP: hands one message to the mail server of its inbox, and says for sure whether it may be tried again.

Until a message's last line has left, nothing was accepted; from then on a lost answer means `unknown`. A server that is too slow, and a
process that was stopped too long, therefore give up before that line.
"""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError

from rex.domain.messages import HandOver, HandOverResult, Held, Inbox, Mail, always_held
from rex.domain.wording import printable
from rex.errors import RexError, Transient
from rex.gateways.mail_messages import compose
from rex.gateways.mail_servers import ANSWER_SECONDS, GOODBYE_SECONDS, PATIENCE_SECONDS, Server, connect, now, why_failed

_ENHANCED = re.compile(rb"^([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_MAILBOX = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"})
_NO_SUCH_MAILBOX_PLAIN = frozenset({550, 551, 553})
_BLOCKED = b"5.7."
_FAILURES = (RexError, smtplib.SMTPException, OSError, ValueError)
"""What a conversation may raise; ValueError for a login that is not ASCII, and for challenges that are no base64."""

type Reply = tuple[int, bytes]


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Speaks to the mail servers that inboxes name."""

    password: Callable[[Inbox], str]
    """Of an inbox; raises Transient."""
    unsubscribe_url: Callable[[Mail], str]
    clock: Callable[[], datetime]
    laptop: bool
    """Allows mail servers on loopback."""
    patience: float = PATIENCE_SECONDS

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        """Try once, only while `held`; whatever goes wrong is in the answer."""
        try:
            content = compose(message, inbox, self.unsubscribe_url(message), self.clock())
        except (ValueError, IndexError, MessageError) as error:  # the header parser's ways to say that a field is no header
            return HandOver(result=HandOverResult.REFUSED, code="message_invalid", answer=str(error))
        return self.deliver(content, message.address, inbox, held)

    def deliver(self, content: bytes, address: str, inbox: Inbox, held: Held = always_held) -> HandOver:
        """Try once to hand over a whole mail; whatever goes wrong is in the answer."""
        try:
            server = self._sign_in(inbox)
        except _FAILURES as error:
            return _failed(error)
        try:
            return _give(server, content, address, inbox) or _end(server, held)
        except _FAILURES as error:
            return _failed(error)
        finally:
            _leave(server)

    def check_login(self, inbox: Inbox) -> str | None:
        """A code for why the login fails, None when it works; raises Transient when that cannot be known now."""
        try:
            _leave(self._sign_in(inbox))
        except Transient:
            raise
        except _FAILURES as error:
            return why_failed(error)
        return None

    def _sign_in(self, inbox: Inbox) -> Server:
        until = now() + self.patience
        password = self.password(inbox)
        server = connect(inbox, laptop=self.laptop, until=until)
        try:
            server.login(inbox.username, password)
        except BaseException:
            server.close()
            raise
        return server


def _failed(error: Exception) -> HandOver:
    """Nothing was accepted; what a ValueError says may be a part of the login, and stays untold."""
    answer = None if isinstance(error, ValueError) else str(error)
    return HandOver(result=HandOverResult.DEFERRED, code=why_failed(error), answer=answer)


def _give(server: Server, content: bytes, address: str, inbox: Inbox) -> HandOver | None:
    """All but the last line, or why not; a failure is raised, as nothing was accepted then."""
    is_ascii = address.isascii() and content.isascii()
    if not is_ascii and not server.has_extn("smtputf8"):
        return HandOver(result=HandOverResult.REFUSED, code="smtputf8_unsupported")
    options = [] if is_ascii else ["SMTPUTF8"]
    sender = server.mail(inbox.address, options)
    if sender[0] != 250:
        return _refusal(sender, stage="sender")
    recipient = server.rcpt(address)
    if recipient[0] not in (250, 251):
        return _refusal(recipient, stage="recipient")
    data = server.docmd("DATA")
    if data[0] != 354:
        return _refusal(data, stage="content")
    server.send(re.sub(rb"(?m)^\.", b"..", content))
    return None


def _end(server: Server, held: Held) -> HandOver:
    """Send the last line: whatever is lost from here on may have been accepted."""
    if not held():
        server.close()  # in the middle of the content there is no goodbye
        return HandOver(result=HandOverResult.DEFERRED, code="lease_lost")
    server.check_time()
    server.wait_until(now() + ANSWER_SECONDS)
    try:
        server.send(b".\r\n")
        reply = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return HandOver(result=HandOverResult.UNKNOWN, code="answer_lost", answer=str(error))
    if 200 <= reply[0] < 300:
        return HandOver(result=HandOverResult.SENT, answer=_text(reply))
    if not 400 <= reply[0] < 600:
        return HandOver(result=HandOverResult.UNKNOWN, code="answer_unclear", answer=_text(reply))
    return _refusal(reply, stage="content")


def _refusal(reply: Reply, stage: str) -> HandOver:
    code, text = reply
    if 400 <= code < 500:
        return HandOver(result=HandOverResult.DEFERRED, code=f"{stage}_deferred", answer=_text(reply))
    found = _ENHANCED.match(text)
    enhanced = found[1] if found else b""
    gone = enhanced in _NO_SUCH_MAILBOX or (stage == "recipient" and not enhanced and code in _NO_SUCH_MAILBOX_PLAIN)
    known = "hard_bounce" if gone and stage != "sender" else "blocked" if enhanced.startswith(_BLOCKED) else f"{stage}_refused"
    return HandOver(result=HandOverResult.REFUSED, code=known, answer=_text(reply))


def _text(reply: Reply) -> str:
    return f"{reply[0]} {printable(reply[1].decode(errors='replace'))}"


def _leave(server: Server) -> None:
    """Politely where possible; what was answered before stands."""
    with suppress(smtplib.SMTPException, OSError):
        server.wait_until(now() + min(server.check_time(), GOODBYE_SECONDS))
        server.docmd("QUIT")
    server.close()
