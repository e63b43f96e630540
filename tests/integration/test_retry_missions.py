"""A person gives failed and escalated missions another round, and cancels or retries many at once, all or none."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_person, as_superuser, call, connect, one, refused, request_id, sign_up
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def retry(world: World, mission: uuid.UUID, **arguments: Any) -> Any:
    return world.ask("rex_retry_mission", p_mission_id=mission, **arguments)


def many(world: World, command: str, expected: int | None, **selection: Any) -> Any:
    return world.ask(f"rex_{command}_missions", p_selection=selection, p_expected_count=expected)


def ended(world: World, state: str, error_code: str = "agent_failed") -> uuid.UUID:
    mission = world.create()
    world.advance(mission, state, p_error_code=error_code)
    return mission


def stopped(world: World) -> uuid.UUID:
    """An escalated mission whose first of two tasks is done and whose second failed with all leads."""
    mission = world.create()
    world.claim()
    world.plan(mission)
    for error in (None, "agent_failed"):
        task = world.run("rex_claim_tasks", p_worker="w", p_limit=1)["tasks"][0]
        held = {"p_task_id": task["task_id"], "p_fence": task["fence"]}
        if error is None:
            world.run("rex_complete_task", **held, p_result={})
        else:
            world.run("rex_fail_task", **held, p_error_code=error, p_error="e")
    world.advance(mission, "ESCALATED", p_error_code="no_lead_left")
    return mission


def test_retry_opens_a_round_with_clock_and_counts_anew(world: World) -> None:
    mission = stopped(world)
    world.db.execute("update public.rex_missions set retry_count = 3, active_seconds = 7000 where id = %s", (mission,))
    world.db.execute("update public.rex_tasks set retry_count = 3 where state = 'FAILED'")
    assert retry(world, mission) == {"mission_id": str(mission), "state": "QUEUED", "round": 2}
    row = world.mission(mission)
    assert (row["retry_count"], row["active_seconds"], row["ready"], row["error_code"]) == (0, 0, True, None)
    tasks = world.db.execute("select round, state::text, retry_count from public.rex_tasks order by position").fetchall()
    assert tasks == [(2, "COMPLETED", 0), (2, "READY", 0)]
    assert one(world.db, "select array_agg(distinct outcome::text) from public.rex_mission_leads") == ["pending"]
    assert one(world.db, "select actor from public.rex_logs where action = 'retry_mission'") == world.account
    assert world.said("mission.queued") == 1


def test_retried_mission_runs_to_its_end_without_being_planned_again(world: World) -> None:
    mission = stopped(world)
    retry(world, mission)
    world.claim()
    task = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    assert [row["position"] for row in task] == [2]
    rejected = [
        {"lead_id": str(row[0]), "outcome": "rejected", "reason": "x"}
        for row in world.db.execute("select lead_id from public.rex_mission_leads")
    ]
    world.run("rex_complete_task", p_task_id=task[0]["task_id"], p_fence=task[0]["fence"], p_result={"leads": rejected})
    for state in ("COLLECTING", "ANALYZING", "COMPLETED"):
        assert world.advance(mission, state)["moved"], state
    assert_invariants(world.db)


def test_failed_mission_is_retried_before_its_time(world: World) -> None:
    mission = ended(world, "FAILED")
    assert retry(world, mission)["round"] == 2
    assert_invariants(world.db)


@pytest.mark.parametrize("state", ["QUEUED", "ASSIGNED", "EXECUTING", "COLLECTING", "COMPLETED", "cancelled"])
def test_other_missions_are_not_retried(world: World, state: str) -> None:
    if state in ("COLLECTING", "COMPLETED"):
        mission = world.collecting()
        for to in ("ANALYZING", "COMPLETED") if state == "COMPLETED" else ():
            world.advance(mission, to)
    else:
        mission = world.create()
    if state in ("ASSIGNED", "EXECUTING"):
        world.claim()
        world.plan(mission)
    if state == "EXECUTING":
        world.run("rex_claim_tasks", p_worker="w")
    if state == "cancelled":
        world.ask("rex_cancel_mission", p_mission_id=mission)
    code = {"COMPLETED": "mission_completed", "cancelled": "mission_cancelled"}.get(state, "mission_not_failed")
    before = world.mission(mission)
    with refused(409, code):
        retry(world, mission)
    assert world.mission(mission) == before


def test_paused_scope_is_kept(world: World) -> None:
    mission = ended(world, "ESCALATED")
    world.ask("rex_pause", p_scope="campaign", p_id=world.campaign)
    retry(world, mission)
    assert world.claim() == []
    world.ask("rex_resume", p_scope="campaign", p_id=world.campaign)
    assert [row["mission_id"] for row in world.claim()] == [str(mission)]


def test_repeat_opens_one_round(world: World) -> None:
    mission = ended(world, "ESCALATED")
    given = {"p_request_id": request_id()}
    assert retry(world, mission, **given) == retry(world, mission, **given)
    assert world.mission(mission)["round"] == 2


@pytest.mark.parametrize("command", ["retry_mission", "cancel_missions", "retry_missions"])
def test_strangers_and_viewers_change_nothing(world: World, db: Connection, command: str) -> None:
    mission = ended(world, "ESCALATED")
    given = {"p_mission_id": mission} if command == "retry_mission" else {"p_selection": {"ids": [str(mission)]}, "p_expected_count": 1}
    before = world.mission(mission)
    with refused(404, "mission_unknown"):
        make_world(db).ask(f"rex_{command}", **given)
    viewer = sign_up(db)
    db.execute("insert into public.rex_members values (%s, %s, 'viewer')", (world.account, viewer))
    as_person(db, viewer)
    with refused(403, "role_too_low"):
        call(db, f"rex_{command}", p_account=world.account, p_request_id="r", **given)
    as_superuser(db)
    assert world.mission(mission) == before


def test_named_missions_are_cancelled_together(world: World) -> None:
    missions = [world.create() for _ in range(3)]
    world.claim()
    answer = many(world, "cancel", 3, ids=[str(mission) for mission in missions])
    assert (answer["missions"], set(answer["mission_ids"]), answer["in_flight"]) == (3, set(map(str, missions)), 0)
    assert {world.mission(mission)["error_code"] for mission in missions} == {"cancelled"}
    assert one(world.db, "select campaign_id from public.rex_domain_pool") is None
    assert world.said("mission.cancelled") == 3
    assert_invariants(world.db)


def test_filter_takes_what_the_command_can_change(world: World) -> None:
    world.ask("rex_cancel_mission", p_mission_id=world.create())
    second = world.add_campaign()
    other = ended(world, "ESCALATED", "timeout")
    kept = world.create(p_campaign_id=second)
    mission = ended(world, "ESCALATED")
    assert many(world, "retry", 1, filter={"error_code": "agent_failed", "type": "lead_reactivation"})["mission_ids"] == [str(mission)]
    assert many(world, "cancel", 2, filter={"campaign_id": str(world.campaign)})["missions"] == 2
    assert world.mission(other)["error_code"] == "cancelled"
    assert many(world, "cancel", 1, filter={"states": ["QUEUED"]})["mission_ids"] == [str(kept)]
    assert_invariants(world.db)


def test_many_are_retried(world: World) -> None:
    missions = [ended(world, state) for state in ("FAILED", "ESCALATED")]
    assert many(world, "retry", 2, filter={"states": ["FAILED", "ESCALATED"]})["missions"] == 2
    assert {world.mission(mission)["round"] for mission in missions} == {2}
    assert one(world.db, "select waiting from public.rex_crews where crew = 'dead_lead_crew'") == 2
    assert_invariants(world.db)


@pytest.mark.parametrize("command", ["cancel", "retry"])
def test_other_count_than_expected_changes_nothing(world: World, command: str) -> None:
    missions = [ended(world, "ESCALATED") for _ in range(2)]
    world.ask("rex_cancel_mission", p_mission_id=missions[0])
    with refused(409, "count_differs"):
        many(world, command, 2, ids=[str(mission) for mission in missions])
    with refused(409, "count_differs"):
        many(world, command, 2, filter={"states": ["FAILED", "ESCALATED"]})
    assert world.mission(missions[1])["state"] == "ESCALATED"


@pytest.mark.parametrize(
    ("selection", "expected", "code"),
    [
        ({"filter": {}}, 1, "filter_empty"),
        ({"filter": {"states": None}}, 1, "filter_empty"),
        ({"filter": {"priority": 1}}, 1, "filter_unknown"),
        ({"filter": {"states": "FAILED"}}, 1, "filter_invalid"),
        ({}, 1, "selection_invalid"),
        ({"ids": [], "filter": {"type": "x"}}, 1, "selection_invalid"),
        ({"ids": []}, 0, "ids_invalid"),
        ({"ids": [str(uuid.UUID(int=n)) for n in range(1001)]}, 1001, "ids_invalid"),
        ({"filter": {"type": "lead_reactivation"}}, None, "expected_count_missing"),
    ],
)
def test_unclear_selection_is_refused(world: World, selection: dict[str, Any], expected: int | None, code: str) -> None:
    mission = world.create()
    with refused(422, code):
        many(world, "cancel", expected, **selection)
    assert world.mission(mission)["state"] == "QUEUED"


def test_more_than_go_at_once_are_refused(world: World) -> None:
    mission = world.create()
    world.db.execute(
        "insert into public.rex_missions (user_id, type, crew, campaign_id, sends, created_by) select user_id, type, crew, campaign_id, true, user_id"
        " from public.rex_missions, generate_series(1, 1000) where id = %s",
        (mission,),
    )
    with refused(422, "too_many"):
        many(world, "cancel", 1001, filter={"states": ["QUEUED"]})


def test_a_thousand_missions_are_cancelled_at_once(world: World) -> None:
    mission = world.create(leads=world.add_leads(20))
    world.db.execute(
        "with made as (insert into public.rex_missions (user_id, type, crew, campaign_id, sends, created_by, leads)"
        " select user_id, type, crew, campaign_id, true, user_id, 20 from public.rex_missions, generate_series(1, 999) where id = %s returning *),"
        " told as (insert into public.rex_logs (user_id, entity, mission_id, entity_id, action, to_state, version)"
        " select user_id, 'mission', id, id, 'create_mission', 'QUEUED', 1 from made)"
        " insert into public.rex_mission_leads (mission_id, lead_id, user_id, batch)"
        " select m.id, l.id, m.user_id, 1 from made m join public.rex_leads l using (user_id)",
        (mission,),
    )
    assert many(world, "cancel", 1000, filter={"states": ["QUEUED"]})["missions"] == 1000
    assert one(world.db, "select array_agg(distinct outcome::text) from public.rex_mission_leads") == ["cancelled"]
    assert_invariants(world.db)


def test_mission_that_ends_while_many_wait_for_it_changes_their_count(world: World, database: str) -> None:
    first, second = world.create(), world.create()
    cancel_both = {"p_selection": {"ids": [str(first), str(second)]}, "p_expected_count": 2}
    with connect(database) as one_person, connect(database) as other, ThreadPoolExecutor(1) as pool:
        as_person(one_person, world.account)
        as_person(other, world.account)
        with one_person.transaction():
            call(one_person, "rex_cancel_mission", p_request_id="a", p_mission_id=first)
            many_of_them = pool.submit(call, other, "rex_cancel_missions", p_request_id="b", **cancel_both)
            while not one(world.db, "select cardinality(pg_blocking_pids(%s))", other.info.backend_pid):
                assert not many_of_them.done(), "it did not wait for the other"
        with refused(409, "count_differs"):
            many_of_them.result()
    assert world.mission(second)["state"] == "QUEUED"


def reach(world: World, state: str) -> uuid.UUID:
    """A mission in this state; RETRYING is queued for its next try."""
    if state in ("COLLECTING", "ANALYZING", "OPTIMIZING"):
        mission = world.collecting()
        for to in {"ANALYZING": ("ANALYZING",), "OPTIMIZING": ("ANALYZING", "OPTIMIZING")}.get(state, ()):
            assert world.advance(mission, to)["moved"]
        return mission
    mission = world.create()
    if state in ("ASSIGNED", "EXECUTING"):
        world.claim()
        world.plan(mission)
    if state == "EXECUTING":
        world.run("rex_claim_tasks", p_worker="w")
    if state in ("FAILED", "RETRYING", "ESCALATED"):
        world.advance(mission, "ESCALATED" if state == "ESCALATED" else "FAILED", p_error_code="database_failed")
    if state == "RETRYING":
        world.run(
            "rex_recover_mission", p_mission_id=mission, p_version=world.mission(mission)["version"], p_to="QUEUED", p_reason="recoverable",
            p_retry_in_seconds=60,
        )  # fmt: skip
    return mission


@pytest.mark.parametrize(
    "state", ["QUEUED", "ASSIGNED", "EXECUTING", "COLLECTING", "ANALYZING", "OPTIMIZING", "FAILED", "RETRYING", "ESCALATED"]
)
def test_cancel_takes_every_state_but_completed_and_nothing_begins_after(world: World, clock: Clock, state: str) -> None:
    mission = reach(world, state)
    world.add_outreach(mission, "scheduled")
    world.db.execute("update public.rex_accounts set window_start = '00:00', window_end = '24:00', window_days = '{1,2,3,4,5,6,7}'")
    leased = world.run("rex_claim_outreach")["outreach"]
    assert bool(leased) == (state in ("EXECUTING", "COLLECTING"))
    world.ask("rex_cancel_mission", p_mission_id=mission)
    for lease in leased:
        assert not world.run("rex_begin_outreach", p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])["begun"]
    assert world.run("rex_claim_outreach")["outreach"] == []
    clock.advance(hours=1)
    world.run("rex_wake_missions")
    assert (world.claim(), world.run("rex_claim_tasks", p_worker="w")["tasks"]) == ([], [])
    assert one(world.db, "select array_agg(distinct state::text) from public.rex_outreach") == ["cancelled"]
    row = world.mission(mission)
    assert (row["state"], row["error_code"]) == ("FAILED", "cancelled")
    assert_invariants(world.db)
