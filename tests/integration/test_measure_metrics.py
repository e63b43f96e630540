"""The live row, the hours and the days: each fact counted once, whoever commits late, dies halfway or runs twice."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.support.database import Clock, Connection, as_service, call, connect, one, request_id
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, make_sending

STEP = "rex_measure_metrics"


@pytest.fixture
def world(db: Connection, clock: Clock) -> World:
    clock.set(datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    return make_world(db)


def live(world: World) -> Any:
    return one(world.db, "select metrics from public.rex_live_metrics where user_id = %s", world.account)


def account_rows(world: World, *columns: str) -> list[tuple[Any, ...]]:
    wanted = ", ".join(columns)
    query = f"select to_char(starts_at at time zone 'UTC', 'DD HH24:MI'), {wanted} from public.rex_analytics where user_id = %s and subject = 'account' order by starts_at"
    return world.db.execute(query.encode(), (world.account,)).fetchall()


def next_full_hour(world: World, clock: Clock) -> None:
    """A little past it, and far enough for all that was written before to be settled."""
    clock.set(one(clock.connection, "select date_trunc('hour', rex.now(), 'UTC') + interval '1 hour 1 second'"))
    for _ in range(3):
        world.run(STEP)


def test_live_row_follows_the_missions(world: World) -> None:
    mission = world.create()
    world.run(STEP)
    assert live(world)["missions"] == {"QUEUED": 1}
    assert live(world)["queue"]["waiting"] == 1
    assert live(world)["queue"]["oldest_at"] is not None
    world.claim()
    world.plan(mission)
    world.run("rex_claim_tasks", p_worker="w")
    world.run(STEP)
    assert live(world)["missions"] == {"EXECUTING": 1}
    assert live(world)["agents"] == {"researcher": 1}
    assert live(world)["queue"] == {"waiting": 0, "oldest_at": None}
    assert live(world)["crews"]["dead_lead_crew"] == {"slots": 3, "held": 1, "waiting": 0, "paused": False, "exhausted_at": None}


def test_mission_whose_time_has_come_waits_in_the_live_row(world: World, clock: Clock) -> None:
    world.create(p_not_before=datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
    world.run(STEP)
    assert live(world)["queue"]["waiting"] == 0
    clock.set(datetime(2026, 11, 24, 10, 31, tzinfo=UTC))
    world.run("rex_wake_missions")
    world.run(STEP)
    assert live(world)["queue"]["waiting"] == live(world)["crews"]["dead_lead_crew"]["waiting"] == 1
    assert live(world)["queue"]["oldest_at"] is not None


def test_slot_of_a_stopped_mission_that_comes_back_later_is_free_in_the_live_row(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission)
    world.run("rex_claim_tasks", p_worker="w")
    world.ask("rex_pause", p_scope="mission", p_id=str(mission))
    world.run(STEP)
    assert live(world)["crews"]["dead_lead_crew"]["held"] == 1, "a task of it runs"
    world.db.execute(
        "update public.rex_tasks set state = 'READY', lease_until = null, worker = null, started_at = null where state = 'RUNNING'"
    )
    assert world.run("rex_wake_missions")["released"] == 1
    assert world.run("rex_wake_missions")["released"] == 0
    world.run(STEP)
    assert live(world)["crews"]["dead_lead_crew"]["held"] == 0
    assert one(world.db, "select count(*) from public.rex_logs where action = 'release_slot'") == 1


def test_change_is_published_once_and_nothing_when_nothing_changed(world: World) -> None:
    world.create()
    assert world.run(STEP)["changed"] == 1
    assert [world.run(STEP)["changed"] for _ in range(2)] == [0, 0]
    assert world.said("analytics.snapshot") == 1
    told = one(world.db, "select data from public.rex_messages where user_id = %s and type = 'analytics.snapshot'", world.account)
    assert told == live(world) | {"version": 1}


def test_repeated_request_counts_nothing_again(world: World) -> None:
    world.create()
    asked = request_id()
    assert world.run(STEP, p_request_id=asked) == world.run(STEP, p_request_id=asked)
    assert account_rows(world, "created") == [("24 10:00", 1)]


def test_row_that_commits_after_later_ones_is_counted(world: World, database: str) -> None:
    world.run(STEP)
    with connect(database) as slow:
        slow.autocommit = False
        slow.execute("select rex.now()")
        early = insert_transition(slow, world, world.create())
        world.create()
        for _ in range(3):
            world.run(STEP)
        assert live(world)["missions"] == {"QUEUED": 2}
        slow.commit()
    assert early < one(world.db, "select max(id) from public.rex_logs")
    world.run(STEP)
    assert live(world)["missions"] == {"QUEUED": 1, "ESCALATED": 1}
    assert one(world.db, "select through from rex.log_reader") < early, "the gap was kept open"


def insert_transition(db: Connection, world: World, mission: uuid.UUID) -> int:
    """What a command writes first, then a row of the log, all uncommitted."""
    db.execute("insert into public.rex_requests (actor, command, request_id, input_hash) values (%s, 'x', 'x', 'x')", (world.account,))
    row: int = one(
        db,
        "insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, from_state, to_state, version)"
        " values (%s, 'mission', %s, %s, 'x', 'QUEUED', 'ESCALATED', 2) returning id",
        world.account, mission, mission,
    )  # fmt: skip
    return row


def test_row_that_is_rolled_back_holds_up_nothing(world: World, database: str) -> None:
    with connect(database) as doomed:
        doomed.autocommit = False
        lost = insert_transition(doomed, world, world.create())
        doomed.rollback()
    world.create()
    for _ in range(4):
        world.run(STEP)
    assert one(world.db, "select through from rex.log_reader") > lost
    assert one(world.db, "select counted = '{}' from rex.log_reader"), "nothing is left to be remembered"
    assert live(world)["missions"] == {"QUEUED": 2}


def test_step_that_dies_halfway_changes_nothing_and_the_next_counts_all(world: World, database: str, clock: Clock) -> None:
    world.create()
    with connect(database) as dying:
        as_service(dying)
        dying.autocommit = False
        assert call(dying, STEP, p_request_id=request_id())["counted"] > 0
        world.db.execute("select pg_terminate_backend(%s)", (dying.info.backend_pid,))
        with pytest.raises(psycopg.errors.AdminShutdown):
            dying.execute("select 1")
    assert account_rows(world, "created") == []
    next_full_hour(world, clock)
    assert account_rows(world, "created", "missions") == [("24 10:00", 1, {"QUEUED": 1})]


def test_second_step_at_the_same_time_leaves_it_to_the_first(world: World, database: str) -> None:
    world.create()
    with connect(database) as first:
        as_service(first)
        with first.transaction():
            call(first, STEP, p_request_id=request_id())
            assert world.run(STEP) == {"busy": True, "more": False}
    assert account_rows(world, "created") == [("24 10:00", 1)]


def test_each_hour_is_closed_once_with_its_states(world: World, clock: Clock) -> None:
    world.create()
    next_full_hour(world, clock)
    mission = world.create()
    world.ask("rex_cancel_mission", p_mission_id=str(mission))
    next_full_hour(world, clock)
    closed = account_rows(world, "created", "cancelled", "missions")
    assert closed == [("24 10:00", 1, 0, {"QUEUED": 1}), ("24 11:00", 1, 1, {"QUEUED": 1, "FAILED": 1})]
    assert world.run(STEP)["closed"] == 0


def test_ticks_that_were_missed_close_the_same_hours(world: World, clock: Clock) -> None:
    world.create()
    clock.advance(hours=3)
    world.create()
    next_full_hour(world, clock)
    assert account_rows(world, "created", "missions") == [
        ("24 10:00", 1, {"QUEUED": 1}), ("24 11:00", 0, {"QUEUED": 1}), ("24 12:00", 0, {"QUEUED": 1}), ("24 13:00", 1, {"QUEUED": 2}),
    ]  # fmt: skip


def test_hour_is_not_closed_while_something_of_it_is_uncommitted(world: World, clock: Clock, database: str) -> None:
    with connect(database) as slow:
        slow.autocommit = False
        insert_transition(slow, world, world.create())
        next_full_hour(world, clock)
        assert account_rows(world, "missions") == [("24 10:00", None)]
        slow.commit()
    next_full_hour(world, clock)
    assert account_rows(world, "missions")[0] == ("24 10:00", {"ESCALATED": 1})


def test_slots_held_across_hours_are_shared_between_them(world: World, clock: Clock) -> None:
    world.create()
    clock.set(datetime(2026, 11, 24, 10, 45, tzinfo=UTC))
    world.claim()
    next_full_hour(world, clock)
    next_full_hour(world, clock)
    of_crew = world.db.execute(
        "select round(held_ms / 60000.0)::int from public.rex_analytics where subject = 'crew' and key = 'dead_lead_crew' order by starts_at"
    ).fetchall()
    assert of_crew == [(15,), (60,)]
    of_account = account_rows(world, "round(held_ms / 60000.0)::int", "slot_ms / 3600000")
    assert [row[1:] for row in of_account] == [(15, 15), (60, 15)]


def test_events_are_counted_by_message_in_the_hour_it_was_sent(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    sending = make_sending(db, leads=2)
    sending.write()
    message = sending.send()["outreach_id"]
    clock.advance(hours=2)
    for kind, source in (("replied", "a"), ("delivered", "b"), ("delivered", "c"), ("delivered", "c"), ("replied", "d")):
        sending.event(message, kind, source)
    sending.world.run(STEP)
    assert account_rows(sending.world, "sent", "delivered", "replied", "replies", "contacted") == [
        ("24 10:00", 1, 1, 1, 0, 1), ("24 12:00", 0, 0, 0, 1, 0)
    ]  # fmt: skip
    assert subject_rows(sending, "domain", "delivered") == [1]
    assert subject_rows(sending, "campaign", "delivered") == [1]


def subject_rows(sending: Sending, subject: str, column: str) -> list[Any]:
    query = f"select {column} from public.rex_analytics where subject = %s and {column} > 0 order by starts_at"
    return [row[0] for row in sending.db.execute(query.encode(), (subject,)).fetchall()]


def test_late_answer_moves_a_message_from_unknown_to_sent(db: Connection) -> None:
    sending = make_sending(db)
    sending.write()
    (lease,) = sending.claim(limit=1)
    sending.begin(lease)
    sending.finish(lease, "unknown")
    sending.world.run(STEP)
    assert [row[1:] for row in account_rows(sending.world, "sent", "unknown")] == [(0, 1)]
    sending.finish(lease, "sent")
    sending.world.run(STEP)
    assert [row[1:] for row in account_rows(sending.world, "sent", "unknown")] == [(1, 0)]


def test_bounce_at_the_hand_over_is_counted(db: Connection) -> None:
    sending = make_sending(db)
    sending.write()
    (lease,) = sending.claim(limit=1)
    sending.begin(lease)
    sending.finish(lease, "refused", p_code="hard_bounce")
    sending.world.run(STEP)
    assert [row[1:] for row in account_rows(sending.world, "refused", "bounced")] == [(1, 1)]


def test_days_are_those_of_the_accounts_clock_and_keep_what_comes_late(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 10, 24, 20, 30, tzinfo=UTC))
    sending = make_sending(db)
    world = sending.world
    db.execute("update public.rex_accounts set time_zone = 'Europe/Berlin' where user_id = %s", (world.account,))
    sending.write()
    message = sending.send()["outreach_id"]
    next_full_hour(world, clock)
    clock.set(datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
    for _ in range(8):
        world.run(STEP)
    days = db.execute(
        "select starts_at, ends_at - starts_at, sent from public.rex_analytics where grain = 'day' and subject = 'account' order by 1"
    ).fetchall()
    assert days == [
        (datetime(2026, 10, 24, hour=0, tzinfo=UTC) - timedelta(hours=2), timedelta(hours=24), 1),
        (datetime(2026, 10, 25, hour=0, tzinfo=UTC) - timedelta(hours=2), timedelta(hours=25), 0),
        (datetime(2026, 10, 25, hour=23, tzinfo=UTC), timedelta(hours=24), 0),
    ]
    assert one(db, "select min(starts_at) from public.rex_analytics where grain = 'hour'") == datetime(2026, 10, 26, 23, tzinfo=UTC)
    sending.event(message, "replied")
    world.run(STEP)
    assert one(db, "select replied from public.rex_analytics where grain = 'day' and subject = 'account' and sent = 1") == 1


def test_states_are_carried_on_from_a_day_when_all_hours_before_became_days(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 4, 5, tzinfo=UTC))
    world = make_world(db)
    db.execute("update public.rex_accounts set analytics_hour_days = 7, created_at = rex.now() where user_id = %s", (world.account,))
    world.create()
    world.run(STEP)
    clock.set(datetime(2026, 12, 22, 12, tzinfo=UTC))
    for _ in range(5):
        world.run(STEP)
    rows = db.execute(
        "select grain, count(*), min(missions::text), max(missions::text) from public.rex_analytics where subject = 'account' and missions is not null group by 1 order by 1"
    )
    assert rows.fetchall() == [("day", 21, '{"QUEUED": 1}', '{"QUEUED": 1}'), ("hour", 180, '{"QUEUED": 1}', '{"QUEUED": 1}')]


def test_days_are_deleted_after_the_accounts_time(world: World, clock: Clock) -> None:
    world.create()
    world.run(STEP)
    world.db.execute("update public.rex_accounts set analytics_day_days = 90, analytics_hour_days = 7 where user_id = %s", (world.account,))
    clock.advance(days=120)
    for _ in range(20):
        world.run(STEP)
    kept = one(world.db, "select rex.now() - min(starts_at) from public.rex_analytics where user_id = %s", world.account)
    assert timedelta(days=90) <= kept <= timedelta(days=92)


def test_window_moves_on_although_nothing_happens(world: World, clock: Clock) -> None:
    world.create()
    world.run(STEP)
    before = live(world)["last_24_hours"]
    clock.advance(hours=25)
    world.run(STEP)
    assert (before["created"], live(world)["last_24_hours"]["created"]) == (1, 0)
    told = world.said("analytics.snapshot")
    clock.advance(hours=5)
    world.run(STEP)
    assert world.said("analytics.snapshot") == told, "an empty window does not move"


def test_model_calls_cost_what_they_reserve_until_they_are_settled(world: World) -> None:
    taken = world.run("rex_take_llm_budget", p_user_id=world.account, p_tokens=1000, p_micros=50, p_mission_id=world.create())
    world.run(STEP)
    assert [row[1:] for row in account_rows(world, "llm_calls", "llm_tokens", "llm_nanos")] == [(1, 1000, 50_000)]
    world.run("rex_settle_llm_budget", p_call_id=taken["call_id"], p_code="ok", p_tokens=300, p_micros=20)
    world.run(STEP)
    assert [row[1:] for row in account_rows(world, "llm_calls", "llm_tokens", "llm_nanos")] == [(1, 300, 20_000)]
    assert one(world.db, "select llm_nanos from public.rex_mission_costs") == 20_000


def test_reputation_counts_in_the_hour_it_was_measured(world: World) -> None:
    world.run("rex_measure_domains")
    world.run(STEP)
    assert [row[1:] for row in account_rows(world, "reputations", "reputation_sum::float")] == [(1, 0.85)]


def test_message_is_priced_as_when_it_began(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    db.execute("insert into public.rex_prices values ('email.smtp', rex.now() + interval '1 day', 70)")
    sending.write()
    sending.send()
    clock.advance(hours=25)
    sending.send()
    sending.world.run(STEP)
    assert [row[1] for row in account_rows(sending.world, "message_nanos")] == [0, 70]
    assert one(db, "select row(messages, message_nanos)::text from public.rex_mission_costs") == "(2,70)"


def test_what_is_told_holds_no_text(world: World) -> None:
    world.create()
    world.run(STEP)
    told = json.dumps(live(world))
    assert "example" not in told, "domains are named by their ids"
