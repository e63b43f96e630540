"""The audit trail: who, what, from where, to where, why and by which decision; nobody changes it, and it is read page by page."""

import json
import uuid
from typing import Any

import psycopg
import pytest

from tests.support.database import Connection, as_person, as_service, as_superuser, one
from tests.support.mission_world import World, make_world

PAGE = "select id from public.rex_logs where user_id = %s and id < %s order by id desc limit 20"


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.mark.parametrize(
    "statement", ["update public.rex_logs set reason = 'x'", "delete from public.rex_logs", "truncate public.rex_logs"]
)
@pytest.mark.parametrize("role", ["owner", "service_role", "authenticated"])
def test_nobody_changes_what_was_written(world: World, statement: str, role: str) -> None:
    world.create()
    written = one(world.db, "select count(*) from public.rex_logs")
    if role == "service_role":
        as_service(world.db)
    elif role == "authenticated":
        as_person(world.db, world.account)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.db.execute(statement)
    as_superuser(world.db)
    assert one(world.db, "select count(*) from public.rex_logs") == written


def test_row_says_who_did_what_from_where_to_where_and_why(world: World) -> None:
    mission = world.create()
    world.claim()
    world.advance(mission, "FAILED", p_error_code="database_failed")
    world.ask("rex_cancel_mission", p_mission_id=mission)
    rows = world.db.execute(
        "select actor, action, from_state, to_state, reason, version, fence, decision_id is not null from public.rex_logs where mission_id = %s order by id",
        (mission,),
    ).fetchall()
    assert rows == [
        (world.account, "create_mission", None, "QUEUED", None, 1, None, False),
        (None, "claim_missions", "QUEUED", "ASSIGNED", "claimed", 2, 1, True),
        (None, "advance_mission", "ASSIGNED", "FAILED", "test", 3, None, False),
        (world.account, "cancel_mission", "FAILED", "FAILED", "cancelled", 4, None, False),
    ]


def fill(db: Connection, account: uuid.UUID, rows: int) -> uuid.UUID:
    mission = uuid.uuid4()
    db.execute(
        "insert into public.rex_logs (user_id, entity, mission_id, action) select %s, 'task', %s, 'test' from generate_series(1, %s)",
        (account, mission, rows),
    )
    return mission


def plan_of(db: Connection, query: str, *arguments: Any) -> str:
    return json.dumps(one(db, f"explain (format json) {query}", *arguments))


def test_person_reads_every_row_once_page_by_page_and_none_of_others(world: World, db: Connection) -> None:
    stranger = make_world(db).account
    for account in (world.account, stranger, world.account):
        fill(db, account, 30)
    own = [row[0] for row in db.execute("select id from public.rex_logs where user_id = %s order by id desc", (world.account,)).fetchall()]
    as_person(db, world.account)
    seen: list[int] = []
    while page := db.execute(PAGE, (world.account, seen[-1] if seen else 2**62)).fetchall():
        seen += [row[0] for row in page]
    assert seen == own
    assert db.execute(PAGE, (stranger, 2**62)).fetchall() == []


def test_pages_by_account_and_by_mission_come_from_an_index(world: World, db: Connection) -> None:
    stranger = make_world(db).account
    mission = fill(db, world.account, 300)
    fill(db, stranger, 30_000)
    db.execute("analyze public.rex_logs")
    as_person(db, world.account)
    by_account = plan_of(db, PAGE, world.account, 2**62)
    by_mission = plan_of(db, "select id from public.rex_logs where mission_id = %s and id < %s order by id desc limit 20", mission, 2**62)
    for found, index in ((by_account, "rex_logs_account"), (by_mission, "rex_logs_mission")):
        assert index in found, found
        assert "Sort" not in found, found
