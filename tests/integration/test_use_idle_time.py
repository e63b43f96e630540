"""An account with nothing under way is thought of once a day; a mission starts only where a crew can work on it."""

import pytest

from rex.domain.chains import CHAINS
from rex.domain.queues import Queue
from rex.domain.states import MissionType
from rex.errors import Rejected
from rex.usecases.use_idle_time import use_idle_time
from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHAINS, MissionType.PERFORMANCE_OPTIMIZATION, ("bottleneck_analyst",))


def counted(world: World) -> tuple[int, int]:
    row = world.db.execute("select sum(decided)::int, sum(effective)::int from public.rex_decision_counts where rule = 'idle_optimization'")
    decided, effective = row.fetchone() or (0, 0)
    return decided or 0, effective or 0


def use(machinery: SqlMachinery, nudge: Nudged | None = None) -> int:
    return use_idle_time(machinery=machinery, nudge=nudge or Nudged())


def test_crew_that_does_not_exist_is_waited_for_and_thought_of_once_a_day(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    assert [use(machinery) for _ in range(3)] == [0, 0, 0]
    assert counted(world) == (1, 0)
    clock.advance(days=1)
    use(machinery)
    assert counted(world) == (2, 0)
    assert one(world.db, "select count(*) from public.rex_decisions") == 0, "what changes nothing is only counted"


@pytest.mark.usefixtures("crew")
def test_crew_that_can_is_given_a_mission(world: World, machinery: SqlMachinery) -> None:
    nudge = Nudged()
    assert use(machinery, nudge) == 1
    assert nudge.queues == [Queue.SCHEDULE]
    row = world.db.execute("select type::text, state::text, priority, leads from public.rex_missions").fetchall()
    assert row == [("performance_optimization", "QUEUED", 20, 0)]
    assert one(world.db, "select reason from public.rex_decisions where rule = 'idle_optimization'") == "not_analyzed_today"
    assert counted(world) == (1, 1)
    assert_invariants(world.db)


@pytest.mark.usefixtures("crew")
def test_account_with_a_mission_under_way_or_a_pause_is_left_alone(world: World, machinery: SqlMachinery) -> None:
    world.create()
    world.ask("rex_pause", p_scope="account")
    assert (use(machinery), counted(world)) == (0, (0, 0))
    world.ask("rex_resume", p_scope="account")
    assert (use(machinery), counted(world)) == (0, (1, 0))


def test_what_began_meanwhile_and_what_is_no_analysis_is_refused(world: World, machinery: SqlMachinery) -> None:
    world.create()
    decision = {"layer": 2, "rule": "idle_optimization", "action": "start_mission", "reason": "not_analyzed_today"}
    given = {"p_user_id": str(world.account), "p_type": "performance_optimization", "p_decision": decision}
    assert machinery.command("rex_start_idle_mission", **given) == {"mission_id": None, "code": "missions_active"}
    with pytest.raises(Rejected) as refused:
        machinery.command("rex_start_idle_mission", **given | {"p_type": "lead_reactivation"})
    assert refused.value.code == "type_invalid"
