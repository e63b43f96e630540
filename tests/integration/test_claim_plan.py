"""A claim reads what may start and nothing that waits: shown by its plans, on a database where nearly everything is blocked."""

import uuid
from typing import Any

import pytest

from tests.support.database import Connection, one
from tests.support.mission_world import World, make_world

BLOCKED = 3000


@pytest.fixture
def world(db: Connection) -> World:
    """One account with a free slot and three missions, and one whose slots are taken and for which thousands wait."""
    world, full = make_world(db), make_world(db)
    for _ in range(3):
        world.create()
    db.execute(
        "insert into public.rex_missions (user_id, type, crew, campaign_id, sends, created_by)"
        " select %s, 'lead_reactivation', 'dead_lead_crew', %s, true, %s from generate_series(1, %s)",
        (full.account, full.campaign, full.account, BLOCKED),
    )
    db.execute("update public.rex_crews set held = slots where user_id = %s", (full.account,))
    db.execute("analyze")
    return world


def body(db: Connection, function: str) -> str:
    text: str = one(db, "select prosrc from pg_proc where proname = %s and pronamespace = 'rex'::regnamespace", function)
    return text


def scans(plan: Any) -> list[Any]:
    """The nodes of a plan that read a table."""
    below = [node for child in plan.get("Plans", []) for node in scans(child)]
    return ([plan] if "Relation Name" in plan else []) + below


def explained(db: Connection, query: str, **arguments: Any) -> list[Any]:
    return scans(one(db, f"explain (analyze, format json) {query}", *arguments.values())[0]["Plan"])


def test_turns_are_read_from_the_index_of_crews_that_may_start_something(world: World) -> None:
    query = body(world.db, "take_turns").split("with locked as materialized (")[1].split(") \n")[0]
    query = query[: query.index("skip locked)") + len("skip locked")].replace("v_served is null or", "true or").replace("v_take", "50")
    query = query.replace("(v_served, v_last.user_id, v_last.crew)", "(c.served, c.user_id, c.crew)")
    world.db.execute("set enable_seqscan = off")  # ten rows are read faster without an index
    (read,) = explained(world.db, query)
    assert read["Index Name"] == "rex_crews_turn"
    assert read["Actual Rows"] == 1


def test_missions_are_read_from_the_index_of_what_is_ready(world: World) -> None:
    query = body(world.db, "pick_missions").split("begin\n")[1].split(";\n")[0].replace(" into v_pick", "")
    query = query.replace("v_quantum", "1").replace("v_most", "10").replace("p_limit", "10")
    query = query.replace("p_turns", f"array[row('{uuid.UUID(str(world.account))}', 'dead_lead_crew')::rex.turn]")
    missions = [read for read in explained(world.db, query) if read["Relation Name"] == "rex_missions"]
    assert [read["Index Name"] for read in missions] == ["rex_missions_claim"]
    assert missions[0]["Actual Rows"] * missions[0]["Actual Loops"] == 3
