"""A test mail reaches who asked for it and nobody else, once, within the caps of an inbox."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rex.domain.messages import HandOver, HandOverResult, Held, Inbox, Mail, always_held
from rex.gateways.mailer import SmtpMailer
from rex.usecases.send_test_mails import send_test_mails
from tests.support.database import Clock, Connection, as_person, as_superuser, call, one, refused, request_id
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery, all_the_time
from tests.support.mail_servers import PASSWORD, run_sink
from tests.support.mission_world import make_world
from tests.support.sending_world import Sending, make_sending

SUBJECT = '"For {{ lead.first_name }}"'


@pytest.fixture
def sending(db: Connection) -> Sending:
    made = make_sending(db)
    db.execute("update auth.users set email_confirmed_at = now(), email = 'Ann@Rex.example' where id = %s", (made.world.account,))
    db.execute("update public.rex_campaigns set steps = jsonb_set(steps, '{0,templates,default,subject}', %s)", (SUBJECT,))
    return made


@dataclass
class Told:
    """A mailer whose servers answer as told, and what it was given."""

    result: HandOverResult
    code: str | None
    given: list[tuple[Mail, Inbox]]

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        assert held()
        self.given.append((message, inbox))
        return HandOver(result=self.result, code=self.code)

    def check_login(self, inbox: Inbox) -> str | None:
        raise NotImplementedError


def told(result: HandOverResult = HandOverResult.SENT, code: str | None = None) -> Told:
    return Told(result, code, [])


def queue(sending: Sending) -> Any:
    return sending.world.ask("rex_queue_test_mail", p_campaign_id=sending.world.campaign, p_lead_id=sending.leads[0], p_step=1)[
        "test_mail_id"
    ]


def send(machinery: SqlMachinery, mailer: Any) -> dict[str, int]:
    return send_test_mails(machinery=machinery, mailer=mailer, seconds_left=all_the_time)


def row(sending: Sending, test_mail: Any) -> Any:
    return one(sending.db, "select to_jsonb(t) from public.rex_test_mails t where id = %s", test_mail)


def test_mail_reaches_who_asked_and_nobody_else(sending: Sending, machinery: SqlMachinery, tmp_path: Path) -> None:
    smtp = SmtpMailer(
        password=lambda _: PASSWORD,
        unsubscribe_url=lambda mail: f"https://rex.example/{mail.outreach_id}",
        clock=lambda: datetime.now(UTC),
        laptop=True,
    )
    test_mail = queue(sending)
    with run_sink(tmp_path / "outbox") as (port, outbox):
        sending.db.execute("update public.rex_inboxes set port = %s", (port,))
        assert [send(machinery, smtp) for _ in range(2)] == [{"test_sent": 1}, {}]
        (kept,) = outbox.log()
    assert kept.recipients == ["ann@rex.example"]
    assert (row(sending, test_mail)["state"], sending.world.said("system.test_mail")) == ("sent", 1)
    assert_invariants(sending.db)


def test_mail_is_as_the_lead_would_get_it(sending: Sending, machinery: SqlMachinery) -> None:
    queue(sending)
    mailer = told()
    send(machinery, mailer)
    ((mail, inbox),) = mailer.given
    assert (mail.subject, mail.sender_name, mail.company, mail.address) == ("For Ann", "s", "Rex", "ann@rex.example")
    assert mail.message_id == f"<{mail.outreach_id}@{inbox.address.partition('@')[2]}>"


def test_mail_counts_against_the_caps_of_inbox_and_domain(sending: Sending, machinery: SqlMachinery) -> None:
    sending.db.execute("update public.rex_inboxes set daily_cap = 1")
    first, second = queue(sending), queue(sending)
    assert send(machinery, told()) == {"test_sent": 1}
    assert [row(sending, each)["state"] for each in (first, second)] == ["sent", "queued"]
    for table in ("rex_inbox_days", "rex_domain_days"):
        assert one(sending.db, f"select sum(sent) from public.{table}") == 1, table
    assert_invariants(sending.db)


def test_mail_that_no_inbox_can_send_within_an_hour_has_failed(sending: Sending, machinery: SqlMachinery, clock: Clock) -> None:
    test_mail = queue(sending)
    sending.db.execute("update public.rex_inboxes set paused_at = rex.now()")
    assert send(machinery, told()) == {}
    clock.advance(minutes=61)
    assert send(machinery, told()) == {}
    assert (row(sending, test_mail)["state"], row(sending, test_mail)["code"]) == ("failed", "expired")


def test_mail_of_another_account_waits_for_nobody(sending: Sending, machinery: SqlMachinery, db: Connection) -> None:
    blocked = queue(sending)
    sending.db.execute("update public.rex_inboxes set paused_at = rex.now()")
    other = make_sending(db)
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (other.world.account,))
    free = queue(other)
    assert send(machinery, told()) == {"test_sent": 1}
    assert [row(sending, each)["state"] for each in (blocked, free)] == ["queued", "sent"]


def test_lost_answer_is_unknown_and_nothing_is_sent_again(sending: Sending, machinery: SqlMachinery, clock: Clock) -> None:
    test_mail = queue(sending)
    begun = machinery.command("rex_begin_test_mail")
    assert begun["begun"]
    assert send(machinery, told()) == {}
    clock.advance(minutes=3)
    assert send(machinery, told()) == {}
    assert row(sending, test_mail)["state"] == "unknown"
    late = machinery.command("rex_finish_test_mail", p_test_mail_id=test_mail, p_result="sent")
    assert (late["state"], row(sending, test_mail)["state"]) == ("sent", "sent")


def test_repeated_begin_hands_nothing_over(sending: Sending) -> None:
    queue(sending)
    key = request_id()
    assert sending.world.run("rex_begin_test_mail", p_request_id=key)["begun"]
    assert sending.world.run("rex_begin_test_mail", p_request_id=key) == {"begun": False, "code": "repeat"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update auth.users set email_confirmed_at = null", "address_unconfirmed"),
        ("update public.rex_accounts set paused_at = rex.now()", "paused"),
        ("update public.rex_campaigns set paused_at = rex.now()", "paused"),
        (
            "insert into public.rex_suppressions (user_id, channel, address_hash, reason)"
            " select id, 'email', rex.address_hash('email', lower(email)), 'manual' from auth.users",
            "suppressed",
        ),
    ],
)
def test_what_changed_since_it_was_asked_for_stops_it(sending: Sending, machinery: SqlMachinery, change: str, code: str) -> None:
    test_mail = queue(sending)
    sending.db.execute(change)
    mailer = told()
    assert (send(machinery, mailer), mailer.given) == ({}, [])
    assert (row(sending, test_mail)["state"], row(sending, test_mail)["code"]) == ("failed", code)


def test_step_that_was_taken_away_fails(sending: Sending, machinery: SqlMachinery) -> None:
    test_mail = queue(sending)
    sending.db.execute("update public.rex_campaigns set steps = '[]'")
    mailer = told()
    assert (send(machinery, mailer), mailer.given, row(sending, test_mail)["code"]) == ({"test_failed": 1}, [], "step_removed")


@pytest.mark.parametrize(
    ("result", "code", "state"),
    [(HandOverResult.REFUSED, "blocked", "failed"), (HandOverResult.DEFERRED, "sender_deferred", "failed"), (HandOverResult.UNKNOWN, "answer_lost", "unknown")],
)  # fmt: skip
def test_answer_of_the_server_is_the_end_of_it(
    sending: Sending, machinery: SqlMachinery, result: HandOverResult, code: str, state: str
) -> None:
    test_mail = queue(sending)
    assert [send(machinery, told(result, code)) for _ in range(2)] == [{f"test_{state}": 1}, {}]
    assert (row(sending, test_mail)["state"], row(sending, test_mail)["code"]) == (state, code)


def test_inbox_whose_login_fails_is_stopped(sending: Sending, machinery: SqlMachinery) -> None:
    queue(sending)
    send(machinery, told(HandOverResult.DEFERRED, "login_refused"))
    assert one(sending.db, "select login_error from public.rex_inboxes") == "login_refused"


def test_nobody_asks_for_a_mail_in_anothers_name(sending: Sending) -> None:
    stranger = make_world(sending.db).account
    sending.db.execute("update auth.users set email_confirmed_at = now()")
    as_person(sending.db, stranger)
    try:
        with refused(403, "not_a_member"):
            call(
                sending.db, "rex_queue_test_mail", p_account=sending.world.account, p_request_id=request_id(), p_campaign_id=sending.world.campaign,
                p_lead_id=sending.leads[0], p_step=1,
            )  # fmt: skip
    finally:
        as_superuser(sending.db)


def test_row_and_messages_hold_no_address(sending: Sending, machinery: SqlMachinery) -> None:
    queue(sending)
    send(machinery, told())
    for table in ("rex_test_mails", "rex_logs", "rex_messages", "rex_requests"):
        assert one(sending.db, f"select count(*) from public.{table} t where t::text ilike '%%ann@rex%%'") == 0, table
    assert uuid.UUID(one(sending.db, "select person::text from public.rex_test_mails")) == sending.world.account
