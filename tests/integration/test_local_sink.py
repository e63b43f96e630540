"""The mail sink keeps what it acknowledges, and fails in the way a recipient's domain asks for."""

import os
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import ROOT
from local.outbox import Outbox
from local.ports import free_port

PASSWORD = "sesame-of-the-sink"
MESSAGE = b"Message-ID: <1@acme.test>\r\nSubject: Hello\r\n\r\n.a line that begins with a dot\r\nGr\xc3\xbc\xc3\x9fe\r\n"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(folder=tmp_path / "outbox")


@pytest.fixture
def port(outbox: Outbox) -> Iterator[int]:
    number = free_port()
    environment = {
        "REX_OUTBOX": str(outbox.folder),
        "REX_SINK_PORT": str(number),
        "REX_INBOX_PASSWORD": PASSWORD,
        "REX_SINK_SLOW_SECONDS": "60",
    }
    sink = subprocess.Popen(
        [sys.executable, "-m", "local.sink"], cwd=ROOT, stdin=subprocess.PIPE, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    assert sink.stdin is not None
    try:
        wait_for_port(number)
        yield number
    finally:
        sink.stdin.close()
        assert sink.wait(timeout=10) == 0, "the sink ends when its parent does"


def wait_for_port(number: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", number), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the sink did not start"
        else:
            return


@pytest.fixture
def client(port: int) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as connection:
        connection.login("anna@acme.test", PASSWORD)
        yield connection


def test_message_is_kept_byte_for_byte_with_its_envelope(client: smtplib.SMTP, outbox: Outbox) -> None:
    client.sendmail("anna@acme.test", ["ben@lead.test"], MESSAGE)

    (kept,) = outbox.log()
    assert (kept.message_id, kept.sender, kept.recipients) == ("<1@acme.test>", "anna@acme.test", ["ben@lead.test"])
    assert [file.name for file in outbox.folder.glob("*.eml")] == [kept.file]
    assert (outbox.folder / kept.file).read_bytes() == MESSAGE


def test_internationalised_address_is_taken(client: smtplib.SMTP, outbox: Outbox) -> None:
    client.sendmail("anna@acme.test", ["jörg@bücher.test"], MESSAGE, mail_options=["SMTPUTF8"])

    assert outbox.log()[0].recipients == ["jörg@bücher.test"]


@pytest.mark.parametrize(("domain", "code"), [("bounce.test", 550), ("defer.test", 451)])
def test_domain_of_faults_is_refused_and_nothing_kept(client: smtplib.SMTP, outbox: Outbox, domain: str, code: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("anna@acme.test", [f"ben@{domain}"], MESSAGE)

    assert refused.value.recipients[f"ben@{domain}"][0] == code
    assert outbox.log() == []


def test_slow_domain_keeps_the_message_before_it_answers(port: int, outbox: Outbox) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=1) as impatient:
        impatient.login("anna@acme.test", PASSWORD)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            impatient.sendmail("anna@acme.test", ["ben@slow.test"], MESSAGE)

    assert [kept.recipients for kept in outbox.log()] == [["ben@slow.test"]]


def test_wrong_password_and_no_login_are_refused(port: int, outbox: Outbox) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as stranger:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            stranger.login("anna@acme.test", "wrong")
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            stranger.sendmail("anna@acme.test", ["ben@lead.test"], MESSAGE)

    assert refused.value.smtp_code == 530
    assert outbox.log() == []


def test_message_above_the_size_limit_is_refused(client: smtplib.SMTP, outbox: Outbox) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        client.sendmail("anna@acme.test", ["ben@lead.test"], MESSAGE + b"x\r\n" * (4 * 1024 * 1024))

    assert refused.value.smtp_code == 552
    assert outbox.log() == []
