"""Who waited a day in the queue comes 20 earlier, once, with one decision on record per account and call."""

import uuid
from datetime import timedelta

import pytest

from rex.usecases.boost_missions import boost_missions
from tests.support.database import Clock, Connection, one, request_id
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def priorities(world: World, *missions: uuid.UUID) -> list[int]:
    return [world.mission(mission)["priority"] for mission in missions]


def test_day_in_the_queue_raises_once(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    old, high = world.create(), world.create(p_priority=90)
    clock.advance(hours=23, minutes=59)
    young = world.create()
    assert boost_missions(machinery=machinery) == 0
    clock.advance(minutes=2)
    assert boost_missions(machinery=machinery) == 2
    assert priorities(world, old, high, young) == [70, 100, 50]
    clock.advance(days=3)
    assert boost_missions(machinery=machinery) == 1
    assert priorities(world, old, high, young) == [70, 100, 70]
    assert_invariants(world.db)


def test_one_decision_per_account_and_call(db: Connection, world: World, machinery: SqlMachinery, clock: Clock) -> None:
    other = make_world(db)
    for account in (world, world, other):
        account.create()
    clock.advance(hours=25)
    boost_missions(machinery=machinery)
    found = db.execute(
        "select user_id, jsonb_array_length(context -> 'missions') from public.rex_decisions where rule = 'priority_boost'"
    ).fetchall()
    assert sorted(found) == sorted([(world.account, 2), (other.account, 1)])
    assert one(db, "select count(*) from public.rex_logs where action = 'boost_mission' and decision_id is not null") == 3
    assert (world.said("mission.boosted"), other.said("mission.boosted")) == (2, 1)
    assert one(db, "select sum(effective) from public.rex_decision_counts where rule = 'priority_boost'") == 2
    assert_invariants(db)


def test_later_start_counts_from_its_time(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    mission = world.create(p_not_before=clock.now() + timedelta(hours=48))
    clock.advance(hours=47)
    assert boost_missions(machinery=machinery) == 0
    clock.advance(hours=2)
    world.run("rex_wake_missions")
    assert boost_missions(machinery=machinery) == 0, "it has waited for an hour"
    clock.advance(hours=24)
    assert boost_missions(machinery=machinery) == 1
    assert priorities(world, mission) == [70]


def test_who_waits_for_a_domain_is_raised_too(db: Connection, machinery: SqlMachinery, clock: Clock) -> None:
    world = make_world(db, domain=False)
    mission = world.create()
    world.claim()
    clock.advance(hours=25)
    assert boost_missions(machinery=machinery) == 1
    assert (world.mission(mission)["waiting_for"], priorities(world, mission)) == ("domain", [70])


def test_paused_and_highest_are_left_alone(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    paused, highest = world.create(), world.create(p_priority=100)
    world.ask("rex_pause", p_scope="mission", p_id=paused)
    clock.advance(hours=25)
    assert boost_missions(machinery=machinery) == 0
    assert priorities(world, paused, highest) == [50, 100]


def test_second_call_with_the_same_boosts_changes_nothing(world: World, clock: Clock) -> None:
    mission = world.create()
    clock.advance(hours=25)
    decision = {"layer": 2, "rule": "priority_boost", "rule_version": 1, "action": "boost", "reason": "r"}
    boosts = [{"user_id": str(world.account), "missions": [{"mission_id": str(mission), "priority": 70}], "decision": decision}]
    given = request_id()
    first = world.run("rex_boost_missions", p_request_id=given, p_boosts=boosts)
    assert world.run("rex_boost_missions", p_request_id=given, p_boosts=boosts) == first == {"boosted": {str(world.account): 1}}
    assert world.run("rex_boost_missions", p_boosts=boosts) == {"boosted": {}}, "a tick that overlapped"
    assert one(world.db, "select count(*) from public.rex_decisions") == 1
    assert priorities(world, mission) == [70]


def test_boost_never_lowers_or_reaches_another_account(db: Connection, world: World) -> None:
    other = make_world(db)
    mine, theirs = world.create(), other.create()
    missions = [{"mission_id": str(mine), "priority": 10}, {"mission_id": str(theirs), "priority": 70}]
    decision = {"layer": 2, "rule": "priority_boost", "action": "boost", "reason": "r"}
    boosts = [{"user_id": str(world.account), "missions": missions, "decision": decision}]
    assert world.run("rex_boost_missions", p_boosts=boosts) == {"boosted": {}}
    assert priorities(world, mine, theirs) == [50, 50]
