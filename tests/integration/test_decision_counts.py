"""What was decided is counted per account, day, layer and rule, and at least 95 % of it needs no language model."""

import uuid
from typing import Any

import pytest

from rex.domain.tasks import AgentUnknown, LeadResult, TaskContext, TaskResult
from rex.errors import Rejected
from rex.usecases.run_tasks import Worker, run_tasks
from rex.usecases.schedule_missions import schedule_missions
from tests.support.database import Clock, Connection, as_person, as_superuser, call, one
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def counts(world: World) -> dict[tuple[int, str], tuple[int, int]]:
    rows = world.db.execute("select layer, rule, sum(decided)::int, sum(effective)::int from public.rex_decision_counts group by 1, 2")
    return {(layer, rule): (decided, effective) for layer, rule, decided, effective in rows.fetchall()}


def given(world: World, **changes: Any) -> dict[str, Any]:
    return {"user_id": str(world.account), "layer": 1, "rule": "state_machine", "decided": 2, "effective": 1} | changes


def test_counts_add_up_by_day_layer_and_rule(world: World, clock: Clock) -> None:
    assert world.run("rex_count_decisions", p_counts=[given(world), given(world), given(world, layer=2, rule="x")]) == {"decided": 6}
    world.run("rex_count_decisions", p_counts=[given(world)])
    clock.advance(days=1)
    world.run("rex_count_decisions", p_counts=[given(world)])
    rows = world.db.execute("select layer, decided, effective from public.rex_decision_counts order by day, layer").fetchall()
    assert rows == [(1, 6, 3), (2, 2, 1), (1, 2, 1)]


def test_repeat_counts_once(world: World) -> None:
    for _ in range(2):
        assert world.run("rex_count_decisions", p_request_id="same", p_counts=[given(world)]) == {"decided": 2}
    assert counts(world) == {(1, "state_machine"): (2, 1)}


def test_what_is_no_list_is_refused(machinery: SqlMachinery) -> None:
    with pytest.raises(Rejected) as refused:
        machinery.command("rex_count_decisions", p_counts={"a": 1})
    assert refused.value.code == "counts_invalid"


def test_shares_are_of_the_account_and_add_up(world: World) -> None:
    world.run("rex_count_decisions", p_counts=[given(world, decided=80), given(world, layer=2, rule="x", decided=20)])
    as_person(world.db, world.account)
    shares = world.db.execute("select layer, decided, share::float from public.rex_decision_shares order by layer").fetchall()
    as_superuser(world.db)
    assert shares == [(1, 80, 0.8), (2, 20, 0.2)]


def test_status_tells_the_share_of_each_layer_and_its_rules(world: World, clock: Clock) -> None:
    world.run("rex_count_decisions", p_counts=[given(world, decided=500, effective=0)])
    clock.advance(days=30)
    world.run("rex_count_decisions", p_counts=[given(world, decided=80), given(world, layer=2, rule="x", decided=20)])
    as_person(world.db, world.account)
    status = call(world.db, "rex_read_status", p_account=world.account)
    as_superuser(world.db)
    assert status["decisions"] == [
        {"layer": 1, "decided": 80, "effective": 1, "share": 0.8, "rules": {"state_machine": 80}},
        {"layer": 2, "decided": 20, "effective": 1, "share": 0.2, "rules": {"x": 20}},
    ]


def test_run_of_a_mission_counts_each_decision_once(world: World, machinery: SqlMachinery) -> None:
    def work(context: TaskContext) -> TaskResult:
        return TaskResult(leads=tuple(LeadResult(lead_id=lead.lead_id, outcome="rejected", reason="t") for lead in context.open_leads()))

    mission = world.create()
    schedule_missions(machinery=machinery, nudge=Nudged())
    worker = Worker(name="w", machinery=machinery, run_agent=work, draw_luck=lambda: 1.0)
    run_tasks(worker, seconds_left=all_the_time, nudge=Nudged())
    assert world.mission(mission)["state"] == "COMPLETED"
    assert counts(world) == {(1, "state_machine"): (3, 3), (2, "resource_allocation"): (1, 1)}


def test_failing_tasks_are_counted_as_the_rule_decided(world: World, machinery: SqlMachinery) -> None:
    def fail(context: TaskContext) -> TaskResult:
        raise AgentUnknown(context.task.agent)

    mission = world.create()
    world.claim()
    world.plan(mission, agents=1)
    run_tasks(Worker(name="w", machinery=machinery, run_agent=fail, draw_luck=lambda: 1.0), seconds_left=all_the_time, nudge=Nudged())
    assert counts(world) == {(1, "state_machine"): (1, 1), (2, "error_escalation"): (1, 1)}
    assert one(world.db, "select count(*) from public.rex_decisions where rule = 'error_escalation'") == 1
    assert uuid.UUID(str(one(world.db, "select decision_id from public.rex_logs where action = 'fail_task'")))
