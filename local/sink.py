"""The mail server of the laptop stack: it keeps every message it accepts as a file and delivers none.

Recipients choose how it behaves, so that tests can ask for faults: `bounce.test` is refused for good, `defer.test` for now, and mail to
`slow.test` is kept at once and acknowledged late, as by a server whose answer is lost.
"""

import asyncio
import hmac
import logging
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from local.outbox import Outbox
from local.parent import end_with_parent

SIZE_LIMIT = 10 * 1024 * 1024
_REFUSALS = {
    "bounce.test": "550 5.1.1 The mailbox does not exist",
    "defer.test": "451 4.7.1 Greylisted, try again later",
}
_SLOW = "slow.test"
_NO_LOGIN = "530 5.7.0 Authentication required"


@dataclass(frozen=True, kw_only=True)
class Sink:
    """What aiosmtpd asks at each step of a conversation."""

    outbox: Outbox
    slow_seconds: float

    async def handle_MAIL(self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not session.authenticated:
            return _NO_LOGIN
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        refusal = _REFUSALS.get(_domain(address))
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        kept = self.outbox.keep(
            content=envelope.original_content or b"",
            sender=envelope.mail_from or "",
            recipients=list(envelope.rcpt_tos),
            now=datetime.now(UTC),
            token=secrets.token_hex(4),
        )
        print(f"kept {kept.file} ({kept.size} bytes)", flush=True)
        if any(_domain(address) == _SLOW for address in envelope.rcpt_tos):
            await asyncio.sleep(self.slow_seconds)
        return f"250 2.0.0 Kept as {kept.file}"


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _check_password(password: str) -> Callable[[SMTP, Session, Envelope, str, object], AuthResult]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object) -> AuthResult:
        known = isinstance(login, LoginPassword) and hmac.compare_digest(login.password, password.encode())
        return AuthResult(success=known, handled=False)

    return check


async def serve(sink: Sink, *, port: int, password: str) -> asyncio.Server:
    """Listen on the loopback interface; any user name is known, with this one password."""
    check = _check_password(password)

    def conversation() -> SMTP:
        return SMTP(
            sink, hostname="localhost", ident="REX mail sink", enable_SMTPUTF8=True, data_size_limit=SIZE_LIMIT,
            auth_require_tls=False, authenticator=check, loop=asyncio.get_running_loop(),
        )  # fmt: skip

    return await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", port)


async def _run(environ: Mapping[str, str]) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    sink = Sink(outbox=Outbox(folder=Path(environ["REX_OUTBOX"])), slow_seconds=float(environ.get("REX_SINK_SLOW_SECONDS", "45")))
    server = await serve(sink, port=int(environ["REX_SINK_PORT"]), password=environ["REX_INBOX_PASSWORD"])
    print(f"keeping mail in {sink.outbox.folder}", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    end_with_parent()
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_run(os.environ))
