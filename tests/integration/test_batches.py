"""A batch of results or moves is one command: each is judged by itself, and what is wrong with one costs the others nothing."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, Connection, one, refused, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def claimed(world: World, missions: int = 1, leads: int = 2) -> list[Any]:
    """Tasks under lease, one for each mission."""
    for _ in range(missions):
        world.create(leads=world.add_leads(leads))
    for mission in world.claim():
        world.plan(uuid.UUID(mission["mission_id"]), agents=2)
    tasks: list[Any] = world.run("rex_claim_tasks", p_worker="w", p_limit=500)["tasks"]
    return tasks


def result(task: Any, fence: int = 0, **content: Any) -> dict[str, Any]:
    return {"task_id": task["task_id"], "fence": task["fence"] + fence, "result": content}


def complete(world: World, results: list[Any], **arguments: Any) -> list[Any]:
    answers: list[Any] = world.run("rex_complete_tasks", p_results=results, **arguments)["tasks"]
    return answers


def states(world: World, task: Any) -> list[str]:
    rows = world.db.execute("select state::text from public.rex_tasks where mission_id = %s order by position", (task["mission_id"],))
    return [state for (state,) in rows.fetchall()]


def test_each_result_is_judged_by_itself(world: World) -> None:
    good, stale, foreign = claimed(world, missions=3)
    unknown = good | {"task_id": str(uuid.uuid4())}
    answers = complete(
        world,
        [
            result(foreign, leads=[{"lead_id": str(uuid.uuid4()), "outcome": "rejected"}]),
            result(stale, fence=-1),
            result(good, output={"n": 1}),
            result(unknown),
        ],
    )
    assert [(answer["done"], answer.get("code")) for answer in answers] == [
        (False, "lead_not_in_task"), (False, "stale"), (True, None), (False, "unknown"),
    ]  # fmt: skip
    assert states(world, good) == ["COMPLETED", "READY"]
    assert states(world, stale) == states(world, foreign) == ["RUNNING", "BLOCKED"]
    assert one(world.db, "select output from public.rex_tasks where id = %s", good["task_id"]) == {"n": 1}
    assert_invariants(world.db)


def test_content_is_written_with_its_own_task_alone(world: World) -> None:
    first, second = claimed(world, missions=2)
    lead = one(world.db, "select min(lead_id::text) from public.rex_mission_leads where mission_id = %s", first["mission_id"])
    complete(world, [result(first, leads=[{"lead_id": lead, "outcome": "rejected", "reason": "test"}]), result(second)])
    rejected = world.db.execute("select lead_id::text from public.rex_mission_leads where outcome = 'rejected'").fetchall()
    assert rejected == [(lead,)]
    assert states(world, first) == states(world, second) == ["COMPLETED", "READY"]
    assert_invariants(world.db)


def test_task_of_a_cancelled_mission_is_not_completed(world: World) -> None:
    kept, gone = claimed(world, missions=2)
    world.ask("rex_cancel_mission", p_mission_id=gone["mission_id"])
    answers = complete(world, [result(gone), result(kept)])
    assert [(answer["done"], answer.get("code")) for answer in answers] == [(False, "cancelled"), (True, None)]
    assert_invariants(world.db)


def test_lease_taken_back_and_given_again_ends_under_the_new_token_only(world: World, clock: Clock) -> None:
    (old,) = claimed(world)
    clock.advance(minutes=2)
    world.run("rex_recover_tasks", p_longest_waits=[0, 0, 0])
    (new,) = world.run("rex_claim_tasks", p_worker="another")["tasks"]
    assert [answer["done"] for answer in complete(world, [result(old)])] == [False]
    assert [answer["done"] for answer in complete(world, [result(new)])] == [True]
    assert_invariants(world.db)


def test_repeat_answers_the_same_and_changes_nothing(world: World) -> None:
    (task,) = claimed(world)
    given: dict[str, Any] = {"p_request_id": request_id()}
    first = complete(world, [result(task)], **given)
    assert complete(world, [result(task)], **given) == first
    assert one(world.db, "select count(*) from rex.task_trail where action = 'complete_task'") == 1
    with refused(422, "request_id_reused"):
        complete(world, [result(task, fence=1)], **given)


def test_batches_that_cannot_be_read_are_refused(world: World) -> None:
    (task,) = claimed(world)
    for results in ([result(task), result(task)], [result(task)] * 501):
        with refused(422, "results_invalid"):
            complete(world, results)
    move = {"mission_id": task["mission_id"], "version": 3, "to": "COLLECTING", "reason": "test"}
    with refused(422, "moves_invalid"):
        world.run("rex_advance_missions", p_moves=[move, move])


def test_tasks_that_changed_alike_share_an_audit_row_that_tells_each(world: World) -> None:
    tasks = claimed(world, leads=120)
    assert len(tasks) == 3
    complete(world, [result(task) for task in tasks])
    assert one(world.db, "select count(*) from public.rex_logs where action = 'complete_task'") == 1
    told = world.db.execute("select task_id::text, fence from rex.task_trail where action = 'complete_task'").fetchall()
    assert sorted(told) == sorted((task["task_id"], task["fence"]) for task in tasks)
    assert world.said("agent.status") == 2


def test_each_move_is_judged_by_itself(world: World) -> None:
    ended, running, missing = (uuid.UUID(task["mission_id"]) for task in claimed(world, missions=3))
    world.finish_tasks(ended)
    moves = [
        {"mission_id": str(running), "version": 3, "to": "COLLECTING", "reason": "too early"},
        {"mission_id": str(ended), "version": 3, "to": "COLLECTING", "reason": "tasks_done"},
        {"mission_id": str(missing), "version": 2, "to": "FAILED", "reason": "old version", "error_code": "x"},
        {"mission_id": str(uuid.uuid4()), "version": 1, "to": "FAILED", "reason": "nobody's", "error_code": "x"},
    ]
    answers = world.run("rex_advance_missions", p_moves=moves)["missions"]
    assert [(answer["moved"], answer.get("code")) for answer in answers] == [
        (False, None), (True, None), (False, None), (False, "mission_unknown"),
    ]  # fmt: skip
    assert world.mission(ended)["state"] == "COLLECTING"
    assert world.mission(running)["state"] == world.mission(missing)["state"] == "EXECUTING"
    assert one(world.db, "select count(*) from public.rex_reservations where released_at is null") == 2
    assert_invariants(world.db)


def test_illegal_move_among_others_is_named_and_not_made(world: World) -> None:
    one_mission, other = (uuid.UUID(task["mission_id"]) for task in claimed(world, missions=2))
    moves = [
        {"mission_id": str(one_mission), "version": 3, "to": "COMPLETED", "reason": "skips stages"},
        {"mission_id": str(other), "version": 3, "to": "ESCALATED", "reason": "test", "error_code": "by_test"},
    ]
    answers = world.run("rex_advance_missions", p_moves=moves)["missions"]
    assert [(answer["moved"], answer.get("code")) for answer in answers] == [(False, "illegal_transition"), (True, None)]
    assert world.mission(other)["error_code"] == "by_test"
    assert_invariants(world.db)
