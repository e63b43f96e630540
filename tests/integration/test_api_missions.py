"""The routes that retry and cancel missions, one and many."""

import uuid
from typing import Any

import boto3
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")
ONE = str(uuid.uuid4())


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def escalated(world: World) -> uuid.UUID:
    mission = world.create()
    world.advance(mission, "ESCALATED", p_error_code="agent_failed")
    return mission


def retry(world: World, mission: uuid.UUID | str, **sent: Any) -> Answer:
    return request("api.retry_mission", "POST", f"/api/rex/missions/{mission}/retry", **({"person": world.account} | sent))


def many(world: World, verb: str, body: Any, **sent: Any) -> Answer:
    return request(f"api.{verb}_missions", "POST", f"/api/rex/missions/{verb}", **({"person": world.account, "body": body} | sent))


def test_escalated_mission_is_retried_and_the_scheduler_told(world: World) -> None:
    mission = escalated(world)
    answers = [retry(world, mission, key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0].status, answers[0].body) == (200, {"mission_id": str(mission), "state": "QUEUED", "round": 2})
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().schedule_queue_url)["Messages"]


def test_refused_retry_says_what_to_do(world: World) -> None:
    mission = world.create()
    assert (retry(world, mission).status, retry(world, mission).body["code"]) == (409, "mission_not_failed")
    request("api.cancel_mission", "POST", f"/api/rex/missions/{mission}/cancel", person=world.account)
    answer = retry(world, mission)
    assert (answer.status, answer.body["code"]) == (409, "mission_cancelled")
    assert answer.body["next"]
    assert retry(world, "none").status == 404
    assert retry(world, mission, key=None).status == 400
    assert retry(world, mission, person=make_world(world.db).account).status == 404


def test_many_are_retried_and_cancelled(world: World) -> None:
    missions = [escalated(world) for _ in range(2)]
    ids = {"ids": [str(mission) for mission in missions], "expected_count": 2}
    assert (many(world, "retry", ids).status, world.mission(missions[0])["round"]) == (200, 2)
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().schedule_queue_url)["Messages"]
    answer = many(world, "cancel", {"filter": {"states": ["QUEUED"]}, "expected_count": 2})
    assert (answer.status, answer.body["missions"], answer.body["in_flight"]) == (200, 2, 0)


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_other_count_is_told_and_changes_nothing(world: World, verb: str) -> None:
    mission = escalated(world)
    answer = many(world, verb, {"filter": {"states": ["ESCALATED"]}, "expected_count": 3})
    assert (answer.status, answer.body["code"]) == (409, "count_differs")
    assert "means 1 missions and 3 were expected" in answer.body["detail"]
    assert world.mission(mission)["state"] == "ESCALATED"


@pytest.mark.parametrize("verb", ["retry", "cancel"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expected_count": 0},
        {"filter": {}, "expected_count": 0},
        {"filter": {"states": []}, "expected_count": 0},
        {"filter": {"states": None}, "expected_count": 0},
        {"filter": {"colour": "red"}, "expected_count": 0},
        {"filter": {"states": ["SLEEPING"]}, "expected_count": 0},
        {"ids": [], "expected_count": 0},
        {"ids": ["x"], "expected_count": 1},
        {"ids": [ONE] * 1001, "expected_count": 1},
        {"ids": [ONE]},
        {"ids": [ONE], "filter": {"type": "lead_reactivation"}, "expected_count": 1},
        {"ids": [ONE], "expected_count": 1, "colour": "red"},
    ],
)
def test_unclear_selection_is_refused(world: World, verb: str, body: Any) -> None:
    answer = many(world, verb, body)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json"), answer.body


def test_others_missions_are_unknown(world: World) -> None:
    mission = escalated(world)
    stranger = make_world(world.db).account
    for verb in ("retry", "cancel"):
        assert many(world, verb, {"ids": [str(mission)], "expected_count": 1}, person=stranger).status == 404
        assert many(world, verb, {"filter": {"states": ["ESCALATED"]}, "expected_count": 1}, person=stranger).status == 409
    assert world.mission(mission)["state"] == "ESCALATED"
