"""The owner is mailed each day's report once, whatever becomes of the function, through the deployment's server alone."""

import email
import email.policy
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rex.domain.messages import HandOver, HandOverResult
from rex.domain.reports import ReportMail
from rex.errors import Rejected
from rex.gateways.mailer import SmtpMailer
from rex.gateways.report_mailer import ReportMailer, sender
from rex.settings import settings
from rex.usecases.send_reports import send_reports
from tests.support.api import CONTEXT
from tests.support.database import Clock, Connection, connect, one
from tests.support.machinery import SqlMachinery, all_the_time
from tests.support.mail_servers import PASSWORD, run_sink
from tests.support.mission_world import World, make_world

LONG = SimpleNamespace(**(vars(CONTEXT) | {"get_remaining_time_in_millis": lambda: 200_000}))
MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
"""Half past eight in Berlin."""


@pytest.fixture
def world(db: Connection, clock: Clock) -> World:
    clock.set(MORNING)
    world = make_world(db)
    db.execute("update auth.users set email = 'Ann@Rex.example', email_confirmed_at = now() where id = %s", (world.account,))
    db.execute("update public.rex_accounts set time_zone = 'Europe/Berlin' where user_id = %s", (world.account,))
    db.execute("select rex.open_books(array[%s::uuid])", (world.account,))
    was_active(world, datetime(2026, 11, 23, 12, tzinfo=UTC))
    close(world, datetime(2026, 11, 24, 7, tzinfo=UTC))
    return world


def was_active(world: World, at: datetime) -> None:
    world.db.execute(
        "insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, sent, replies)"
        " values (%s, 'hour', %s, %s::timestamptz + interval '1 hour', 'account', 12, 2)",
        (world.account, at, at),
    )


def close(world: World, until: datetime) -> None:
    world.db.execute("update rex.metric_accounts set closed_until = %s where user_id = %s", (until, world.account))


@dataclass
class Told:
    """A mail server that answers as told."""

    result: HandOverResult = HandOverResult.SENT
    given: list[ReportMail] = field(default_factory=list)
    domain: str = "rex.example"

    def hand_over(self, report: ReportMail) -> HandOver:
        self.given.append(report)
        return HandOver(result=self.result, code=None if self.result is HandOverResult.SENT else "as_told")


def send(machinery: SqlMachinery, reporter: Any) -> dict[str, int]:
    return send_reports(machinery=machinery, reporter=reporter, seconds_left=all_the_time)


def reports(world: World) -> list[tuple[str, str, int]]:
    query = "select to_char(day, 'DD'), state, attempts from public.rex_daily_reports where user_id = %s order by day"
    return world.db.execute(query, (world.account,)).fetchall()


def test_owner_is_mailed_the_day_before_once(world: World, machinery: SqlMachinery, tmp_path: Path) -> None:
    smtp = SmtpMailer(password=lambda _: PASSWORD, unsubscribe_url=lambda _: "", clock=lambda: MORNING, laptop=True)
    with run_sink(tmp_path / "outbox") as (port, outbox):
        reporter = ReportMailer(smtp=smtp, sender=sender("127.0.0.1", port, "reports", "reports@rex.example"), clock=lambda: MORNING)
        assert [send(machinery, reporter) for _ in range(2)] == [{"sent": 1}, {}]
        (kept,) = outbox.log()
    assert kept.recipients == ["ann@rex.example"]
    mail = email.message_from_bytes((outbox.folder / kept.file).read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == "REX on Monday, 23 November 2026: 12 sent, 2 replies"
    assert mail["From"] == "REX <reports@rex.example>"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<chart>"
    assert picture.get_content()[:4] == b"\x89PNG"
    assert reports(world) == [("23", "sent", 1)]
    assert one(world.db, "select count(*) from public.rex_outreach") == 0
    assert one(world.db, "select coalesce(sum(sent), 0) from public.rex_domain_days") == 0, "no inbox and no cap had to do with it"


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize("configured", [True, False])
def test_function_mails_through_the_deployments_server_where_it_has_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: bool
) -> None:
    with run_sink(tmp_path / "outbox") as (port, outbox):
        told = {
            "REX_PUBLIC_URL": "http://localhost:1",
            "REX_LAPTOP": "1",
            "REX_REPORT_SMTP_PORT": str(port),
            "REX_REPORT_FROM": "reports@rex.example",
        }
        for name, value in (told | {"REX_REPORT_SMTP_HOST": "127.0.0.1" if configured else "", "REX_REPORT_SMTP_USERNAME": "r"}).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        import_module("functions.automation.send_reports").handler({}, LONG)
        assert len(outbox.log()) == int(configured)
    settings.cache_clear()
    assert reports(world) == ([("23", "sent", 1)] if configured else [])


def test_next_day_has_a_report_of_its_own(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    told = Told()
    send(machinery, told)
    clock.advance(hours=23)
    was_active(world, datetime(2026, 11, 24, 12, tzinfo=UTC))
    close(world, datetime(2026, 11, 25, 6, tzinfo=UTC))
    assert send(machinery, told) == {}, "half past seven is too early"
    clock.advance(hours=1)
    assert send(machinery, told) == {"sent": 1}
    assert [mail.message_id.split(".")[2].partition("@")[0] for mail in told.given] == ["2026-11-23", "2026-11-24"]


def test_function_that_dies_after_its_claim_mails_nothing_again(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    assert machinery.command("rex_claim_report")["claimed"]
    told = Told()
    for minutes in (0, 5, 60):
        clock.advance(minutes=minutes)
        assert send(machinery, told) == {}
    clock.advance(days=1)
    close(world, datetime(2026, 11, 25, 6, tzinfo=UTC))
    was_active(world, datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert send(machinery, told) == {"sent": 1}
    assert reports(world) == [("23", "unknown", 1), ("24", "sent", 1)]


def test_second_function_gets_another_account_or_none(world: World, machinery: SqlMachinery, database: str) -> None:
    assert machinery.command("rex_claim_report")["claimed"]
    with connect(database) as other:
        assert SqlMachinery(other).command("rex_claim_report") == {"claimed": False, "more": False}
    assert reports(world) == [("23", "sending", 1)]


def test_repeated_claim_hands_nothing_out(world: World, machinery: SqlMachinery) -> None:
    asked = uuid.uuid4().hex
    assert machinery.call("rex_claim_report", p_request_id=asked)["claimed"]
    assert machinery.call("rex_claim_report", p_request_id=asked) == {"claimed": False, "more": True}
    assert one(world.db, "select count(*) from public.rex_requests where answer::text like '%%rex.example%%'") == 0


def test_unknown_outcome_is_not_repeated(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    told = Told(HandOverResult.UNKNOWN)
    assert send(machinery, told) == {"unknown": 1}
    clock.advance(hours=2)
    assert send(machinery, told) == {}
    assert reports(world) == [("23", "unknown", 1)]


def test_server_that_takes_nothing_is_asked_three_times(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    told = Told(HandOverResult.DEFERRED)
    for expected in ({"failed": 1}, {"failed": 1}, {"failed": 1}, {}):
        assert send(machinery, told) == expected
        assert send(machinery, told) == {}
        clock.advance(minutes=16)
    assert reports(world) == [("23", "failed", 3)]


@pytest.mark.parametrize(
    "change",
    [
        "update public.rex_accounts set daily_report = false",
        "update public.rex_accounts set daily_report_hour = 9",
        "update auth.users set email_confirmed_at = null",
        "delete from public.rex_analytics",
        "update rex.metric_accounts set closed_until = '2026-11-23 22:00Z'",
    ],
    ids=["off", "too early", "no address", "nothing to tell", "not counted yet"],
)
def test_no_report(world: World, machinery: SqlMachinery, change: str) -> None:
    world.db.execute(change.encode())
    assert send(machinery, Told()) == {}
    assert reports(world) == []


def test_report_waits_until_the_day_is_counted(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    close(world, datetime(2026, 11, 23, 22, tzinfo=UTC))
    told = Told()
    assert send(machinery, told) == {}
    close(world, datetime(2026, 11, 23, 23, tzinfo=UTC))
    clock.advance(minutes=11)
    assert send(machinery, told) == {"sent": 1}


def test_changed_hour_counts_from_the_same_report_on_and_mails_none_twice(world: World, machinery: SqlMachinery) -> None:
    told = Told()
    for hour, mailed in ((18, 0), (8, 1), (7, 1)):
        world.db.execute("update public.rex_accounts set daily_report_hour = %s where user_id = %s", (hour, world.account))
        send(machinery, told)
        assert len(told.given) == mailed
    assert reports(world) == [("23", "sent", 1)]


def test_late_answer_is_taken_and_none_is_made_up(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    with pytest.raises(Rejected, match="no such report"):
        machinery.command("rex_finish_report", p_user_id=world.account, p_day="2026-11-23", p_result="sent")
    machinery.command("rex_claim_report")
    clock.advance(days=1)
    send(machinery, Told())
    machinery.command("rex_finish_report", p_user_id=world.account, p_day="2026-11-23", p_result="sent")
    assert reports(world)[0] == ("23", "sent", 1)
