"""What is reserved, what is used of a provider's limit, and what a mission that cannot be served says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_person, as_superuser, call, one, refused, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, make_sending

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def take(world: World, calls: int, provider: str = "twilio", **arguments: Any) -> Any:
    return world.run("rex_take_quota", p_provider=provider, p_calls=calls, **arguments)


def reserved(world: World) -> int:
    calls: int = one(world.db, "select reserved from public.rex_api_limits where provider = 'openai'")
    return calls


def waits(world: World, mission: Any) -> tuple[str | None, str | None]:
    """What the mission says it waits for and since when, in all three places the same."""
    as_person(world.db, world.account)
    read = call(world.db, "rex_read_mission", p_account=world.account, p_mission_id=mission)
    (listed,) = [row for row in call(world.db, "rex_list_missions", p_account=world.account)["items"] if row["id"] == str(mission)]
    shown = one(world.db, "select to_jsonb(v) from public.rex_active_missions_with_progress v where id = %s", mission)
    as_superuser(world.db)
    found = {(row["waiting_for"], row["waiting_since"]) for row in (read, listed, shown)}
    assert len(found) == 1, found
    return found.pop()


def test_calls_of_a_minute_never_exceed_the_limit(world: World, clock: Clock) -> None:
    clock.set(NOON)
    assert take(world, 30) == {"taken": True}
    assert take(world, 21) == {"taken": False, "until": "2026-11-24T12:01:00+00:00"}
    assert take(world, 20) == {"taken": True}
    assert take(world, 1)["taken"] is False
    clock.advance(seconds=31)
    assert take(world, 50) == {"taken": True}
    assert world.db.execute("select used, cap from public.rex_api_usage order by window_start").fetchall() == [(50, 50), (50, 50)]
    assert_invariants(world.db)


def test_providers_have_limits_of_their_own(world: World, clock: Clock) -> None:
    clock.set(NOON)
    for provider, limit in (("openai", 10_000), ("sendgrid", 100), ("twilio", 50)):
        assert take(world, limit, provider)["taken"]
        assert not take(world, 1, provider)["taken"]


def test_window_keeps_the_cap_it_began_with(world: World, clock: Clock) -> None:
    clock.set(NOON)
    take(world, 40)
    world.db.execute("update public.rex_api_limits set calls_per_minute = 20 where provider = 'twilio'")
    assert take(world, 10)["taken"]
    clock.advance(minutes=1)
    assert take(world, 20)["taken"]
    assert not take(world, 1)["taken"]


def test_repeated_request_counts_once(world: World, clock: Clock) -> None:
    clock.set(NOON)
    given = request_id()
    assert take(world, 5, p_request_id=given) == take(world, 5, p_request_id=given) == {"taken": True}
    assert one(world.db, "select used from public.rex_api_usage") == 5


@pytest.mark.parametrize("calls", [0, -1, 51])
def test_calls_that_no_minute_holds_are_refused(world: World, calls: int) -> None:
    with refused(422, "calls_invalid"):
        take(world, calls)


def test_message_over_an_api_takes_quota_as_it_begins(db: Connection, clock: Clock) -> None:
    clock.set(NOON)
    sending = make_sending(db, leads=3)
    db.execute("update public.rex_inboxes set provider = 'sendgrid'")
    db.execute("update public.rex_api_limits set calls_per_minute = 2 where provider = 'sendgrid'")
    sending.write()
    begun = [sending.begin(lease) for lease in sending.claim()]
    assert [answer.get("code") for answer in begun] == [None, None, "quota"]
    assert one(db, "select used from public.rex_api_usage") == 2
    assert sending.claim() == [], "it waits for the next minute"
    clock.advance(minutes=1)
    assert sending.begin(sending.claim()[0])["begun"]


def test_smtp_takes_none_and_texts_take_twilios(db: Connection, clock: Clock) -> None:
    clock.set(NOON)
    sending = make_sending(db, leads=2)
    _, text = sending.write()
    leases: dict[str, Any] = {lease["outreach_id"]: lease for lease in sending.claim()}
    db.execute("update public.rex_outreach set channel = 'sms' where id = %s", (text,))
    assert all(sending.begin(lease)["begun"] for lease in leases.values())
    assert db.execute("select provider::text, used from public.rex_api_usage").fetchall() == [("twilio", 1)]


def assigned(world: World, calls: int = 100) -> Any:
    mission = world.create()
    world.db.execute("update public.rex_missions set llm_calls_per_minute = %s where id = %s", (calls, mission))
    world.claim()
    world.plan(mission)
    assert reserved(world) == calls
    return mission


def test_share_is_given_back_when_executing_ends(world: World) -> None:
    mission = assigned(world)
    world.finish_tasks(mission)
    world.advance(mission, "EXECUTING")
    assert reserved(world) == 100
    world.advance(mission, "COLLECTING")
    assert reserved(world) == 0


@pytest.mark.parametrize("end", ["FAILED", "ESCALATED"])
def test_share_is_given_back_on_failure_and_escalation(world: World, end: str) -> None:
    world.advance(assigned(world), end, p_error_code="test")
    assert reserved(world) == 0
    assert_invariants(world.db)


def test_share_is_given_back_on_a_cancel(world: World) -> None:
    world.ask("rex_cancel_mission", p_mission_id=assigned(world))
    assert reserved(world) == 0


def test_share_is_given_back_on_a_pause_and_taken_again(world: World) -> None:
    mission = assigned(world)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    assert reserved(world) == 0
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    assert world.run("rex_claim_tasks", p_worker="w")["tasks"]
    assert reserved(world) == 100
    assert_invariants(world.db)


def test_share_that_does_not_fit_any_more_is_not_taken_again_after_a_pause(world: World) -> None:
    mission = assigned(world)
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    world.db.execute("update public.rex_api_limits set calls_per_minute = 99 where provider = 'openai'")
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    assert world.run("rex_claim_tasks", p_worker="w")["tasks"] == []
    assert reserved(world) == 0
    assert waits(world, mission)[0] == "quota"
    world.db.execute("update public.rex_api_limits set calls_per_minute = 100 where provider = 'openai'")
    assert world.run("rex_claim_tasks", p_worker="w")["tasks"]
    assert waits(world, mission) == (None, None)
    assert_invariants(world.db)


def test_mission_of_a_full_crew_says_so_and_since_when(world: World, clock: Clock) -> None:
    served = [world.create() for _ in range(3)]
    assert waits(world, served[0]) == (None, None), "a slot is free"
    world.claim()
    clock.advance(minutes=5)
    mission = world.create()
    kind, since = waits(world, mission)
    assert kind == "crew"
    assert str(since) >= world.mission(mission)["stage_at"], "it was full before, but this one came later"
    assert world.mission(mission)["waiting_for"] is None, "nothing was written to say so"
    world.ask("rex_cancel_mission", p_mission_id=served[0])
    assert waits(world, mission) == (None, None)


def test_mission_waits_since_its_crew_was_full(world: World, clock: Clock) -> None:
    missions = [world.create() for _ in range(4)]
    clock.advance(minutes=5)
    world.claim()
    assert waits(world, missions[3]) == (
        "crew",
        one(world.db, "select to_jsonb(exhausted_at) from public.rex_crews where exhausted_at is not null"),
    )


def test_exhausted_crew_ends_when_nothing_waits(world: World) -> None:
    missions = [world.create() for _ in range(5)]
    exhausted = "select exhausted_at from public.rex_crews where user_id = %s and crew = 'dead_lead_crew'"
    world.claim()
    since = one(world.db, exhausted, world.account)
    assert since is not None
    world.ask("rex_cancel_mission", p_mission_id=missions[0])
    world.claim()
    assert one(world.db, exhausted, world.account) == since, "one mission ended and the next took its slot: still exhausted"
    for mission in missions:
        world.ask("rex_cancel_mission", p_mission_id=mission)
    assert one(world.db, exhausted, world.account) is None


def test_waiting_follow_ups_take_no_quota(db: Connection) -> None:
    sending: Sending = make_sending(db)
    db.execute("update public.rex_inboxes set provider = 'sendgrid'")
    sending.write()
    (lease,) = sending.claim()
    sending.world.ask("rex_pause", p_scope="mission", p_id=sending.mission)
    assert sending.begin(lease)["code"] == "paused"
    assert db.execute("select from public.rex_api_usage").fetchall() == []


def test_mission_whose_slot_was_taken_in_its_pause_says_so(world: World, clock: Clock) -> None:
    world.db.execute("update public.rex_crews set slots = 1")
    paused = assigned(world)
    world.ask("rex_pause", p_scope="mission", p_id=paused)
    world.create()
    world.claim()
    assert waits(world, paused) == (None, None), "a person paused it"
    clock.advance(minutes=5)
    world.ask("rex_resume", p_scope="mission", p_id=paused)
    assert waits(world, paused) == ("crew", world.mission(paused)["active_since"])


def test_slot_that_comes_free_is_first_of_a_resumed_mission_whose_clock_stands_still_until_then(world: World, clock: Clock) -> None:
    world.db.execute("update public.rex_crews set slots = 1")
    resumed = assigned(world)
    world.ask("rex_pause", p_scope="mission", p_id=resumed)
    other, queued = world.create(), world.create()
    world.claim()
    world.ask("rex_resume", p_scope="mission", p_id=resumed)
    world.run("rex_claim_tasks", p_worker="w")
    clock.advance(hours=3)
    assert not world.advance(resumed, "ESCALATED", p_error_code="timeout")["moved"], "it did not run"
    world.ask("rex_cancel_mission", p_mission_id=other)
    world.claim()
    assert world.mission(queued)["state"] == "QUEUED"
    assert world.run("rex_claim_tasks", p_worker="w")["tasks"][0]["mission_id"] == str(resumed)
    assert world.mission(resumed)["active_seconds"] < 60
    world.ask("rex_cancel_mission", p_mission_id=resumed)
    world.claim()
    assert world.mission(queued)["state"] == "ASSIGNED"
    assert_invariants(world.db)
