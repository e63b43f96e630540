"""The routes: what people may ask, what they are told when they ask wrongly, and that nobody sees another's rows."""

import uuid
from typing import Any

import boto3
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection, one
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def create(world: World, **changes: Any) -> Answer:
    lead = world.add_leads(1)[0]
    body = {"type": "lead_reactivation", "audience": {"lead_ids": [str(lead)]}} | changes
    return request("api.create_mission", "POST", "/api/rex/missions", person=world.account, body=body)


def test_mission_is_queued_read_listed_and_cancelled(world: World) -> None:
    created = create(world)
    assert (created.status, created.body["state"], created.body["leads"]) == (201, "QUEUED", 1)
    mission = created.body["mission_id"]
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().schedule_queue_url)["Messages"]
    read = request("api.get_mission", "GET", f"/api/rex/missions/{mission}", person=world.account)
    assert (read.status, read.body["progress"], read.body["outcomes"]) == (200, 0, [{"outcome": "pending", "reason": None, "leads": 1}])
    cancelled = request("api.cancel_mission", "POST", f"/api/rex/missions/{mission}/cancel", person=world.account)
    assert (cancelled.status, cancelled.body["state"]) == (200, "FAILED")


def test_list_is_paged_by_cursor(world: World) -> None:
    missions = [create(world).body["mission_id"] for _ in range(3)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(2):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = request("api.list_missions", "GET", "/api/rex/missions", person=world.account, query=query)
        assert page.status == 200, page.body
        seen += [row["id"] for row in page.body["items"]]
        cursor = page.body["next"]
    assert (seen, cursor) == (missions[::-1], None)


def test_repeated_request_makes_no_second_mission(world: World) -> None:
    lead = world.add_leads(1)[0]
    body = {"type": "lead_reactivation", "audience": {"lead_ids": [str(lead)]}}
    answers = [request("api.create_mission", "POST", "/api/rex/missions", person=world.account, body=body, key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert one(world.db, "select count(*) from public.rex_missions") == 1


def test_status_account_campaigns_and_inboxes_are_read(world: World) -> None:
    create(world)
    world.run("rex_measure_metrics")
    status = request("api.get_status", "GET", "/api/rex/status", person=world.account)
    assert (status.status, status.body["missions"]) == (200, {"QUEUED": 1})
    for function, path in [("get_account", "/account"), ("list_campaigns", "/campaigns"), ("list_inboxes", "/inboxes")]:
        assert request(f"api.{function}", "GET", f"/api/rex{path}", person=world.account).status == 200, path


def test_pause_and_resume(world: World) -> None:
    for function in ("pause", "resume"):
        answer = request(f"api.{function}", "POST", f"/api/rex/{function}", person=world.account, body={"scope": "account"})
        assert (answer.status, answer.body["paused"]) == (200, function == "pause")


def test_another_accounts_mission_is_not_found(world: World) -> None:
    stranger = make_world(world.db).account
    mission = create(world).body["mission_id"]
    assert request("api.get_mission", "GET", f"/api/rex/missions/{mission}", person=stranger).status == 404
    assert request("api.cancel_mission", "POST", f"/api/rex/missions/{mission}/cancel", person=stranger).status == 404
    foreign = request("api.get_status", "GET", "/api/rex/status", person=stranger, account=world.account)
    assert (foreign.status, foreign.body["code"]) == (403, "not_a_member")


GOOD_AUDIENCE = {"filter": {"min_score": 0}}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"raw": "{"}, 400),
        ({"raw": "[]"}, 400),
        ({"raw": ""}, 400),
        ({"body": {}}, 422),
        ({"body": {"type": "lead_reactivation", "audience": GOOD_AUDIENCE, "colour": "red"}}, 422),
        ({"body": {"type": "world_domination", "audience": GOOD_AUDIENCE}}, 422),
        ({"body": {"type": "icp_extraction", "audience": GOOD_AUDIENCE}}, 422),
        ({"body": {"type": "lead_reactivation", "audience": {}}}, 422),
        ({"body": {"type": "lead_reactivation", "audience": {"filter": {}}}}, 422),
        ({"body": {"type": "lead_reactivation", "audience": {"lead_ids": [str(uuid.uuid4())]}}}, 404),
        ({"body": {"type": "lead_reactivation", "audience": GOOD_AUDIENCE, "priority": "high"}}, 422),
        ({"body": {"type": "lead_reactivation", "audience": GOOD_AUDIENCE}, "key": None}, 400),
        ({"body": {"type": "lead_reactivation", "audience": GOOD_AUDIENCE}, "key": "ü"}, 400),
    ],
)
def test_bad_mission_is_refused_with_what_to_do(world: World, sent: dict[str, Any], status: int) -> None:
    answer = request("api.create_mission", "POST", "/api/rex/missions", person=world.account, **sent)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]
    assert one(world.db, "select count(*) from public.rex_missions") == 0


@pytest.mark.parametrize(
    ("function", "method", "path", "sent"),
    [
        ("list_missions", "GET", "/missions", {"query": {"limit": "many"}}),
        ("list_missions", "GET", "/missions", {"query": {"state": "SLEEPING"}}),
        ("list_missions", "GET", "/missions", {"query": {"cursor": "zzz"}}),
        ("list_missions", "GET", "/missions", {"query": {"colour": "red"}}),
        ("get_mission", "GET", "/missions/none", {}),
        ("pause", "POST", "/pause", {"body": {"scope": "everything"}}),
        ("pause", "POST", "/pause", {"body": {"scope": "mission"}}),
        ("resume", "POST", "/resume", {"body": {"scope": "inbox", "id": str(uuid.uuid4())}}),
        ("cancel_mission", "POST", "/missions/none/cancel", {}),
    ],
)
def test_bad_input_is_a_client_error(world: World, function: str, method: str, path: str, sent: dict[str, Any]) -> None:
    answer = request(f"api.{function}", method, f"/api/rex{path}", person=world.account, **sent)
    assert 400 <= answer.status < 500, answer.body
    assert answer.body["next"]


def test_nobody_without_a_token_is_answered() -> None:
    assert request("api.get_status", "GET", "/api/rex/status").status == 401
