"""The sender hands over what may go, records every answer, and nobody gets a message twice."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from local.outbox import Outbox
from local.ports import free_port
from rex.domain.messages import HandOver, HandOverResult, Held, Inbox, Mail, always_held
from rex.domain.queues import Queue
from rex.errors import Rejected, Transient
from rex.gateways.mailer import SmtpMailer
from rex.usecases.send_outreach import SLOW_SECONDS, send_outreach
from tests.support.database import Clock, Connection, connect, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mail_servers import CUT, PASSWORD, run_scripted, run_sink
from tests.support.rival import Rival
from tests.support.sending_world import make_sending


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Outbox]]:
    with run_sink(tmp_path / "outbox") as running:
        yield running


def mailer() -> SmtpMailer:
    return SmtpMailer(
        password=lambda _: PASSWORD, unsubscribe_url=lambda message: f"https://rex.example/{message.outreach_id}",
        clock=lambda: datetime.now(UTC), laptop=True,
    )  # fmt: skip


def send(machinery: SqlMachinery, nudge: Nudged | None = None, **changes: Any) -> dict[str, int]:
    given: dict[str, Any] = {"mailer": mailer(), "seconds_left": all_the_time} | changes
    return send_outreach(machinery=machinery, nudge=nudge or Nudged(), **given)


def through(db: Connection, port: int) -> None:
    db.execute("update public.rex_inboxes set port = %s", (port,))


def test_due_messages_reach_the_mailbox_once(db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]) -> None:
    sending = make_sending(db, leads=3)
    sending.write()
    through(db, sink[0])
    assert send(machinery) == {"sent": 3}
    assert send(machinery) == {}
    recipients = [kept.recipients[0] for kept in sink[1].log()]
    assert sorted(recipients) == sorted(f"{lead}@lead.example" for lead in sending.leads)
    assert {kept.message_id for kept in sink[1].log()} == {row[0] for row in db.execute("select message_id from public.rex_outreach")}
    assert_invariants(db)


def test_second_step_follows_from_the_same_inbox_in_the_same_thread(
    db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox], clock: Clock
) -> None:
    sending = make_sending(db, inboxes=3)
    sending.write()
    (second,) = sending.write(step=2, delay_hours=48)
    sending.collect()
    through(db, sink[0])
    assert send(machinery) == {"sent": 1}
    clock.advance(hours=47)
    assert send(machinery) == {}
    clock.advance(hours=2)
    assert send(machinery) == {"sent": 1}
    first, follow_up = sink[1].log()
    assert follow_up.sender == first.sender
    mail = message_from_bytes((sink[1].folder / follow_up.file).read_bytes(), policy=default)
    assert mail["In-Reply-To"] == mail["References"] == first.message_id
    assert sending.row(second)["state"] == "sent"
    assert_invariants(db)


def test_refused_address_is_suppressed_and_its_later_steps_cancelled(
    db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]
) -> None:
    sending = make_sending(db)
    db.execute("update public.rex_lead_addresses set address = 'nobody@bounce.test'")
    sending.write()
    (later,) = sending.write(step=2)
    through(db, sink[0])
    assert send(machinery) == {"refused": 1}
    assert sending.outcome(sending.leads[0]) == "bounced"
    assert sending.row(later)["state"] == "cancelled"
    assert one(db, "select reason::text from public.rex_suppressions") == "hard_bounced"
    assert_invariants(db)


def test_deferred_message_is_tried_again_later_and_at_last_refused(
    db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox], clock: Clock
) -> None:
    sending = make_sending(db)
    db.execute("update public.rex_lead_addresses set address = 'ann@defer.test'")
    (outreach,) = sending.write()
    sending.collect()
    through(db, sink[0])
    for result in ("deferred", "deferred", "deferred"):
        assert send(machinery) == {result: 1}
        assert send(machinery) == {}
        clock.advance(hours=5)
    assert send(machinery) == {}
    assert sending.row(outreach)["state"] == "refused"
    assert sending.outcome(sending.leads[0]) == "failed"
    assert_invariants(db)


def test_lost_answer_is_unknown_and_never_sent_again(db: Connection, machinery: SqlMachinery, clock: Clock) -> None:
    sending = make_sending(db)
    (outreach,) = sending.write()
    with run_scripted(end=CUT) as server:
        through(db, server.port)
        assert send(machinery) == {"unknown": 1}
        clock.advance(days=1)
        assert send(machinery) == {}
    assert sending.row(outreach)["state"] == "unknown"
    assert sending.world.said("error.outreach_unknown") == 1
    assert_invariants(db)


def test_login_that_fails_stops_the_inbox_after_one_message(db: Connection, machinery: SqlMachinery) -> None:
    sending = make_sending(db, leads=3)
    sending.write()
    with run_scripted(AUTH=b"535 5.7.8 wrong\r\n") as server:
        through(db, server.port)
        assert send(machinery) == {"deferred": 1, "inbox_unusable": 2}
        assert send(machinery) == {}
    assert one(db, "select login_error from public.rex_inboxes") == "login_refused"
    assert_invariants(db)


class _Flaky(SqlMachinery):
    """Cannot record answers at first."""

    failures = 2

    def command(self, command: str, **arguments: Any) -> Any:
        if command == "rex_finish_outreach" and self.failures:
            self.failures -= 1
            raise Transient("database_unreachable")
        return super().command(command, **arguments)


def test_answer_the_database_could_not_take_is_recorded_before_the_end(db: Connection, database: str, sink: tuple[int, Outbox]) -> None:
    sending = make_sending(db)
    (outreach,) = sending.write()
    through(db, sink[0])
    with connect(database) as connection:
        assert send(_Flaky(connection)) == {"sent": 1}
    assert sending.row(outreach)["state"] == "sent"


class _Unreachable(_Flaky):
    """Cannot record the first answer, and then cannot begin a second message."""

    failures = 1
    begun = 0

    def command(self, command: str, **arguments: Any) -> Any:
        self.begun += command == "rex_begin_outreach"
        if command == "rex_begin_outreach" and self.begun > 1:
            raise Transient("database_unreachable")
        return super().command(command, **arguments)


def test_answer_is_recorded_before_a_run_ends_in_a_failure(db: Connection, database: str, sink: tuple[int, Outbox]) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    through(db, sink[0])
    with connect(database) as connection, pytest.raises(Transient):
        send(_Unreachable(connection))
    states = db.execute("select state::text from public.rex_outreach order by state").fetchall()
    assert states == [("scheduled",), ("sent",)]
    assert_invariants(db)


def test_mail_server_that_does_not_answer_is_asked_once_and_keeps_nobody_waiting(
    db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]
) -> None:
    down, up = make_sending(db, leads=3), make_sending(db, leads=3)
    messages = down.write()
    up.write()
    through(db, sink[0])
    db.execute("update public.rex_inboxes set port = %s where user_id = %s", (free_port(), down.world.account))
    assert send(machinery) == {"deferred": 1, "sent": 3}
    assert sorted(down.row(each)["attempts"] for each in messages) == [0, 0, 1]


@dataclass
class _Slow:
    """A mailer whose every hand-over takes longer than others may have to wait for."""

    seconds_left: float = 200.0

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        self.seconds_left -= SLOW_SECONDS + 1
        return mailer().hand_over(message, inbox, held)

    def check_login(self, inbox: Inbox) -> str | None:
        raise AssertionError(inbox)


def test_slow_mail_server_is_given_one_message_in_a_run(db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]) -> None:
    make_sending(db, leads=3).write()
    through(db, sink[0])
    slow = _Slow()
    assert send(machinery, mailer=slow, seconds_left=lambda: slow.seconds_left) == {"sent": 1}


class _Deleting(SqlMachinery):
    """The account of the first message is deleted before that begins."""

    deleted = False

    def command(self, command: str, **arguments: Any) -> Any:
        if command == "rex_begin_outreach" and not self.deleted:
            self.deleted = True
            self.db.execute("reset role")
            self.db.execute(
                "delete from auth.users where id = (select user_id from public.rex_outreach where id = %s)", (arguments["p_outreach_id"],)
            )
            self.db.execute("set role service_role")
        return super().command(command, **arguments)


def test_account_that_is_deleted_holds_up_no_other(db: Connection, database: str, sink: tuple[int, Outbox]) -> None:
    for _ in range(2):
        make_sending(db).write()
    through(db, sink[0])
    with connect(database) as connection:
        assert send(_Deleting(connection)) == {"gone": 1, "sent": 1}
    assert_invariants(db)


class _Refusing(SqlMachinery):
    """The database refuses one answer."""

    refused = False

    def command(self, command: str, **arguments: Any) -> Any:
        if command == "rex_finish_outreach" and not self.refused:
            self.refused = True
            raise Rejected(422, "input_invalid", "The database could not read the input.", "")
        return super().command(command, **arguments)


def test_answer_that_is_refused_holds_up_no_other_and_is_told(db: Connection, database: str, sink: tuple[int, Outbox]) -> None:
    make_sending(db, leads=2).write()
    through(db, sink[0])
    with connect(database) as connection, pytest.raises(Rejected):
        send(_Refusing(connection))
    states = db.execute("select state::text from public.rex_outreach order by state").fetchall()
    assert (states, len(sink[1].log())) == ([("sending",), ("sent",)], 2)


class _Crash(BaseException):
    """The process ends here."""


class _Killed:
    """A mailer whose process is killed after the server took the message."""

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        assert mailer().hand_over(message, inbox, held).result is HandOverResult.SENT
        raise _Crash

    def check_login(self, inbox: Inbox) -> str | None:
        raise AssertionError(inbox)


def test_message_whose_lease_passed_is_not_handed_over(db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]) -> None:
    sending, clock = make_sending(db), iter([110.0, 110.0, 110.0, 49.0])
    (outreach,) = sending.write()
    sending.collect()
    through(db, sink[0])
    assert send(machinery, seconds_left=lambda: next(clock, 0.0)) == {"deferred": 1}
    assert sink[1].log() == []
    assert (sending.row(outreach)["state"], sending.row(outreach)["reason"]) == ("scheduled", "lease_lost")
    assert_invariants(db)


def test_crash_after_the_hand_over_leaves_it_unknown(
    db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox], clock: Clock
) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    through(db, sink[0])
    with pytest.raises(_Crash):
        send(machinery, mailer=_Killed())
    clock.advance(minutes=3)
    machinery.command("rex_recover_outreach")
    assert send(machinery) == {"sent": 1}
    assert len({kept.recipients[0] for kept in sink[1].log()}) == len(sink[1].log()) == 2
    states = db.execute("select state::text from public.rex_outreach order by state").fetchall()
    assert states == [("sent",), ("unknown",)]
    assert_invariants(db)


def test_last_message_moves_its_mission_on(db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]) -> None:
    sending = make_sending(db)
    db.execute("update public.rex_campaigns set collecting_seconds = 1")
    db.execute("update public.rex_lead_addresses set address = 'nobody@bounce.test'")
    sending.write()
    through(db, sink[0])
    sending.collect()
    send(machinery)
    assert sending.world.mission(sending.mission)["state"] == "COMPLETED"
    assert_invariants(db)


def test_without_time_nothing_begins_and_the_next_run_is_told(db: Connection, machinery: SqlMachinery, sink: tuple[int, Outbox]) -> None:
    sending = make_sending(db)
    (outreach,) = sending.write()
    through(db, sink[0])
    nudge = Nudged()
    assert send(machinery, nudge, seconds_left=lambda: 10.0) == {}
    assert nudge.queues == [Queue.SEND]
    assert sending.row(outreach)["state"] == "scheduled"


def test_unknown_fence_of_an_answer_changes_nothing(db: Connection, machinery: SqlMachinery) -> None:
    sending = make_sending(db)
    sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["begun"]
    stale = machinery.command(
        "rex_finish_outreach", p_outreach_id=uuid.UUID(lease["outreach_id"]), p_fence=lease["fence"] - 1, p_result="sent", p_provider="smtp"
    )
    assert (stale["code"], stale["state"]) == ("stale", "sending")


def test_two_senders_at_once_lease_a_message_once(db: Connection, rival: Rival) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    with db.transaction():
        mine = sending.claim(limit=1)
        answer = rival.run("rex_claim_outreach", p_limit=2)
    theirs = answer.result()["outreach"]
    assert (len(mine), len(theirs)) == (1, 1)
    assert mine[0]["outreach_id"] != theirs[0]["outreach_id"], "a message has one lease"


def test_hand_over_that_began_anew_while_recovery_waited_is_left_alone(db: Connection, rival: Rival, database: str, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    sending.leads.sort()
    sending.write()
    first, second = sorted(sending.claim(), key=lambda lease: str(sending.row(lease["outreach_id"])["lead_id"]))
    assert sending.begin(first)["begun"]
    assert sending.begin(second)["begun"]
    clock.advance(minutes=5)
    with connect(database) as holder, holder.transaction():
        holder.execute("select from public.rex_leads where id = %s for no key update", (sending.leads[0],))
        recovery = rival.run("rex_recover_outreach")
        assert not recovery.done(), "it waits for the first of its leads"
        assert sending.finish(second, "deferred")["state"] == "scheduled"
        clock.advance(hours=1)
        (again,) = sending.claim()
        assert sending.begin(again)["begun"]
    assert recovery.result()["unknown"] == 1
    assert [sending.row(lease["outreach_id"])["state"] for lease in (first, second)] == ["unknown", "sending"]
    assert sending.finish(again)["state"] == "sent"
    assert_invariants(db)
