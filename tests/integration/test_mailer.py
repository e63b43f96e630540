"""A hand-over says for sure whether a message may be tried again, and what leaves carries what the law and the mailboxes ask for."""

import email
import email.policy
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from local.outbox import Outbox
from local.ports import free_port
from rex.domain.messages import HandOverResult, Inbox, Message
from rex.errors import Transient
from rex.gateways.mail_servers import MOST_HEARD
from rex.gateways.mailer import SmtpMailer
from tests.support.mail_servers import CUT, PASSWORD, USUAL, run_scripted, run_sink

URL = "https://outreach.rex.example/webhooks/unsubscribe/" + 43 * "t"


def mailer(laptop: bool = True, password: Callable[[Inbox], str] = lambda _: PASSWORD) -> SmtpMailer:
    return SmtpMailer(password=password, unsubscribe_url=lambda _: URL, clock=lambda: datetime(2026, 11, 25, tzinfo=UTC), laptop=laptop)


def message(**changes: Any) -> Message:
    usual = {
        "outreach_id": uuid.uuid4(), "user_id": uuid.uuid4(), "mission_id": uuid.uuid4(), "lead_id": uuid.uuid4(), "step": 1,
        "address": "ann@lead.example", "subject": "Hello Ann", "body_text": "Hello\n.a dot first\n", "body_html": "<p>Hello</p>",
        "sender_name": "Jo from Acme", "reply_to": "jo@acme.example", "company": "Acme", "postal_address": "1 Main Street\n12345 Town",
        "message_id": "<1@acme.example>",
    }  # fmt: skip
    return Message.model_validate(usual | changes)


def inbox(port: int, host: str = "127.0.0.1", **changes: Any) -> Inbox:
    usual = {
        "inbox_id": uuid.uuid4(), "user_id": uuid.uuid4(), "address": "jo@acme.example", "host": host, "port": port, "username": "jo",
        "login_version": 1,
    }  # fmt: skip
    return Inbox.model_validate(usual | changes)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Outbox]]:
    with run_sink(tmp_path / "outbox") as running:
        yield running


def kept_mail(outbox: Outbox) -> EmailMessage:
    (kept,) = outbox.log()
    return email.message_from_bytes((outbox.folder / kept.file).read_bytes(), policy=email.policy.default)


def test_mail_carries_headers_footer_and_both_bodies(sink: tuple[int, Outbox]) -> None:
    port, outbox = sink
    answer = mailer().hand_over(message(references=("<0@acme.example>",)), inbox(port))
    assert answer.result is HandOverResult.SENT
    lines = (outbox.folder / outbox.log()[0].file).read_bytes().split(b"\r\n")
    assert f"List-Unsubscribe: <{URL}>".encode() in lines, "a folded link is not found by everybody"
    mail = kept_mail(outbox)
    headers = {name: str(mail[name]) for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Date")}
    assert headers == {
        "From": "Jo from Acme <jo@acme.example>", "To": "ann@lead.example", "Reply-To": "jo@acme.example", "Subject": "Hello Ann",
        "Message-ID": "<1@acme.example>", "In-Reply-To": "<0@acme.example>", "References": "<0@acme.example>",
        "Date": "Wed, 25 Nov 2026 00:00:00 +0000",
    }  # fmt: skip
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (f"<{URL}>", "List-Unsubscribe=One-Click")
    texts = [part.get_content() for part in mail.iter_parts()]
    assert len(texts) == 2
    for text in texts:
        assert all(part in text for part in ("Hello", "Acme", "1 Main Street", "12345 Town", URL)), text
    assert "Hello\r\n.a dot first\r\n" in texts[0]


def test_what_is_wrong_with_a_message_is_told_without_its_address() -> None:
    with pytest.raises(ValidationError) as error:
        message(address=["ann@lead.example"])
    assert "address" in str(error.value)
    assert "lead.example" not in str(error.value)


def test_internationalised_address_needs_a_server_that_knows_it(sink: tuple[int, Outbox]) -> None:
    port, outbox = sink
    assert mailer().hand_over(message(address="jörg@xn--mller-kva.example"), inbox(port)).result is HandOverResult.SENT
    assert outbox.log()[0].recipients == ["jörg@xn--mller-kva.example"]
    with run_scripted() as server:
        answer = mailer().hand_over(message(address="jörg@lead.example"), inbox(server.port))
    assert (answer.result, answer.code) == (HandOverResult.REFUSED, "smtputf8_unsupported")


@pytest.mark.parametrize(
    ("step", "reply", "result", "code"),
    [
        ("greeting", b"421 busy\r\n", "deferred", "server_unreachable"),
        ("greeting", CUT, "deferred", "server_unreachable"),
        ("AUTH", b"535 5.7.8 wrong\r\n", "deferred", "login_refused"),
        ("AUTH", CUT, "deferred", "server_unreachable"),
        ("AUTH", b"334 x\r\n", "deferred", "server_unreachable"),
        ("EHLO", b"250 scripted\r\n", "deferred", "encryption_or_login_missing"),
        ("MAIL", b"550 5.7.1 not you\r\n", "refused", "blocked"),
        ("MAIL", b"550 no\r\n", "refused", "sender_refused"),
        ("MAIL", b"452 4.3.1 full\r\n", "deferred", "sender_deferred"),
        ("RCPT", b"550 5.1.1 nobody\r\n", "refused", "hard_bounce"),
        ("RCPT", b"550 nobody\r\n", "refused", "hard_bounce"),
        ("RCPT", b"550 5.7.1 blocked\r\n", "refused", "blocked"),
        ("RCPT", b"554 5.2.2 full\r\n", "refused", "recipient_refused"),
        ("RCPT", b"450 4.7.1 later\r\n", "deferred", "recipient_deferred"),
        ("RCPT", CUT, "deferred", "server_unreachable"),
        ("DATA", b"451 4.3.0 later\r\n", "deferred", "content_deferred"),
        ("DATA", CUT, "deferred", "server_unreachable"),
        ("end", b"554 5.7.1 spam\r\n", "refused", "blocked"),
        ("end", b"550 5.1.1 nobody\r\n", "refused", "hard_bounce"),
        ("end", b"451 4.7.1 later\r\n", "deferred", "content_deferred"),
        ("end", CUT, "unknown", "answer_lost"),
        ("end", b"what\r\n", "unknown", "answer_unclear"),
        ("QUIT", b"500 what\r\n", "sent", None),
        ("QUIT", CUT, "sent", None),
    ],
)
def test_each_answer_is_taken_for_what_it_is(step: str, reply: bytes, result: str, code: str | None) -> None:
    with run_scripted(None, **{step: reply}) as server:
        answer = mailer().hand_over(message(), inbox(server.port))
    assert (answer.result, answer.code) == (result, code)


def test_server_that_does_not_end_is_given_up_before_it_fills_the_memory() -> None:
    with run_scripted(EHLO=MOST_HEARD // 8 * b"250-more\r\n" + USUAL["EHLO"]) as server:
        answer = mailer().hand_over(message(), inbox(server.port))
    assert (answer.result, answer.code) == (HandOverResult.DEFERRED, "server_unreachable")
    assert server.content == b""


def test_answer_is_told_as_the_database_can_keep_it() -> None:
    with run_scripted(end=b"250 2.0.0 queued\0 as\a 7\r\n") as server:
        answer = mailer().hand_over(message(), inbox(server.port))
    assert (answer.result, answer.answer) == (HandOverResult.SENT, "250 2.0.0 queued as 7")


def test_login_that_is_not_ascii_stops_its_inbox_alone_and_is_told_nobody() -> None:
    with run_scripted() as server:
        answer = mailer(password=lambda _: "schlüssel").hand_over(message(), inbox(server.port))
        assert mailer(password=lambda _: "schlüssel").check_login(inbox(server.port)) == "login_not_ascii"
    assert (answer.result, answer.code, answer.answer) == (HandOverResult.DEFERRED, "login_not_ascii", None)
    assert answer.blames_inbox


def test_internationalised_reply_to_needs_a_server_that_knows_it(sink: tuple[int, Outbox]) -> None:
    port, outbox = sink
    assert mailer().hand_over(message(reply_to="jörg@acme.example"), inbox(port)).result is HandOverResult.SENT
    assert kept_mail(outbox)["Reply-To"] == "jörg@acme.example"
    with run_scripted() as server:
        answer = mailer().hand_over(message(reply_to="jörg@acme.example"), inbox(server.port))
    assert (answer.result, answer.code) == (HandOverResult.REFUSED, "smtputf8_unsupported")


def test_server_that_drips_its_lines_is_given_up_before_anything_was_accepted() -> None:
    with run_scripted(drips="RCPT") as server:
        answer = replace(mailer(), patience=0.3).hand_over(message(), inbox(server.port))
    assert (answer.result, answer.code) == (HandOverResult.DEFERRED, "server_unreachable")
    assert server.content == b""


def test_last_line_does_not_leave_late() -> None:
    with run_scripted() as server:
        answer = replace(mailer(), patience=0.3).hand_over(message(), inbox(server.port), lambda: not threading.Event().wait(0.4))
    assert (answer.result, server.content) == (HandOverResult.DEFERRED, b"")


def test_last_line_leaves_only_while_the_lease_is_held() -> None:
    with run_scripted() as server:
        answer = mailer().hand_over(message(), inbox(server.port), lambda: False)
    assert (answer.result, answer.code) == (HandOverResult.DEFERRED, "lease_lost")
    assert server.content == b""


def test_server_that_is_not_there_accepts_nothing() -> None:
    answer = mailer().hand_over(message(), inbox(free_port()))
    assert (answer.result, answer.code) == (HandOverResult.DEFERRED, "server_unreachable")


def test_sender_that_is_no_header_is_refused(sink: tuple[int, Outbox]) -> None:
    for address in ("a..b@acme.example", ".a@acme.example", "jörg@acme.example"):
        answer = mailer().hand_over(message(), inbox(sink[0], address=address))
        assert (answer.result, answer.code) == (HandOverResult.REFUSED, "message_invalid"), address


@pytest.mark.parametrize("field", ["subject", "sender_name", "reply_to"])
def test_line_break_cannot_add_a_header(sink: tuple[int, Outbox], field: str) -> None:
    port, outbox = sink
    answer = mailer().hand_over(message(**{field: "a@b.example\r\nBcc: x@y.example"}), inbox(port))
    assert (answer.result, answer.code) == (HandOverResult.REFUSED, "message_invalid")
    assert outbox.log() == []


def test_dots_and_lone_line_breaks_cannot_end_the_mail() -> None:
    with run_scripted() as server:
        answer = mailer().hand_over(message(body_text="a\n.\nMAIL FROM:<x@y.example>\r.\rb", body_html=None), inbox(server.port))
    assert answer.result is HandOverResult.SENT
    assert [command.split()[0].upper() for command in server.commands] == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    assert b"\r\n..\r\nMAIL FROM" in server.content


def test_loopback_is_refused_off_the_laptop() -> None:
    with run_scripted() as server:
        answer = mailer(laptop=False).hand_over(message(), inbox(server.port, send_without_replies=True))
        named = mailer(laptop=False).hand_over(message(), inbox(server.port, host="localhost", send_without_replies=True))
    assert (answer.result, answer.code, named.code) == (HandOverResult.DEFERRED, "host_private", "host_private")
    assert server.commands == []
    assert answer.blames_inbox


def test_secret_that_cannot_be_read_defers_the_message(sink: tuple[int, Outbox]) -> None:
    def missing(_: Inbox) -> str:
        raise Transient("secret_missing")

    answer = mailer(password=missing).hand_over(message(), inbox(sink[0]))
    assert (answer.result, answer.code) == (HandOverResult.DEFERRED, "secret_missing")
    with pytest.raises(Transient):
        mailer(password=missing).check_login(inbox(sink[0]))


def test_login_is_checked(sink: tuple[int, Outbox]) -> None:
    assert mailer().check_login(inbox(sink[0])) is None
    assert mailer(password=lambda _: "wrong").check_login(inbox(sink[0])) == "login_refused"
    assert mailer().check_login(inbox(free_port())) == "server_unreachable"
    assert mailer().check_login(inbox(587, host="host.invalid")) == "host_unknown"
