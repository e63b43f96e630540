"""Connections to mail servers: judged before they are made, encrypted unless they stay on this machine."""

import smtplib
import socket
import ssl
from ipaddress import ip_address

from rex.domain.egress import judge_mail_server
from rex.domain.messages import Inbox
from rex.errors import RexError

TIMEOUT_SECONDS = 20.0
"""For each step of a conversation."""
_IMPLICIT_TLS_PORT = 465


class ServerRefused(RexError):
    """REX does not talk to this mail server; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Server(smtplib.SMTP):
    """A conversation with one address: the name is not looked up again, so it cannot change after it was judged."""

    def __init__(self, inbox: Inbox, address: str) -> None:
        self._address = address
        self._context = ssl.create_default_context()
        super().__init__(inbox.host, inbox.port, local_hostname=inbox.address.rpartition("@")[2], timeout=TIMEOUT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((self._address, port), timeout)
        return self._context.wrap_socket(connection, server_hostname=host) if port == _IMPLICIT_TLS_PORT else connection

    def encrypt(self) -> None:
        """Raises SMTPNotSupportedError where the server cannot and must."""
        self.ehlo()
        encrypted = isinstance(self.sock, ssl.SSLSocket)
        if not encrypted and (self.has_extn("starttls") or not ip_address(self._address).is_loopback):
            self.starttls(context=self._context)
            self.ehlo()


def connect(inbox: Inbox, *, laptop: bool) -> Server:
    """An open conversation; raises ServerRefused, or what smtplib and sockets raise."""
    server = Server(inbox, _resolve(inbox, laptop=laptop))
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
