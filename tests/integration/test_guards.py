"""Old tokens, repeats and pauses, where nothing but the guard itself stands between them and a change."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, make_sending


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.fixture
def sending(db: Connection) -> Sending:
    return make_sending(db)


def lease(world: World, seconds: int = 60) -> Any:
    (task,) = world.run("rex_claim_tasks", p_worker="test", p_limit=1, p_lease_seconds=seconds)["tasks"]
    return task


@pytest.fixture
def old(world: World) -> Any:
    """A lease that ended and was taken back; nobody has the task now."""
    mission = world.create()
    world.claim()
    world.plan(mission, agents=1)
    task = lease(world, seconds=1)
    world.db.execute("update rex.clock_offset set by = by + interval '10 seconds'")
    assert world.run("rex_recover_tasks", p_longest_waits=[0, 0, 0])["recovered"] == [task["task_id"]]
    return task


def task_row(world: World, task: Any) -> Any:
    return one(world.db, "select to_jsonb(t) from public.rex_tasks t where id = %s", task["task_id"])


def complete(world: World, task: Any) -> Any:
    return world.run("rex_complete_task", p_task_id=task["task_id"], p_fence=task["fence"], p_result={})


def fail(world: World, task: Any, retry: int | None = 0) -> Any:
    return world.run(
        "rex_fail_task", p_task_id=task["task_id"], p_fence=task["fence"], p_error_code="test", p_error="", p_retry_in_seconds=retry
    )


@pytest.mark.parametrize("again", [False, True], ids=["waiting", "leased_again"])
@pytest.mark.parametrize("answer", [complete, fail])
def test_an_old_holder_changes_nothing(world: World, old: Any, answer: Any, again: bool) -> None:
    if again:
        assert lease(world)["fence"] > old["fence"]
    before = task_row(world, old)
    assert answer(world, old)["code"] == "stale"
    assert task_row(world, old) == before


@pytest.mark.usefixtures("old")
def test_a_lease_that_lasts_is_not_taken_back(world: World) -> None:
    lease(world)
    assert world.run("rex_recover_tasks")["recovered"] == []


@pytest.mark.usefixtures("old")
def test_a_task_fails_for_good_after_three_retries(world: World) -> None:
    states = [fail(world, lease(world))["state"] for _ in range(3)]
    assert states == ["READY", "READY", "FAILED"], "one retry was spent by the lease that ended"


def test_pausing_a_mission_keeps_the_slot_of_a_running_task(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission, agents=1)
    lease(world)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    assert one(world.db, "select count(*) from public.rex_reservations where mission_id = %s and released_at is null", mission) == 1
    assert_invariants(world.db)


@pytest.mark.parametrize("scope", ["campaign", "mission"])
def test_a_queued_mission_is_not_ready_while_it_is_paused(world: World, scope: str) -> None:
    mission = world.create()
    target: uuid.UUID = world.campaign if scope == "campaign" else mission
    world.ask("rex_pause", p_scope=scope, p_id=target)
    assert not world.mission(mission)["ready"]
    assert world.claim() == []
    world.ask("rex_resume", p_scope=scope, p_id=target)
    assert len(world.claim()) == 1
    assert_invariants(world.db)


def test_an_escalated_mission_is_not_recovered(sending: Sending) -> None:
    assert sending.world.advance(sending.mission, "ESCALATED", p_error_code="test")["moved"]
    version = sending.world.mission(sending.mission)["version"]
    answer = sending.world.run(
        "rex_recover_mission", p_mission_id=sending.mission, p_version=version, p_to="QUEUED", p_reason="test", p_retry_in_seconds=1
    )
    assert not answer["moved"]
    assert sending.world.mission(sending.mission)["state"] == "ESCALATED"


def test_a_message_is_leased_once(sending: Sending) -> None:
    sending.db.execute("update public.rex_inboxes set daily_cap = 100")
    sending.write()
    assert len(sending.claim()) == 1
    assert sending.claim() == []


def test_a_lease_that_ended_begins_nothing(sending: Sending, clock: Clock) -> None:
    sending.write()
    (leased,) = sending.claim()
    clock.advance(minutes=2)
    assert sending.begin(leased)["code"] == "stale"


def test_nothing_of_an_ended_mission_begins(sending: Sending) -> None:
    sending.write()
    (leased,) = sending.claim()
    assert sending.world.advance(sending.mission, "ESCALATED", p_error_code="test")["moved"]
    assert sending.begin(leased)["code"] == "mission_state"


def test_the_answer_of_an_older_hand_over_is_not_taken(sending: Sending, clock: Clock) -> None:
    sending.write()
    (first,) = sending.claim()
    assert sending.begin(first)["begun"]
    assert sending.finish(first, "deferred")["state"] == "scheduled"
    clock.advance(hours=1)
    (second,) = sending.claim()
    assert sending.begin(second)["begun"]
    assert sending.finish(first, "sent")["code"] == "stale"
    assert sending.row(first["outreach_id"])["state"] == "sending"


def test_an_event_told_twice_is_applied_and_recorded_once(sending: Sending) -> None:
    sending.write()
    sent = sending.send()["outreach_id"]
    assert sending.event(sent, "hard_bounced", "7")["applied"]
    sending.db.execute("delete from public.rex_suppressions")
    assert not sending.event(sent, "hard_bounced", "7")["applied"]
    assert one(sending.db, "select count(*) from public.rex_suppressions") == 0


def test_a_cancel_leaves_what_was_sent(sending: Sending) -> None:
    sending.write()
    sent = sending.send()["outreach_id"]
    assert one(sending.db, "select rex.cancel_outreach(array[%s::uuid], 'test')", sent) == 0
    assert sending.row(sent)["state"] == "sent"
