"""Missions tell their progress when it changed, and once each a stall, a standstill of their messages, and a crew without slots."""

import uuid
from typing import Any

import pytest

from tests.support.actors import add_people
from tests.support.database import Clock, Connection, connect, one, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, add_mission, make_sending, open_all_hours


@pytest.fixture
def world(db: Connection) -> World:
    world = make_world(db)
    open_all_hours(world)
    return world


def watch(world: World, **arguments: Any) -> dict[str, int]:
    said: dict[str, int] = world.run("rex_watch_missions", **arguments)["said"]
    return said


def reasons(world: World) -> list[str]:
    """Why missions said that nothing of them can go out."""
    rows = world.db.execute("select data ->> 'reason' from public.rex_messages where type = 'error.mission_stuck' order by seq")
    return [row[0] for row in rows.fetchall()]


def running(world: World) -> uuid.UUID:
    mission = world.create(add_people(world, 2))
    world.claim()
    world.plan(mission, agents=3)
    return mission


def finish_one(world: World) -> None:
    (task,) = world.run("rex_claim_tasks", p_worker="w", p_limit=1, p_lease_seconds=900)["tasks"]
    world.run("rex_complete_task", p_task_id=task["task_id"], p_fence=task["fence"], p_result={})


def test_progress_is_told_when_it_changed(world: World, clock: Clock) -> None:
    running(world)
    assert watch(world) == {"mission.progress": 1}
    assert watch(world) == {}
    finish_one(world)
    clock.advance(seconds=1)
    assert watch(world) == {"mission.progress": 1}
    assert watch(world) == {}
    data = one(world.db, "select data from public.rex_messages where type = 'mission.progress' order by seq desc limit 1")
    assert data == {"state": "EXECUTING", "progress": 23, "tasks": 3, "tasks_ended": 1, "messages": 0, "messages_ended": 0}


def test_progress_of_a_mission_is_told_at_most_once_a_second(world: World, clock: Clock) -> None:
    running(world)
    assert watch(world) == {"mission.progress": 1}
    clock.advance(seconds=-60)
    finish_one(world)
    assert watch(world) == {}, "no second has passed, however slow this machine is"
    finish_one(world)
    clock.advance(seconds=61)
    assert watch(world) == {"mission.progress": 1}, "both changes in one message"


def test_queued_and_ended_missions_are_not_watched(world: World) -> None:
    world.create()
    world.ask("rex_cancel_mission", p_mission_id=running(world))
    assert world.run("rex_watch_missions")["watched"] == 1, "the other one, which was claimed with it"


def test_repeat_tells_nothing_again(world: World) -> None:
    running(world)
    given = request_id()
    assert watch(world, p_request_id=given) == watch(world, p_request_id=given)
    assert world.said("mission.progress") == 1


def test_overlapping_passes_leave_it_to_one(database: str, world: World) -> None:
    running(world)
    with connect(database) as other, other.transaction():
        other.execute("select from rex.watch_turn for update")
        assert world.run("rex_watch_missions") == {"watched": 0, "said": {}}
    assert watch(world) == {"mission.progress": 1}


def test_round_comes_to_every_mission(world: World) -> None:
    world.db.execute("update public.rex_crews set slots = 9")
    for _ in range(5):
        running(world)
    assert [watch(world, p_limit=2).get("mission.progress") for _ in range(4)] == [2, 2, 1, None]


def test_stall_is_told_once(world: World, clock: Clock) -> None:
    mission = running(world)
    finish_one(world)
    clock.advance(minutes=9)
    assert "error.mission_stalled" not in watch(world)
    clock.advance(minutes=2)
    assert watch(world)["error.mission_stalled"] == 1
    clock.advance(minutes=30)
    assert watch(world) == {}
    finish_one(world)
    assert "error.mission_stalled" not in watch(world)
    clock.advance(minutes=11)
    assert watch(world) == {"error.mission_stalled": 1}, "a second stall"
    data = one(world.db, "select data from public.rex_messages where type = 'error.mission_stalled' order by seq desc limit 1")
    assert (data["state"], data["open_tasks"], world.mission(mission)["state"]) == ("EXECUTING", 1, "EXECUTING")


def test_clock_of_a_stall_stands_still_in_a_pause(world: World, clock: Clock) -> None:
    mission = running(world)
    finish_one(world)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    clock.advance(hours=5)
    assert "error.mission_stalled" not in watch(world)
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    clock.advance(minutes=9)
    assert "error.mission_stalled" not in watch(world)
    clock.advance(minutes=2)
    assert watch(world)["error.mission_stalled"] == 1


def test_collecting_never_stalls(db: Connection, clock: Clock) -> None:
    sending = make_sending(db)
    sending.write()
    sending.collect()
    clock.advance(days=1)
    assert "error.mission_stalled" not in watch(sending.world)


def test_exhausted_crew_is_told_once(world: World) -> None:
    missions = [world.create() for _ in range(5)]
    world.claim()
    assert watch(world)["resource.exhausted"] == 1
    for mission in missions[:1]:
        world.ask("rex_cancel_mission", p_mission_id=mission)
        world.claim()
        assert "resource.exhausted" not in watch(world), "the same shortage"
    for mission in missions:
        world.ask("rex_cancel_mission", p_mission_id=mission)
    for _ in range(4):
        world.create()
    world.claim()
    assert watch(world)["resource.exhausted"] == 1
    data = one(world.db, "select data from public.rex_messages where type = 'resource.exhausted' order by seq desc limit 1")
    assert (data["waiting_for"], data["crew"], data["missions"]) == ("crew", "dead_lead_crew", 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update public.rex_domain_pool set campaign_id = null", "no_domain"),
        ("update public.rex_domain_pool set status = 'rotated', rotated_at = rex.now()", "domains_out_of_service"),
        ("update public.rex_domain_pool set paused_at = rex.now()", "domains_paused"),
        ("delete from public.rex_inboxes", "no_inbox"),
        ("update public.rex_inboxes set paused_at = rex.now()", "inboxes_paused"),
        ("update public.rex_inboxes set checked_version = null, login_error = 'no_replies'", "no_replies"),
        ("update public.rex_inboxes set checked_version = null, login_error = 'login_refused'", "login_refused"),
        ("update public.rex_inboxes set checked_version = null", "logins_unchecked"),
        ("update public.rex_accounts set postal_address = null", "details_missing"),
    ],
)
def test_mission_says_once_why_nothing_can_go_out(db: Connection, clock: Clock, change: str, reason: str) -> None:
    sending = make_sending(db)
    sending.write()
    watch(sending.world)
    db.execute(change)
    for _ in range(3):
        watch(sending.world)
        clock.advance(minutes=1)
    assert reasons(sending.world) == [reason]


def test_one_way_out_is_enough(db: Connection) -> None:
    sending = make_sending(db, inboxes=2)
    sending.write()
    db.execute("update public.rex_inboxes set paused_at = rex.now() where id = (select id from public.rex_inboxes limit 1)")
    watch(sending.world)
    assert reasons(sending.world) == []


def test_standstill_is_told_again_after_it_ended(db: Connection) -> None:
    sending = make_sending(db)
    sending.write()
    inbox = one(db, "select id from public.rex_inboxes")
    for _ in range(2):
        sending.world.ask("rex_pause", p_scope="inbox", p_id=inbox)
        watch(sending.world)
        sending.world.ask("rex_resume", p_scope="inbox", p_id=inbox)
        watch(sending.world)
    assert reasons(sending.world) == ["inboxes_paused"] * 2


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_pause_by_a_person_needs_no_telling(db: Connection, scope: str) -> None:
    sending = make_sending(db)
    sending.write()
    db.execute("update public.rex_inboxes set paused_at = rex.now()")
    ids = {"account": sending.world.account, "campaign": sending.world.campaign, "mission": sending.mission}
    sending.world.ask("rex_pause", p_scope=scope, p_id=ids[scope])
    watch(sending.world)
    assert reasons(sending.world) == []


def test_what_waits_for_hours_or_caps_is_not_stuck(db: Connection) -> None:
    sending = make_sending(db, leads=2)
    db.execute("update public.rex_inboxes set daily_cap = 1")
    sending.write()
    sending.send()
    watch(sending.world)
    assert reasons(sending.world) == []
    assert one(db, "select count(*) from public.rex_outreach where sendable_at is not null") == 0


def test_follow_up_of_a_resting_domain_expires_in_the_end(db: Connection, clock: Clock) -> None:
    sending: Sending = make_sending(db)
    sending.write()
    (follow_up,) = sending.write(step=2)
    sending.send()
    db.execute("update public.rex_domain_pool set status = 'rotated', rotated_at = rex.now(), campaign_id = null")
    clock.advance(minutes=1)
    watch(sending.world)
    assert reasons(sending.world) == ["domains_out_of_service"]
    clock.advance(days=13)
    sending.world.run("rex_expire_outreach")
    assert sending.row(follow_up)["state"] == "scheduled"
    clock.advance(days=2)
    sending.world.run("rex_expire_outreach")
    assert (sending.row(follow_up)["state"], sending.row(follow_up)["reason"]) == ("cancelled", "expired")
    assert_invariants(db)


def test_pause_by_a_person_is_no_reason_to_expire(db: Connection, clock: Clock) -> None:
    sending = make_sending(db)
    (message,) = sending.write()
    db.execute("update public.rex_domain_pool set paused_at = rex.now()")
    watch(sending.world)
    clock.advance(days=20)
    watch(sending.world)
    sending.world.run("rex_expire_outreach")
    assert sending.row(message)["state"] == "scheduled"


@pytest.mark.parametrize("then", ["heals", "account", "mission", "domain"])
def test_wait_without_a_way_out_ends_with_it_or_with_a_pause(db: Connection, clock: Clock, then: str) -> None:
    sending = make_sending(db)
    (message,) = sending.write()
    db.execute("update public.rex_inboxes set checked_version = null")
    watch(sending.world)
    assert sending.row(message)["sendable_at"] is not None
    if then == "heals":
        db.execute("update public.rex_inboxes set checked_version = login_version")
    else:
        target = {"account": sending.world.account, "mission": sending.mission, "domain": one(db, "select id from public.rex_domain_pool")}[
            then
        ]
        sending.world.ask("rex_pause", p_scope=then, p_id=target)
    watch(sending.world)
    clock.advance(days=20)
    sending.world.run("rex_expire_outreach")
    assert (sending.row(message)["state"], sending.row(message)["sendable_at"]) == ("scheduled", None)


def test_message_whose_sender_died_waits_from_the_beginning(db: Connection, clock: Clock) -> None:
    sending = make_sending(db)
    (message,) = sending.write()
    sending.claim()
    clock.advance(minutes=3)
    assert sending.world.run("rex_recover_outreach")["freed"] == 1
    clock.advance(days=20)
    sending.world.run("rex_expire_outreach")
    assert (sending.row(message)["state"], sending.row(message)["sendable_at"]) == ("scheduled", None)


def test_missions_are_shown_with_their_latest_progress(world: World, clock: Clock) -> None:
    mission = running(world)
    clock.advance(minutes=5)
    finish_one(world)
    finished = one(world.db, "select max(finished_at) from public.rex_tasks")
    assert one(world.db, "select progress_at from public.rex_active_missions_with_progress where id = %s", mission) == finished


def test_two_hours_of_active_stages_are_the_limit_and_pauses_do_not_count(world: World, clock: Clock) -> None:
    mission = running(world)
    finish_one(world)
    clock.advance(minutes=100)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    clock.advance(hours=10)
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    clock.advance(minutes=19)
    assert str(mission) not in world.to_move()
    clock.advance(minutes=2)
    assert world.to_move()[str(mission)]["active_seconds"] > 7200


def test_collecting_window_closes_after_the_last_hand_over(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    sending.collect()
    for _ in range(2):
        sending.send()
        clock.advance(days=2)
    assert str(sending.mission) not in sending.world.to_move()
    clock.advance(days=1, minutes=1)
    assert str(sending.mission) in sending.world.to_move()


def test_crowd_that_waits_is_not_touched(db: Connection, world: World) -> None:
    add_mission(world, add_people(world, 1))
    for _ in range(5):
        world.create()
    world.claim()
    before = db.execute("select id, xmin::text from public.rex_missions where state = 'QUEUED' order by id").fetchall()
    world.claim()
    watch(world)
    assert len(before) == 3
    assert db.execute("select id, xmin::text from public.rex_missions where state = 'QUEUED' order by id").fetchall() == before
