"""A stage is left when it has ended, by who saw its present version, and not while anything above it is paused."""

import uuid

import pytest

from tests.support.database import Connection
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.fixture
def executing(world: World) -> uuid.UUID:
    """Its agents have one task left."""
    mission = world.create()
    world.claim()
    world.plan(mission, agents=1)
    world.run("rex_claim_tasks", p_worker="test", p_limit=10, p_lease_seconds=60)
    return mission


@pytest.fixture
def done(world: World, executing: uuid.UUID) -> uuid.UUID:
    """Its agents have none left."""
    world.finish_tasks(executing)
    return executing


def test_a_stage_with_an_open_task_is_not_left(world: World, executing: uuid.UUID) -> None:
    assert not world.advance(executing, "COLLECTING")["moved"]
    assert world.mission(executing)["state"] == "EXECUTING"


def test_collecting_with_something_unsent_is_not_left(world: World, done: uuid.UUID) -> None:
    assert world.advance(done, "COLLECTING")["moved"]
    world.add_outreach(done)
    assert not world.advance(done, "ANALYZING")["moved"]


def test_an_old_version_moves_nothing(world: World, done: uuid.UUID) -> None:
    version = world.mission(done)["version"]
    assert not world.advance(done, "COLLECTING", p_version=version - 1)["moved"]
    assert world.mission(done)["version"] == version


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_what_is_paused_moves_only_after_its_resume(world: World, done: uuid.UUID, scope: str) -> None:
    target = {"account": world.account, "campaign": world.campaign, "mission": done}[scope]
    world.ask("rex_pause", p_scope=scope, p_id=target)
    assert not world.advance(done, "COLLECTING")["moved"], f"the {scope} is paused"
    world.ask("rex_resume", p_scope=scope, p_id=target)
    assert world.advance(done, "COLLECTING")["moved"]
    assert_invariants(world.db)


def test_the_limit_ends_no_mission_before_its_time(world: World, executing: uuid.UUID) -> None:
    assert not world.advance(executing, "ESCALATED", p_error_code="timeout")["moved"]


def test_a_mission_with_a_lead_left_does_not_fail_for_want_of_leads(world: World, done: uuid.UUID) -> None:
    assert not world.advance(done, "FAILED", p_error_code="no_lead_left")["moved"]


def test_a_move_among_old_ones_is_made(world: World, done: uuid.UUID) -> None:
    other = world.create()
    version = world.mission(done)["version"]
    moves = [
        {"mission_id": str(other), "version": 7, "to": "FAILED", "reason": "test", "error_code": "test"},
        {"mission_id": str(done), "version": version, "to": "COLLECTING", "reason": "test"},
    ]
    answers = world.run("rex_advance_missions", p_moves=moves)["missions"]
    assert [answer["moved"] for answer in answers] == [False, True]
    assert_invariants(world.db)


def test_two_that_move_a_mission_at_once_move_it_once(world: World, rival: Rival) -> None:
    mission = world.collecting()
    version = world.mission(mission)["version"]
    with world.db.transaction():
        assert world.advance(mission, "ANALYZING")["moved"]
        again = rival.run("rex_advance_mission", p_mission_id=mission, p_version=version, p_to="ANALYZING", p_reason="test")
    assert not again.result()["moved"]
    assert world.mission(mission)["version"] == version + 1
    assert_invariants(world.db)
