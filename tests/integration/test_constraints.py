"""The constraints below the commands: whatever a command got wrong, the tables refuse it, row by row."""

import uuid
from collections.abc import Callable

import psycopg
import pytest

from tests.support.database import Connection, one
from tests.support.mission_world import World, make_world

ACTIVE = ["QUEUED", "ASSIGNED", "EXECUTING", "COLLECTING", "ANALYZING", "OPTIMIZING"]
FINAL = ["COMPLETED", "FAILED", "ESCALATED"]
LEGAL = {
    "QUEUED": {"ASSIGNED"}, "ASSIGNED": {"EXECUTING"}, "EXECUTING": {"COLLECTING"}, "COLLECTING": {"ANALYZING"},
    "ANALYZING": {"OPTIMIZING", "COMPLETED"}, "OPTIMIZING": {"COMPLETED"}, "COMPLETED": set(), "FAILED": {"QUEUED", "ESCALATED"},
    "ESCALATED": {"QUEUED"},
}  # fmt: skip
PAIRS = [(before, after) for before in ACTIVE + FINAL for after in ACTIVE + FINAL if before != after]


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def put(db: Connection, mission: uuid.UUID, state: str, code: str = "test") -> None:
    db.execute(
        "update public.rex_missions set state = %(state)s::public.mission_state, ready = false, assigned_at = rex.now(), started_at = rex.now(),"
        " finished_at = case when %(state)s = any (%(final)s) then rex.now() end, error_code = case when %(state)s in ('FAILED', 'ESCALATED') then %(code)s end"
        " where id = %(mission)s",
        {"state": state, "final": FINAL, "code": code, "mission": mission},
    )


def place(db: Connection, mission: uuid.UUID, state: str, code: str = "test") -> None:
    """Past the guard."""
    db.execute("set session_replication_role = replica")
    put(db, mission, state, code)
    db.execute("set session_replication_role = origin")


def legal(before: str, after: str) -> bool:
    return after in LEGAL[before] or (before in ACTIVE and after in ("FAILED", "ESCALATED"))


@pytest.fixture
def mission(world: World) -> uuid.UUID:
    return world.create()


def test_only_legal_transitions_go_through(db: Connection, mission: uuid.UUID) -> None:
    allowed = set()
    for before, after in PAIRS:
        place(db, mission, before)
        try:
            put(db, mission, after)
        except psycopg.Error:
            continue
        allowed.add((before, after))
    assert allowed == {(before, after) for before, after in PAIRS if legal(before, after)}


def test_an_escalated_mission_fails_only_by_a_cancel(db: Connection, mission: uuid.UUID) -> None:
    place(db, mission, "ESCALATED")
    put(db, mission, "FAILED", "cancelled")
    assert one(db, "select error_code from public.rex_missions where id = %s", mission) == "cancelled"


@pytest.mark.parametrize("after", ["QUEUED", "ESCALATED"])
def test_a_cancelled_mission_goes_nowhere(db: Connection, mission: uuid.UUID, after: str) -> None:
    place(db, mission, "FAILED", "cancelled")
    with pytest.raises(psycopg.Error, match="cannot go from FAILED"):
        put(db, mission, after)


def reserve(world: World, mission: uuid.UUID, slot: int, fence: int) -> None:
    world.db.execute(
        "insert into public.rex_reservations (user_id, mission_id, crew, slot, fence) values (%s, %s, 'dead_lead_crew', %s, %s)",
        (world.account, mission, slot, fence),
    )


def test_a_slot_has_one_holder(world: World) -> None:
    reserve(world, world.create(), 1, 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        reserve(world, world.create(), 1, 1)


def test_a_mission_holds_one_slot(world: World, mission: uuid.UUID) -> None:
    reserve(world, mission, 1, 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        reserve(world, mission, 2, 2)


def test_a_reservation_is_released_once(world: World, mission: uuid.UUID) -> None:
    reserve(world, mission, 1, 1)
    release = "update public.rex_reservations set released_at = rex.now() where mission_id = %s"
    world.db.execute(release, (mission,))
    with pytest.raises(psycopg.errors.CheckViolation):
        world.db.execute(release, (mission,))


def _use_too_much(world: World, _: uuid.UUID) -> None:
    world.db.execute(
        "insert into public.rex_api_usage (provider, window_start, used, cap) values ('openai', date_trunc('minute', rex.now()), 11, 10)"
    )


def _retry_a_fourth_time(world: World, mission: uuid.UUID) -> None:
    world.db.execute("update public.rex_missions set retry_count = 4 where id = %s", (mission,))


def _retry_a_task_a_fourth_time(world: World, mission: uuid.UUID) -> None:
    world.claim()
    world.plan(mission)
    world.db.execute("update public.rex_tasks set retry_count = 4 where mission_id = %s", (mission,))


@pytest.mark.parametrize("break_it", [_use_too_much, _retry_a_fourth_time, _retry_a_task_a_fourth_time])
def test_a_number_stays_within_its_bounds(world: World, mission: uuid.UUID, break_it: Callable[[World, uuid.UUID], None]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        break_it(world, mission)


def test_a_version_is_on_record_once(world: World, mission: uuid.UUID) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        world.db.execute(
            "insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, to_state, version) values (%s, 'mission', %s, %s, 'test', 'QUEUED', 1)",
            (world.account, mission, mission),
        )


def test_reservations_go_with_their_account(db: Connection, world: World, mission: uuid.UUID) -> None:
    other = make_world(db)
    kept = other.create()
    world.claim()
    assert one(db, "select count(*) from public.rex_reservations where mission_id = any (%s)", [mission, kept]) == 2
    db.execute("delete from public.rex_missions where user_id = %s", (world.account,))
    assert one(db, "select mission_id from public.rex_reservations") == kept
