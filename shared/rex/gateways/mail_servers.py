"""Connections to mail servers: judged before they are made, encrypted unless they stay on this machine, bounded in time and in size."""

import io
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from rex.domain.egress import judge_mail_server
from rex.domain.messages import Inbox
from rex.errors import RexError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PATIENCE_SECONDS = 25.0
"""For a conversation up to the last line of its message; the answer to that line and the goodbye have their own."""
ANSWER_SECONDS = 20.0
GOODBYE_SECONDS = 5.0
MOST_HEARD = 262_144
"""Bytes of answers in a conversation: who says more would fill the memory that other accounts' mail needs too."""
_IMPLICIT_TLS_PORT = 465
_PIECE = 16_384  # What TLS sends at once: each piece waits no longer than what is left.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


def now() -> float:
    """Seconds, from a moment that means nothing."""
    return time.clock_gettime(_CLOCK)


class ServerRefused(RexError):
    """REX does not talk to this mail server; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Server(smtplib.SMTP):
    """A conversation with one address: the name is not looked up again, so it cannot change after it was judged."""

    def __init__(self, inbox: Inbox, address: str, until: float) -> None:
        self._address = address
        self._until = until
        self._heard = 0
        self._context = ssl.create_default_context()
        super().__init__(inbox.host, inbox.port, local_hostname=inbox.address.rpartition("@")[2], timeout=PATIENCE_SECONDS)

    def wait_until(self, moment: float) -> None:
        """From now on no step waits longer; by the clock of `now`."""
        self._until = moment

    def check_time(self) -> float:
        """How many seconds are left; raises TimeoutError when none are."""
        left = self._until - now()
        if left <= 0:
            raise TimeoutError("the mail server is too slow")
        return left

    def send(self, s: "ReadableBuffer | str") -> None:
        """As smtplib sends, within what is left."""
        content = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        for start in range(0, len(content), _PIECE):
            self._bound()
            super().send(content[start : start + _PIECE])

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib reads, within what is left, however slowly the lines drip."""
        if self.file is None:
            self.file = io.BufferedReader(_Replies(self))
        reply = super().getreply()
        with suppress(TimeoutError):
            self._bound()  # what follows may be a handshake, which takes the socket as it is
        return reply

    def receive(self, buffer: "WriteableBuffer") -> int:
        """Whatever has come, at the latest when the time is up; raises OSError for a server that does not end."""
        self._bound()
        heard = self.sock.recv_into(buffer) if self.sock else 0
        self._heard += heard
        if self._heard > MOST_HEARD:
            raise ConnectionAbortedError("the mail server says too much")
        return heard

    def _bound(self) -> None:
        left = self.check_time()
        if self.sock:
            self.sock.settimeout(left)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((self._address, port), min(timeout, self.check_time()))
        connection.settimeout(self.check_time())
        return self._context.wrap_socket(connection, server_hostname=host) if port == _IMPLICIT_TLS_PORT else connection

    def encrypt(self) -> None:
        """Raises SMTPNotSupportedError where the server cannot and must."""
        self.ehlo()
        encrypted = isinstance(self.sock, ssl.SSLSocket)
        if not encrypted and (self.has_extn("starttls") or not ip_address(self._address).is_loopback):
            self.starttls(context=self._context)
            self.ehlo()


class _Replies(io.RawIOBase):
    """What a server answers, as a file."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._server.receive(buffer)


def connect(inbox: Inbox, *, laptop: bool, until: float) -> Server:
    """An open conversation; raises ServerRefused, or what smtplib and sockets raise, such as TimeoutError when it is not over in time."""
    server = Server(inbox, _resolve(inbox, laptop=laptop), until)
    try:
        server.encrypt()
    except BaseException:
        server.close()
        raise
    return server


def why_failed(error: Exception) -> str:
    """A code for a conversation that failed before anything was accepted."""
    match error:
        case RexError():
            return error.code
        case smtplib.SMTPAuthenticationError():
            return "login_refused"
        case smtplib.SMTPNotSupportedError():
            return "encryption_or_login_missing"
        case ssl.SSLError():
            return "certificate_refused"
        case UnicodeEncodeError():
            return "login_not_ascii"
    return "server_unreachable"


def _resolve(inbox: Inbox, *, laptop: bool) -> str:
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(inbox.host, inbox.port, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError) as error:
        raise ServerRefused("host_unknown") from error
    refusal = judge_mail_server(found, inbox.port, laptop=laptop, send_without_replies=inbox.send_without_replies)
    if refusal:
        raise ServerRefused(refusal.value)
    return found[0]
