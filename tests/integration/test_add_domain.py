"""A domain that a person adds is verified by the machinery alone; on a laptop it is taken for verified."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
import psycopg
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection, one, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world

CONTEXT = SimpleNamespace(
    function_name="test", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:us-east-1:1:function:test", aws_request_id="1",
    get_remaining_time_in_millis=lambda: 30_000,
)  # fmt: skip


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db, domain=False)


def add(world: World, body: Any, **sent: Any) -> Answer:
    return request("api.add_domain", "POST", "/api/rex/domains/add", **({"person": world.account, "body": body} | sent))


def domain(world: World) -> Any:
    return one(world.db, "select to_jsonb(d) from public.rex_domain_pool d")


def check(world: World) -> None:
    """As the schedule does."""
    assert world.db
    import_module("functions.automation.check_inboxes").handler({}, CONTEXT)


@pytest.mark.usefixtures("deployment")
def test_added_domain_is_pending_and_the_machinery_told(world: World) -> None:
    answers = [add(world, {"domain": "Mail.REX.example", "daily_cap": 30}, key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0].status, answers[0].body["domain"], answers[0].body["status"]) == (201, "mail.rex.example", "pending_verification")
    assert (domain(world)["status"], domain(world)["daily_cap"], domain(world)["tier"]) == ("pending_verification", 30, "custom")
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().inboxes_queue_url)["Messages"]
    assert world.said("domain.added") == 1


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize(("laptop", "status"), [("1", "warming"), ("0", "pending_verification")])
def test_only_a_laptop_takes_a_domain_for_verified(world: World, monkeypatch: pytest.MonkeyPatch, laptop: str, status: str) -> None:
    monkeypatch.setenv("REX_PUBLIC_URL", "http://localhost:8787")
    monkeypatch.setenv("REX_LAPTOP", laptop)
    add(world, {"domain": "mail.rex.example"})
    for _ in range(2):
        check(world)
    row = domain(world)
    assert (row["status"], row["verified_at"] is not None, row["warmup_started_at"] is not None) == (
        status,
        status == "warming",
        status == "warming",
    )
    assert world.said("domain.verified") == (status == "warming")
    assert_invariants(world.db)


def test_verified_domain_stays_as_it_became(world: World) -> None:
    added = world.add_domain(inboxes=0)
    before = domain(world)
    assert world.run("rex_verify_domain", p_domain_id=added) == {"domain_id": str(added), "verified": False}
    assert domain(world) == before


def test_repeated_verification_is_answered_as_the_first(world: World) -> None:
    added = world.ask("rex_add_domain", p_fields={"domain": "a.example"})["domain_id"]
    key = request_id()
    answers = [world.run("rex_verify_domain", p_domain_id=added, p_request_id=key) for _ in range(2)]
    assert answers[0] == answers[1] == {"domain_id": added, "verified": True}
    assert world.said("domain.verified") == 1


def test_person_cannot_verify(world: World) -> None:
    added = world.ask("rex_add_domain", p_fields={"domain": "a.example"})["domain_id"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.ask("rex_verify_domain", p_domain_id=added)
    assert domain(world)["status"] == "pending_verification"


@pytest.mark.usefixtures("deployment")
def test_domain_of_somebody_else_is_refused(world: World) -> None:
    add(world, {"domain": "a.example"})
    stranger = make_world(world.db, domain=False)
    answer = add(stranger, {"domain": "A.example"})
    assert (answer.status, answer.body["code"]) == (409, "domain_exists")
    assert str(world.account) not in str(answer.body)


@pytest.mark.usefixtures("deployment")
def test_viewer_adds_nothing(world: World) -> None:
    viewer = make_world(world.db, domain=False).account
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, viewer))
    assert add(world, {"domain": "a.example"}, person=viewer, account=world.account).status == 403
    assert one(world.db, "select count(*) from public.rex_domain_pool") == 0


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"domain": "example"},
        {"domain": "a.example."},
        {"domain": "-a.example"},
        {"domain": "a..example"},
        {"domain": "127.0.0.1"},
        {"domain": "müller.example"},
        {"domain": "a.example\n"},
        {"domain": f"{'a' * 64}.example"},
        {"domain": "a.example", "daily_cap": 0},
        {"domain": "a.example", "status": "active"},
        {"domain": None},
    ],
)
def test_bad_domain_is_refused_with_what_to_do(world: World, body: Any) -> None:
    answer = add(world, body)
    assert (answer.status, answer.headers["content-type"], bool(answer.body["next"])) == (422, "application/problem+json", True), (
        answer.body
    )
    assert one(world.db, "select count(*) from public.rex_domain_pool") == 0
