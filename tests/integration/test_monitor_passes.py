"""Whatever there is much of: a pass of the monitor comes to all of it, and nobody's crowd or failure stands before another's mission."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from rex.errors import Transient
from rex.usecases import monitor_missions as monitor
from tests.support.database import Clock, Connection, connect, one
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def copy_missions(world: World, count: int, **columns: str) -> None:
    """More missions like the only one, but for these columns."""
    db, names = world.db, ", ".join(columns)
    db.execute("create temporary table copy (like public.rex_missions including defaults)")
    db.execute("insert into copy select m.* from public.rex_missions m, generate_series(1, %s)", (count,))
    db.execute(f"update copy set id = gen_random_uuid(), ({names}, version) = row({', '.join(columns.values())}, 1)".encode())
    generated = (
        "select string_agg(column_name, ', ') from information_schema.columns where table_name = 'rex_missions' and is_generated = 'NEVER'"
    )
    kept = one(db, generated)
    db.execute(f"insert into public.rex_missions ({kept}) select {kept} from copy".encode())
    db.execute("drop table copy")


def test_all_whose_time_has_come_are_woken_in_one_pass(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    world.create(world.add_leads(1))
    copy_missions(
        world, 250, ready="false", waiting_for="'not_before'", waiting_since="rex.now()", not_before="rex.now() + interval '1 minute'"
    )
    clock.advance(minutes=2)
    assert monitor.monitor_missions(machinery=machinery, nudge=Nudged())["woken"] == {"woken": 250, "released": 0}


def test_domain_that_came_free_is_offered_to_its_own_account_at_once(db: Connection) -> None:
    world = make_world(db, domain=False)
    mission = world.create(world.add_leads(1))
    world.claim()
    assert world.mission(mission)["waiting_for"] == "domain"
    world.add_domain()
    assert world.run("rex_wake_missions")["woken"] == 0, "its time has not come"
    assert world.run("rex_wake_missions", p_account=make_world(db, domain=False).account)["woken"] == 0
    assert world.run("rex_wake_missions", p_account=world.account)["woken"] == 1
    assert len(world.claim()) == 1


def test_missions_that_do_not_move_stand_before_no_other(world: World, clock: Clock) -> None:
    missions = set()
    for _ in range(3):
        missions.add(str(world.create(world.add_leads(1))))
        clock.advance(seconds=1)
    world.claim()
    seen = []
    for _ in range(3):
        (found,) = world.to_move(p_limit=1)
        seen.append(found)
    assert set(seen) == missions, "none of them is planned, so each wants to move"


@dataclass
class FailsAt(SqlMachinery):
    """One step of each pass fails."""

    failure: Exception = field(kw_only=True)

    def command(self, command: str, **arguments: Any) -> Any:
        if command == "rex_pause_harmful_domains":
            raise self.failure
        return super().command(command, **arguments)


@pytest.mark.parametrize("failure", [Transient("database_57014"), KeyError("paused")], ids=["database", "code"])
def test_step_that_fails_holds_up_no_other(world: World, database: str, failure: Exception) -> None:
    world.add_domain()
    with connect(database) as connection, pytest.raises(type(failure)):
        monitor.monitor_missions(machinery=FailsAt(connection, failure=failure), nudge=Nudged())
    assert one(world.db, "select count(*) from public.rex_domain_reputations") > 0
