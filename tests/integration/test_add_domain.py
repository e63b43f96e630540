"""A domain that a person adds is verified by the machinery alone; on a laptop it is taken for verified."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
import psycopg
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection, as_service, as_superuser, call, one, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival

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
    assert world.run("rex_verify_domain", p_domain_id=added) == {"domain_id": str(added), "verified": False, "error": None}
    assert domain(world) == before


def test_repeated_verification_is_answered_as_the_first(world: World) -> None:
    added = world.ask("rex_add_domain", p_fields={"domain": "a.example"})["domain_id"]
    key = request_id()
    answers = [world.run("rex_verify_domain", p_domain_id=added, p_request_id=key) for _ in range(2)]
    assert answers[0] == answers[1] == {"domain_id": added, "verified": True, "error": None}
    assert world.said("domain.verified") == 1


def test_person_cannot_verify(world: World) -> None:
    added = world.ask("rex_add_domain", p_fields={"domain": "a.example"})["domain_id"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.ask("rex_verify_domain", p_domain_id=added)
    assert domain(world)["status"] == "pending_verification"


@pytest.mark.usefixtures("deployment")
def test_domain_is_added_once_by_an_account(world: World) -> None:
    answers = [add(world, {"domain": name}) for name in ("a.example", "A.example")]
    assert [answer.status for answer in answers] == [201, 409]
    assert answers[1].body["code"] == "domain_exists"


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize("verified", [False, True])
def test_domain_of_somebody_else_blocks_nobody_and_is_not_told(world: World, verified: bool) -> None:
    first = add(world, {"domain": "a.example"})
    if verified:
        world.run("rex_verify_domain", p_domain_id=first.body["domain_id"])
    answer = add(make_world(world.db, domain=False), {"domain": "A.example"})
    assert (answer.status, answer.body["status"]) == (201, "pending_verification")


@pytest.fixture
def both(world: World) -> tuple[World, World]:
    """Two accounts that have added one name; the first squats."""
    owner = make_world(world.db, domain=False)
    for account in (world, owner):
        account.ask("rex_add_domain", p_fields={"domain": "a.example"})
    return world, owner


def row_of(world: World) -> Any:
    return one(world.db, "select to_jsonb(d) from public.rex_domain_pool d where user_id = %s", world.account)


def verify(world: World) -> Any:
    return world.run("rex_verify_domain", p_domain_id=row_of(world)["id"])


def to_verify(world: World) -> set[str]:
    as_service(world.db)
    try:
        return {pending["user_id"] for pending in call(world.db, "rex_domains_to_verify")["domains"]}
    finally:
        as_superuser(world.db)


def test_who_is_verified_first_has_the_name_and_the_other_is_told_why_not(both: tuple[World, World]) -> None:
    squatter, owner = both
    assert verify(owner)["verified"]
    for _ in range(2):
        assert verify(squatter) == {"domain_id": row_of(squatter)["id"], "verified": False, "error": "domain_taken"}
    assert (row_of(owner)["status"], row_of(squatter)["status"]) == ("warming", "pending_verification")
    assert squatter.ask_read("rex_list_domains")["items"][0]["verification_error"] == "domain_taken"
    assert (squatter.said("domain.not_verified"), squatter.said("domain.verified")) == (1, 0)
    assert_invariants(squatter.db)


def test_taken_domain_is_tried_again_once_the_other_has_gone(both: tuple[World, World]) -> None:
    taken, owner = both
    verify(owner)
    verify(taken)
    assert to_verify(taken) == set(), "one that is taken stands in the way of those behind it"
    taken.db.execute("update public.rex_domain_pool set status = 'retired' where user_id = %s", (owner.account,))
    assert to_verify(taken) == {str(taken.account)}
    assert verify(taken)["verified"]
    assert row_of(taken)["verification_error"] is None


def test_two_that_are_verified_at_one_moment_do_not_both_get_the_name(both: tuple[World, World], rival: Rival) -> None:
    first, second = both
    with first.db.transaction():
        verify(first)
        late = rival.run("rex_verify_domain", p_domain_id=row_of(second)["id"])
        assert not late.done(), "the second waits for what becomes of the first"
    assert late.result()["error"] == "domain_taken"


@pytest.mark.usefixtures("deployment")
def test_laptop_reports_what_is_taken(both: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REX_LAPTOP", "1")
    verify(both[1])
    check(both[0])
    assert row_of(both[0])["verification_error"] == "domain_taken"


def test_prewarmed_domain_of_a_name_the_account_has_itself_is_left(world: World) -> None:
    world.ask("rex_add_domain", p_fields={"domain": "a.example"})
    world.db.execute(
        "insert into public.rex_domain_pool (domain, tier, status, reputation, verified_at) values ('a.example', 'prewarmed', 'active', 0.9, rex.now())"
    )
    mission = world.create()
    assert world.claim() == []
    assert world.mission(mission)["waiting_for"] == "domain"
    assert one(world.db, "select count(*) from public.rex_domain_pool where user_id is null") == 1


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
