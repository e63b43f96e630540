"""The function that recovers missions, over the real commands: backoff, escalation, and nothing that holds up the rest."""

import uuid
from typing import Any

import pytest

from rex.domain.decisions import Decision
from rex.domain.reasoning import decide_without
from rex.domain.subjects import FailedMission
from rex.errors import RexError, Transient
from rex.usecases import recover_missions as recovery
from rex.usecases.recover_missions import Recoverer, recover_missions
from tests.support.database import Clock, Connection, connect, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery, all_the_time
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def escalate(mission: FailedMission) -> Decision:
    return decide_without(mission, "llm_no_key")


def run(machinery: Any, **changes: Any) -> dict[str, int]:
    given: dict[str, Any] = {"machinery": machinery, "ask": escalate, "draw_luck": lambda: 0.5} | changes
    return recover_missions(Recoverer(**given), seconds_left=all_the_time)


def fail(world: World, code: str, mission: uuid.UUID | None = None) -> uuid.UUID:
    failed = mission or world.create()
    world.advance(failed, "FAILED", p_error_code=code)
    return failed


def test_mission_is_retried_later_each_time_and_then_escalated(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    mission = fail(world, "database_unreachable")
    waits = []
    for _ in range(3):
        assert run(machinery) == {"retried": 1, "escalated": 0}
        waits.append(one(world.db, "select round(extract(epoch from not_before - waiting_since)) from public.rex_missions"))
        clock.advance(seconds=float(waits[-1]) + 1)
        world.run("rex_wake_missions")
        assert len(world.claim()) == 1
        fail(world, "database_unreachable", mission)
    assert waits == [30, 60, 120], "half of 60, 120 and 240 seconds"
    assert run(machinery) == {"retried": 0, "escalated": 1}
    assert world.mission(mission)["state"] == "ESCALATED"
    assert world.said("error.escalation") == 1
    assert run(machinery) == {"retried": 0, "escalated": 0}
    assert one(world.db, "select count(*) from public.rex_decisions where rule = 'error_escalation'") == 4
    assert_invariants(world.db)


def test_what_cannot_succeed_goes_to_a_person_at_once(world: World, machinery: SqlMachinery) -> None:
    mission = fail(world, "forbidden")
    assert run(machinery) == {"retried": 0, "escalated": 1}
    row = world.mission(mission)
    assert (row["state"], row["error_code"], row["retry_count"]) == ("ESCALATED", "forbidden", 0)
    assert_invariants(world.db)


def test_unknown_code_is_put_to_the_reasoner(world: World, machinery: SqlMachinery) -> None:
    mission = fail(world, "sunspots")
    asked = []

    def ask(failed: FailedMission) -> Decision:
        asked.append(failed.mission_id)
        return escalate(failed)

    assert run(machinery, ask=ask) == {"retried": 0, "escalated": 1}
    assert asked == [mission]
    assert one(world.db, "select layer from public.rex_decisions where action = 'escalate'") == 3
    assert_invariants(world.db)


class OnePoison(SqlMachinery):
    """A database that always fails for one mission."""

    poison: str = ""

    def command(self, command: str, **arguments: Any) -> Any:
        if arguments.get("p_mission_id") == self.poison:
            raise Transient("database_failed")
        return super().command(command, **arguments)


def test_poison_missions_hold_up_no_other(world: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "BATCH", 1)
    poison = fail(world, "database_unreachable")
    good = [fail(world, "database_unreachable") for _ in range(3)]
    with connect(database) as connection:
        machinery = OnePoison(connection)
        machinery.poison = str(poison)
        for _ in range(2):
            with pytest.raises(RexError):
                run(machinery)
    assert {world.mission(mission)["state"] for mission in good} == {"QUEUED"}
    assert world.mission(poison)["state"] == "FAILED"


def test_nothing_begins_when_the_time_is_up(world: World, machinery: SqlMachinery) -> None:
    mission = fail(world, "forbidden")
    recoverer = Recoverer(machinery=machinery, ask=escalate, draw_luck=lambda: 0.5)
    assert recover_missions(recoverer, seconds_left=lambda: recovery.SECONDS_FOR_A_MISSION) == {"retried": 0, "escalated": 0}
    assert world.mission(mission)["state"] == "FAILED"


def test_many_are_recovered_in_one_run(world: World, machinery: SqlMachinery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "BATCH", 2)
    for _ in range(5):
        fail(world, "database_unreachable")
    assert run(machinery) == {"retried": 5, "escalated": 0}
