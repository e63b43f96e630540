"""A worker runs agents under leases: what fails is tried again, what cannot be served is marked, and a lost lease changes nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from rex.domain.queues import Queue
from rex.domain.tasks import AgentUnknown, LeadResult, TaskContext, TaskResult
from rex.errors import Transient
from rex.usecases.run_tasks import Worker, run_tasks
from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival

type Agent = Callable[[TaskContext], TaskResult]


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def work(machinery: SqlMachinery, agent: Agent, nudge: Nudged | None = None, **changes: Any) -> dict[str, int]:
    worker = Worker(name="w", machinery=machinery, run_agent=agent, draw_luck=lambda: 1.0)
    return run_tasks(worker, nudge=nudge or Nudged(), **({"seconds_left": all_the_time} | changes))


def reject_all(context: TaskContext) -> TaskResult:
    return TaskResult(leads=tuple(LeadResult(lead_id=lead.lead_id, outcome="rejected", reason="test") for lead in context.open_leads()))


def fail(context: TaskContext) -> TaskResult:
    raise ValueError(f"cannot work on {context.task.agent}")


def planned(world: World, **arguments: Any) -> uuid.UUID:
    mission = world.create(**arguments)
    world.claim()
    world.plan(mission, agents=1)
    return mission


def test_last_task_moves_the_mission_on_and_frees_its_slot(world: World, machinery: SqlMachinery) -> None:
    mission, nudge = planned(world), Nudged()
    assert work(machinery, reject_all, nudge) == {"completed": 1, "failed": 0, "left": 0}
    assert world.mission(mission)["state"] == "COMPLETED"
    assert Queue.SCHEDULE in nudge.queues
    assert_invariants(world.db)


def test_failing_agent_is_tried_three_times_more_with_growing_waits(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    mission = planned(world)
    for wait in (10, 20, 40):
        assert work(machinery, fail)["failed"] == 1
        assert work(machinery, fail)["failed"] == 0, "it waits"
        clock.advance(seconds=wait)
    assert work(machinery, fail)["failed"] == 1
    row = world.mission(mission)
    assert (row["state"], row["error_code"]) == ("FAILED", "no_lead_left")
    assert one(world.db, "select distinct outcome::text || ' ' || reason from public.rex_mission_leads") == "failed agent_failed"
    assert one(world.db, "select error from public.rex_tasks") == "ValueError('cannot work on researcher')"
    assert world.said("error.task_failed") == 1
    decided = world.db.execute(
        "select d.layer, d.rule, d.action, d.reason from public.rex_logs l join public.rex_decisions d on d.id = l.decision_id"
        " where l.action = 'fail_task' order by l.id"
    ).fetchall()
    assert decided == [(2, "error_escalation", "retry", "recoverable")] * 3 + [(2, "error_escalation", "fail", "retries_spent")]
    assert_invariants(world.db)


def test_unknown_agent_and_refused_answer_fail_at_once(world: World, machinery: SqlMachinery) -> None:
    def unknown(context: TaskContext) -> TaskResult:
        raise AgentUnknown(context.task.agent)

    def foreign(_: TaskContext) -> TaskResult:
        return TaskResult(leads=(LeadResult(lead_id=uuid.uuid4(), outcome="rejected"),))

    for agent, code in ((unknown, "agent_unknown"), (foreign, "lead_not_in_task")):
        mission = planned(world)
        assert work(machinery, agent)["failed"] == 1
        assert one(world.db, "select error_code from public.rex_tasks where mission_id = %s", mission) == code
        assert world.mission(mission)["state"] == "FAILED"


class Stubborn(SqlMachinery):
    """Answers the first `times` completions with an error of the database, carrying none of them out."""

    code = "database_23514"
    times = 1

    def call(self, function: str, **arguments: Any) -> Any:
        if function == "rex_complete_task" and self.times:
            self.times -= 1
            raise Transient(self.code)
        return super().call(function, **arguments)


def test_completion_that_the_database_refuses_costs_its_own_task_a_retry(world: World, machinery: SqlMachinery) -> None:
    for _ in range(3):
        planned(world)
    assert work(Stubborn(machinery.db), reject_all) == {"completed": 2, "failed": 1, "left": 0}
    tasks = world.db.execute("select state, retry_count, error_code from public.rex_tasks order by state::text").fetchall()
    assert tasks == [("COMPLETED", 0, None), ("COMPLETED", 0, None), ("READY", 1, "database_23514")]
    assert_invariants(world.db)


def test_completion_without_an_answer_holds_up_no_other_and_is_raised(world: World, machinery: SqlMachinery) -> None:
    missions, silent = [planned(world) for _ in range(3)], Stubborn(machinery.db)
    silent.code = "database_unreachable"
    with pytest.raises(Transient, match="did not answer"):
        work(silent, reject_all)
    assert one(world.db, "select string_agg(state::text, ' ' order by state::text) from public.rex_tasks") == "COMPLETED COMPLETED RUNNING"
    assert sorted(world.mission(mission)["state"] for mission in missions) == ["COMPLETED", "COMPLETED", "EXECUTING"], (
        "moved on all the same"
    )


def test_batch_that_fails_fails_its_own_leads_only(world: World, machinery: SqlMachinery) -> None:
    mission = planned(world, leads=world.add_leads(60))

    def fail_first(context: TaskContext) -> TaskResult:
        if context.task.batch == 1:
            raise AgentUnknown("x")
        return reject_all(context)

    assert work(machinery, fail_first) == {"completed": 1, "failed": 1, "left": 0}
    outcomes = world.db.execute("select outcome::text, count(*) from public.rex_mission_leads group by 1 order by 2").fetchall()
    assert outcomes == [("rejected", 10), ("failed", 50)]
    assert world.mission(mission)["state"] == "COMPLETED"
    assert_invariants(world.db)


def test_answer_after_the_lease_was_taken_back_changes_nothing(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    mission = planned(world)

    def slow(context: TaskContext) -> TaskResult:
        clock.advance(minutes=2)
        world.run("rex_recover_tasks", p_longest_waits=[0, 0, 0])
        world.run("rex_claim_tasks", p_worker="another")
        return reject_all(context)

    assert work(machinery, slow) == {"completed": 0, "failed": 0, "left": 1}
    assert one(world.db, "select worker || ' ' || state from public.rex_tasks") == "another RUNNING"
    assert world.mission(mission)["state"] == "EXECUTING"
    assert_invariants(world.db)


def test_expired_lease_waits_with_jitter_and_fails_its_leads_after_three_retries(world: World, clock: Clock) -> None:
    planned(world)
    for longest in (10, 20, 40):
        assert len(world.run("rex_claim_tasks", p_worker="dies")["tasks"]) == 1
        clock.advance(minutes=2)
        assert len(world.run("rex_recover_tasks")["recovered"]) == 1
        wait = one(world.db, "select extract(epoch from not_before - updated_at) from public.rex_tasks")
        assert -1 < wait < longest + 1
        clock.advance(seconds=longest)
    assert len(world.run("rex_claim_tasks", p_worker="dies")["tasks"]) == 1
    clock.advance(minutes=2)
    assert len(world.run("rex_recover_tasks")["failed"]) == 1
    assert (
        one(world.db, "select string_agg(distinct outcome || ' ' || reason, ',') from public.rex_mission_leads") == "failed lease_expired"
    )
    assert_invariants(world.db)


def test_task_of_a_cancelled_mission_is_left(world: World, machinery: SqlMachinery) -> None:
    mission = planned(world)

    def cancelled(context: TaskContext) -> TaskResult:
        world.ask("rex_cancel_mission", p_mission_id=mission)
        return reject_all(context)

    assert work(machinery, cancelled) == {"completed": 0, "failed": 0, "left": 1}
    assert one(world.db, "select distinct outcome::text from public.rex_mission_leads") == "cancelled"
    assert_invariants(world.db)


def test_nothing_begins_while_paused_and_all_goes_on_after(world: World, machinery: SqlMachinery) -> None:
    mission = planned(world)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    assert work(machinery, reject_all)["completed"] == 0
    assert one(world.db, "select count(*) from public.rex_reservations where released_at is null") == 0
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    assert work(machinery, reject_all)["completed"] == 1
    assert_invariants(world.db)


def test_without_time_nothing_begins_and_the_next_run_is_told(world: World, machinery: SqlMachinery) -> None:
    planned(world)
    nudge = Nudged()
    assert work(machinery, reject_all, nudge, seconds_left=lambda: 5.0)["completed"] == 0
    assert nudge.queues == [Queue.TASKS]


def claim(world: World, limit: int = 10) -> list[str]:
    return [task["task_id"] for task in world.run("rex_claim_tasks", p_worker="first", p_limit=limit)["tasks"]]


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_claim_that_meets_a_pause_starts_nothing(world: World, rival: Rival, scope: str) -> None:
    """Another had its slot when the mission was resumed, so that it has none and the claim is about to take one."""
    mission = planned(world)
    target = {"account": world.account, "campaign": world.campaign, "mission": mission}[scope]
    world.db.execute("update public.rex_crews set slots = 1")
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    other = world.create()
    world.claim()
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    world.ask("rex_cancel_mission", p_mission_id=other)
    assert one(world.db, "select count(*) from public.rex_reservations where released_at is null") == 0
    with world.db.transaction():
        world.ask("rex_pause", p_scope=scope, p_id=target)
        claimed = rival.run("rex_claim_tasks", p_worker="second")
    assert claimed.result()["tasks"] == []
    assert one(world.db, "select state::text from public.rex_tasks") == "READY"
    assert_invariants(world.db)
    world.ask("rex_resume", p_scope=scope, p_id=target)
    assert len(claim(world)) == 1


def test_two_workers_that_start_a_mission_at_once_share_its_tasks(world: World, rival: Rival) -> None:
    """The second saw them ready before it waited for the mission, which the first moved on."""
    planned(world, leads=world.add_leads(60))
    with world.db.transaction():
        mine = claim(world, limit=1)
        answer = rival.run("rex_claim_tasks", p_worker="second")
    theirs = [task["task_id"] for task in answer.result()["tasks"]]
    assert (len(mine), len(theirs)) == (1, 1)
    assert mine != theirs, "a task has one lease"
    assert_invariants(world.db)


def test_two_workers_at_once_lease_a_task_once(world: World, rival: Rival) -> None:
    planned(world, leads=world.add_leads(110))
    assert len(claim(world, limit=1)) == 1
    with world.db.transaction():
        mine = claim(world, limit=1)
        answer = rival.run("rex_claim_tasks", p_worker="second", p_limit=1)
    theirs = [task["task_id"] for task in answer.result()["tasks"]]
    assert (len(mine), len(theirs)) == (1, 1)
    assert mine != theirs, "a task has one lease"
    assert_invariants(world.db)
