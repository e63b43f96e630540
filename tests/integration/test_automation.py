"""The functions of automation as Lambda starts them: environment, PostgREST, queues and secrets around the main job."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest

from local.outbox import Outbox
from rex import settings, wiring
from rex.domain.queues import Queue
from rex.domain.unsubscribe_links import make_token
from tests.support.actors import add_people, make_campaign_world
from tests.support.api import request as ask
from tests.support.database import Connection, one
from tests.support.invariants import assert_invariants
from tests.support.mail_servers import PASSWORD, run_sink
from tests.support.mission_world import World

CONTEXT = SimpleNamespace(
    function_name="test", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:us-east-1:1:function:test", aws_request_id="1",
    get_remaining_time_in_millis=lambda: 110_000,
)  # fmt: skip
NUDGE = {"Records": [{"body": "{}", "messageId": "1", "eventSource": "aws:sqs"}]}


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Outbox]]:
    with run_sink(tmp_path / "outbox") as running:
        yield running


@pytest.fixture
def world(db: Connection, sink: tuple[int, Outbox], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
    """An account whose inboxes' logins are not checked yet."""
    request.getfixturevalue("deployment")
    monkeypatch.setenv("REX_PUBLIC_URL", "http://localhost:8787")
    monkeypatch.setenv("REX_LAPTOP", "1")
    world = make_campaign_world(db)
    db.execute("update public.rex_inboxes set port = %s, checked_version = null", (sink[0],))
    for (inbox,) in db.execute("select id from public.rex_inboxes").fetchall():
        wiring.secrets().put_inbox_password(world.account, inbox, "127.0.0.1", 1, PASSWORD)
    return world


def invoke(function: str, event: Any = NUDGE) -> Any:
    return import_module(f"functions.automation.{function}").handler(event, CONTEXT)


def nudges_ahead(queue: Queue) -> int:
    """Those that are delayed."""
    told = boto3.client("sqs").get_queue_attributes(
        QueueUrl=settings.settings().queue_url(queue), AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    return int(told["Attributes"]["ApproximateNumberOfMessagesDelayed"])


def nudges(queue: Queue) -> int:
    url = settings.settings().queue_url(queue)
    return len(boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))


def test_minute_sends_the_nudges_of_its_steps_and_a_nudge_sends_none(world: World) -> None:
    invoke("measure_metrics", {})
    assert nudges_ahead(Queue.METRICS) == 11
    world.create()
    invoke("measure_metrics")
    assert nudges_ahead(Queue.METRICS) == 11
    assert one(world.db, "select metrics -> 'missions' from public.rex_live_metrics where user_id = %s", world.account) == {"QUEUED": 1}


def test_functions_carry_a_mission_from_the_queue_to_the_mailbox(
    world: World, sink: tuple[int, Outbox], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke("check_inboxes") == {"batchItemFailures": []}
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = login_version") == 2
    mission = world.create(add_people(world, 5))
    invoke("schedule_missions", {})
    assert nudges(Queue.TASKS) == 1
    invoke("run_tasks")
    assert (nudges(Queue.SEND) > 0, nudges(Queue.SCHEDULE) > 0) == (True, True)
    capsys.readouterr()
    invoke("send_outreach")
    assert len(sink[1].log()) == 5
    assert '"send_outreach.sent":[5.0]' in capsys.readouterr().out.replace(" ", ""), "what was done is a metric"
    assert world.mission(mission)["state"] == "COLLECTING"
    world.db.execute("update public.rex_campaigns set collecting_seconds = 1")
    world.db.execute(
        "update public.rex_outreach set handed_over_at = handed_over_at - interval '1 minute', begun_at = begun_at - interval '1 minute'"
    )
    monitor = import_module("rex.usecases.monitor_missions").monitor_missions
    monitor(machinery=wiring.machinery(), nudge=wiring.nudge())
    assert world.mission(mission)["state"] == "COMPLETED"
    assert_invariants(world.db)


def test_link_in_the_mail_unsubscribes(world: World, sink: tuple[int, Outbox]) -> None:
    invoke("check_inboxes")
    world.create(add_people(world, 1))
    for function in ("schedule_missions", "run_tasks", "send_outreach"):
        invoke(function)
    text = (sink[1].folder / sink[1].log()[0].file).read_text()
    token = text.split("/webhooks/unsubscribe/", 1)[1].split(">", 1)[0]
    path = f"/webhooks/unsubscribe/{token}"
    shown = ask("webhooks.unsubscribe", "GET", path, key=None)
    assert (shown.status, "<button" in shown.body) == (200, True)
    assert one(world.db, "select count(*) from public.rex_suppressions") == 0, "looking at the page changes nothing"
    for _ in range(2):
        done = ask("webhooks.unsubscribe", "POST", path, key=None, raw="List-Unsubscribe=One-Click")
        assert (done.status, done.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert one(world.db, "select reason::text from public.rex_suppressions") == "unsubscribed"
    assert one(world.db, "select count(*) from public.rex_outreach_events") == 1
    assert one(world.db, "select outcome::text from public.rex_mission_leads") == "unsubscribed"


@pytest.mark.usefixtures("world")
def test_made_up_link_changes_nothing(db: Connection) -> None:
    forged = make_token(one(db, "select gen_random_uuid()"), b"another key")
    for token in (forged, "x", "%00"):
        assert ask("webhooks.unsubscribe", "POST", f"/webhooks/unsubscribe/{token}", key=None).status == 404
    unknown = make_token(one(db, "select gen_random_uuid()"), wiring.secrets().signing_key())
    assert ask("webhooks.unsubscribe", "POST", f"/webhooks/unsubscribe/{unknown}", key=None).status == 200


def test_wrong_password_is_told_and_the_inbox_sends_nothing(world: World, sink: tuple[int, Outbox]) -> None:
    world.db.execute("update public.rex_inboxes set login_version = 2, password_version = 2")
    for (inbox,) in world.db.execute("select id from public.rex_inboxes").fetchall():
        wiring.secrets().put_inbox_password(world.account, inbox, "127.0.0.1", 2, "wrong")
    invoke("check_inboxes")
    assert one(world.db, "select distinct login_error from public.rex_inboxes") == "login_refused"
    world.create(add_people(world, 1))
    invoke("schedule_missions")
    assert one(world.db, "select waiting_for from public.rex_missions") == "domain"
    assert sink[1].log() == []


@pytest.mark.usefixtures("world")
def test_failure_is_raised_for_lambda_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    settings.settings.cache_clear()
    wiring.machinery.cache_clear()
    with pytest.raises(Exception, match="did not answer"):
        invoke("schedule_missions")


def test_password_goes_to_no_other_server_than_it_was_given_for(world: World, sink: tuple[int, Outbox]) -> None:
    world.db.execute("update public.rex_inboxes set host = 'localhost', login_version = 2, checked_version = null")
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version is not null or login_error is not null") == 0
    world.db.execute("update public.rex_inboxes set password_version = 2")
    for (inbox,) in world.db.execute("select id from public.rex_inboxes").fetchall():
        wiring.secrets().put_inbox_password(world.account, inbox, "localhost", 2, PASSWORD)
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = 2") == 2
    assert sink[1].log() == []


def test_password_of_another_version_serves_no_check(world: World) -> None:
    """A login whose row has changed and whose secret has not followed yet stays unchecked, and is not blamed for it."""
    world.db.execute("update public.rex_inboxes set login_version = 2, password_version = 2, checked_version = null")
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version is not null or login_error is not null") == 0
    for (inbox,) in world.db.execute("select id from public.rex_inboxes").fetchall():
        wiring.secrets().put_inbox_password(world.account, inbox, "127.0.0.1", 2, PASSWORD)
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = 2") == 2


def test_late_write_of_an_earlier_password_does_not_undo_the_later(world: World) -> None:
    """Two changes of one inbox whose secrets overtake each other: the row knows the second, which stays kept."""
    world.db.execute("update public.rex_inboxes set login_version = 3, password_version = 3, checked_version = null")
    for (inbox,) in world.db.execute("select id from public.rex_inboxes").fetchall():
        for version, password in ((3, PASSWORD), (2, "of before")):
            wiring.secrets().put_inbox_password(world.account, inbox, "127.0.0.1", version, password)
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = 3") == 2


def test_first_passwords_of_an_inbox_may_come_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find no secret, and the second to make it finds the first's."""
    secrets, inbox = wiring.secrets(), uuid4()
    create = secrets.client.create_secret
    late: list[dict[str, Any]] = []

    def overtaken(**asked: Any) -> Any:
        if not late:
            late.append(asked)
            secrets.put_inbox_password(world.account, inbox, "127.0.0.1", 2, PASSWORD)
        return create(**asked)

    monkeypatch.setattr(secrets.client, "create_secret", overtaken)
    secrets.put_inbox_password(world.account, inbox, "127.0.0.1", 1, "of before")
    name = late[0]["Name"]
    versions = boto3.client("secretsmanager").list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    assert len(versions) == 2


def test_password_of_a_secret_that_was_put_back_from_a_copy_serves(world: World) -> None:
    """Then its versions have other ids than REX gave them."""
    client = boto3.client("secretsmanager")
    for secret in client.list_secrets()["SecretList"]:
        if "/inboxes/" in secret["Name"]:
            value = client.get_secret_value(SecretId=secret["ARN"])["SecretString"]
            client.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
            client.create_secret(Name=secret["Name"], SecretString=value)
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = 1") == 2


def test_password_that_stays_serves_the_login_after_another_change(world: World) -> None:
    world.db.execute("update public.rex_inboxes set login_version = 2, checked_version = null")
    invoke("check_inboxes")
    assert one(world.db, "select count(*) from public.rex_inboxes where checked_version = 2") == 2
