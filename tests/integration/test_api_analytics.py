"""GET /analytics: live metrics, the newest snapshot, 24 hours of history, and trends with their gaps."""

from datetime import UTC, datetime

import pytest

from tests.support.api import Answer, request
from tests.support.database import Clock, Connection
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")
STEP = "rex_measure_metrics"


@pytest.fixture
def world(db: Connection, clock: Clock) -> World:
    clock.set(datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    world = make_world(db)
    world.db.execute("update public.rex_accounts set created_at = rex.now() where user_id = %s", (world.account,))
    return world


def ask(world: World, **query: str) -> Answer:
    return request("api.get_analytics", "GET", "/api/rex/analytics", person=world.account, query=query)


def run_steps(world: World) -> None:
    for _ in range(3):
        world.run(STEP)


def completed(world: World) -> None:
    """A mission that ran through, without anything to send."""
    mission = world.collecting()
    assert world.advance(mission, "ANALYZING")["moved"]
    assert world.advance(mission, "COMPLETED")["moved"]


def test_account_that_was_not_measured_has_gaps_and_no_zeros(world: World) -> None:
    answer = ask(world)
    assert answer.status == 200, answer.body
    assert answer.body["current"] is None
    assert answer.body["snapshot"]["starts_at"] is None
    assert answer.body["trends"]["points"]
    assert {point["figures"] for point in answer.body["trends"]["points"]} == {None}


def test_figures_of_a_completed_mission(world: World, clock: Clock) -> None:
    completed(world)
    run_steps(world)
    clock.advance(hours=1)
    run_steps(world)
    body = ask(world).body
    assert body["current"]["missions"] == {"COMPLETED": 1}
    assert body["snapshot"]["starts_at"] == "2026-11-24T10:00:00+00:00"
    assert body["snapshot"]["missions"] == {"COMPLETED": 1}
    (account,) = body["snapshot"]["subjects"]["account"]
    assert (account["created"], account["completed"]) == (1, 1)
    totals = body["trends"]["totals"]
    assert (totals["completed"], totals["success_rate"], totals["reply_rate"]) == (1, 1, None)
    assert totals["active_ms"]["p50"] == totals["active_ms"]["p95"] is not None


def test_benchmarks_of_the_accounts_own_targets(world: World, clock: Clock) -> None:
    assert {each["value"] for each in ask(world).body["benchmarks"]} == {None}
    world.ask("rex_update_account", p_changes={"target_success": 80, "target_active_seconds": 1})
    completed(world)
    run_steps(world)
    clock.advance(hours=1)
    run_steps(world)
    found = {each["name"]: each for each in ask(world).body["benchmarks"]}
    assert (found["success"]["value"], found["success"]["target"], found["success"]["reached"]) == (1, 0.8, True)
    assert found["success"]["usual"] == 1
    assert found["active_ms"]["target"] == 1000
    assert found["utilisation"]["limited_by"]["kind"] == "idle_crew"
    assert found["meetings"]["value"] is None


def test_hours_before_the_account_are_gaps_and_those_it_rested_in_are_zeros(world: World, clock: Clock) -> None:
    completed(world)
    run_steps(world)
    clock.advance(hours=3)
    run_steps(world)
    history = ask(world).body["history"]
    assert len(history) == 24
    assert [point["figures"] and point["figures"]["completed"] for point in history] == [None] * 21 + [1, 0, 0]


def test_trends_of_another_subject(world: World) -> None:
    completed(world)
    run_steps(world)
    trends = ask(world, subject="campaign", key=str(world.campaign)).body["trends"]
    assert (trends["subject"], trends["totals"]["completed"]) == ("campaign", 1)
    assert ask(world, subject="agent", key="writer").body["trends"]["totals"]["completed"] == 0


def test_days_of_the_accounts_clock(world: World, clock: Clock) -> None:
    world.db.execute("update public.rex_accounts set time_zone = 'Asia/Kolkata' where user_id = %s", (world.account,))
    completed(world)
    run_steps(world)
    clock.advance(days=2)
    run_steps(world)
    trends = ask(world, since="2026-11-24T00:00:00Z", step="day").body["trends"]
    starts = [point["starts_at"] for point in trends["points"]]
    assert starts == [f"2026-11-{day}T18:30:00+00:00" for day in (23, 24, 25)]
    assert [point["figures"]["completed"] for point in trends["points"]] == [1, 0, 0]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"since": "2026-11-25T00:00:00Z"}, "window_invalid"),
        ({"since": "2026-06-01T00:00:00Z"}, "window_invalid"),
        ({"since": "2026-11-01T00:00:00Z", "step": "hour"}, "step_too_fine"),
        ({"subject": "campaign"}, "key_invalid"),
        ({"key": "x"}, "key_invalid"),
        ({"step": "week"}, "input_invalid"),
        ({"subject": "weather"}, "input_invalid"),
        ({"colour": "red"}, "input_invalid"),
        ({"since": "yesterday"}, "input_invalid"),
    ],
)
def test_window_that_cannot_be_told_is_refused(world: World, query: dict[str, str], code: str) -> None:
    answer = ask(world, **query)
    assert (answer.status, answer.body["code"]) == (422, code)
    assert answer.body["next"]


def test_stranger_sees_nothing_of_it(world: World) -> None:
    completed(world)
    run_steps(world)
    stranger = make_world(world.db).account
    foreign = request("api.get_analytics", "GET", "/api/rex/analytics", person=stranger, account=world.account)
    assert (foreign.status, foreign.body["code"]) == (403, "not_a_member")
    own = request("api.get_analytics", "GET", "/api/rex/analytics", person=stranger)
    assert own.body["current"] is None
