"""A claim takes what may start, in turn and by priority, and reserves all of it or says what is lacking."""

import uuid
from typing import Any

import pytest

from rex.usecases.schedule_missions import schedule_missions
from tests.support.database import Clock, Connection, connect, one, refused, request_id
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def ids(missions: list[Any]) -> list[uuid.UUID]:
    return [uuid.UUID(mission["mission_id"]) for mission in missions]


def crew(world: World) -> Any:
    return one(world.db, "select to_jsonb(c) from public.rex_crews c where user_id = %s and crew = 'dead_lead_crew'", world.account)


def set_model(world: World, mission: uuid.UUID, calls: int) -> None:
    world.db.execute("update public.rex_missions set llm_calls_per_minute = %s where id = %s", (calls, mission))


def test_claimed_mission_holds_slot_and_domain(world: World) -> None:
    mission = world.create(leads=world.add_leads(51))
    claimed = world.claim()[0]
    assert claimed == {
        "mission_id": str(mission), "user_id": str(world.account), "type": "lead_reactivation", "crew": "dead_lead_crew",
        "fence": 1, "round": 1, "leads": 51, "batch_size": 50, "batches": 2,
    }  # fmt: skip
    assert world.mission(mission)["state"] == "ASSIGNED"
    assert (crew(world)["held"], crew(world)["waiting"]) == (1, 0)
    assert one(world.db, "select slot from public.rex_reservations where released_at is null") == 1
    assert one(world.db, "select campaign_id from public.rex_domain_pool") == world.campaign
    assert_invariants(world.db)


def test_highest_priority_then_oldest_within_the_slots(world: World) -> None:
    low, first, second, high = (world.create(p_priority=priority) for priority in (10, 50, 50, 90))
    assert ids(world.claim()) == [high, first, second]
    assert world.claim() == []
    assert world.mission(low)["state"] == "QUEUED"


def test_lowest_free_slot_is_taken(world: World) -> None:
    missions = [world.create() for _ in range(3)]
    world.claim()
    world.ask("rex_cancel_mission", p_mission_id=missions[1])
    fourth = world.create()
    world.claim()
    assert one(world.db, "select slot from public.rex_reservations where mission_id = %s", fourth) == 2
    assert_invariants(world.db)


def test_turns_go_round_the_accounts(db: Connection, world: World) -> None:
    other = make_world(db)
    mine, theirs = [world.create() for _ in range(3)], [other.create() for _ in range(2)]
    assert set(ids(world.claim(p_limit=2))) == {mine[0], theirs[0]}
    assert set(ids(world.claim(p_limit=2))) == {mine[1], theirs[1]}
    assert ids(world.claim(p_limit=2)) == [mine[2]]


def test_turn_is_the_accounts_not_the_crews(db: Connection, world: World) -> None:
    other = make_world(db)
    for account in (world, other):
        moved = [account.create() for _ in range(2)][1]
        db.execute("update public.rex_missions set ready = false where id = %s", (moved,))
        db.execute("update public.rex_missions set crew = 'campaign_crew', type = 'campaign_execution' where id = %s", (moved,))
        db.execute("update public.rex_missions set ready = true where id = %s", (moved,))
    for _ in range(2):
        assert {mission["user_id"] for mission in world.claim(p_limit=2)} == {str(world.account), str(other.account)}


def test_one_decision_for_a_batch_named_by_each_row(world: World) -> None:
    for _ in range(3):
        world.create()
    world.claim()
    decision = one(world.db, "select to_jsonb(d) from public.rex_decisions d")
    assert (decision["layer"], decision["rule"], decision["params"]["missions"]) == (2, "resource_allocation", 3)
    rows = world.db.execute("select decision_id from public.rex_logs where action = 'claim_missions'").fetchall()
    assert [str(row[0]) for row in rows] == [decision["id"]] * 3
    assert (world.said("mission.assigned"), world.said("resource.allocated")) == (3, 1)


def test_repeat_returns_the_same_missions_and_takes_none(world: World) -> None:
    given = {"p_request_id": request_id(), "p_limit": 2}
    for _ in range(3):
        world.create()
    first = world.run("rex_claim_missions", **given)
    assert len(first["missions"]) == 2
    assert world.run("rex_claim_missions", **given) == first
    assert one(world.db, "select count(*) from public.rex_reservations") == 2
    with refused(422, "request_id_reused"):
        world.run("rex_claim_missions", **given | {"p_limit": 3})


def test_enough_domains_for_the_audience_and_no_more(db: Connection) -> None:
    world = make_world(db, domain=False)
    for reputation in (0.7, 0.95, 0.9, 0.69):
        world.add_domain(cap=10, reputation=reputation)
    world.create(leads=world.add_leads(80))
    world.claim()
    taken = db.execute("select reputation from public.rex_domain_pool where campaign_id is not null order by reputation").fetchall()
    assert [float(row[0]) for row in taken] == [0.9, 0.95]
    assert one(db, "select count(*) from public.rex_logs where action = 'assign_domain' and decision_id is not null") == 2
    assert_invariants(db)


def test_domains_that_cannot_send_are_not_taken(db: Connection) -> None:
    world = make_world(db, domain=False)
    world.add_domain(reputation=0.6)
    world.add_domain(inboxes=0)
    db.execute("update public.rex_domain_pool set paused_at = rex.now() where id = %s", (world.add_domain(),))
    db.execute("update public.rex_inboxes set checked_version = null where domain_id = %s", (world.add_domain(),))
    mission = world.create()
    answer = world.run("rex_claim_missions")
    assert answer["missions"] == []
    assert answer["waiting"] == [{"mission_id": str(mission), "waiting_for": "domain"}]
    assert one(db, "select count(*) from public.rex_domain_pool where campaign_id is not null") == 0
    assert_invariants(db)


def test_lack_of_a_domain_is_announced_once_and_healed(db: Connection, clock: Clock) -> None:
    world = make_world(db, domain=False)
    mission = world.create()
    since = None
    for _ in range(3):
        assert world.claim() == []
        since = since or world.mission(mission)["waiting_since"]
        assert world.mission(mission)["waiting_since"] == since
        clock.advance(minutes=6)
        world.run("rex_wake_missions")
    assert world.said("resource.exhausted") == 1
    world.add_domain()
    clock.advance(minutes=6)
    assert world.run("rex_wake_missions")["woken"] == 1
    assert ids(world.claim()) == [mission]
    assert world.mission(mission)["waiting_for"] is None
    assert_invariants(db)


def test_mission_without_domain_holds_up_no_other(db: Connection) -> None:
    world = make_world(db, domain=False)
    blocked = [world.create(p_campaign_id=world.add_campaign(f"c{n}"), p_priority=90) for n in range(3)]
    domain = world.add_domain()
    db.execute("update public.rex_domain_pool set campaign_id = %s where id = %s", (world.campaign, domain))
    served = world.create()
    claimed = ids(world.claim()) + ids(world.claim())
    assert claimed == [served]
    assert all(world.mission(mission)["waiting_for"] == "domain" for mission in blocked)


def test_one_run_of_the_scheduler_gets_past_many_that_are_blocked(db: Connection, database: str) -> None:
    world = make_world(db, domain=False)
    blocked = world.add_campaign("blocked")
    for _ in range(30):
        world.create(world.add_leads(1), p_campaign_id=blocked, p_priority=50)
    db.execute("update public.rex_domain_pool set campaign_id = %s where id = %s", (world.campaign, world.add_domain()))
    served = world.create()
    with connect(database) as connection:
        done = schedule_missions(machinery=SqlMachinery(connection), nudge=Nudged())
    assert done == {"claimed": 1, "planned": 1, "waiting": 30}
    assert world.mission(served)["state"] == "ASSIGNED"


def test_domain_whose_lock_somebody_holds_for_a_moment_is_not_lacking(world: World, database: str) -> None:
    mission = world.create()
    with connect(database) as measuring, measuring.transaction():
        measuring.execute("select from public.rex_domain_pool for no key update")
        assert world.run("rex_claim_missions")["waiting"] == []
    assert (world.mission(mission)["state"], world.mission(mission)["waiting_for"]) == ("QUEUED", None)
    assert ids(world.claim()) == [mission]


def test_prewarmed_domain_becomes_the_accounts_own(db: Connection) -> None:
    world = make_world(db, domain=False)
    db.execute(
        "insert into public.rex_domain_pool (domain, tier, status, reputation, verified_at) select 'p' || n || '.example', 'prewarmed', 'active',"
        " 0.7 + n / 10.0, rex.now() from generate_series(0, 2) as n"
    )
    world.create()
    assert world.claim() == []
    taken = one(db, "select id from public.rex_domain_pool where user_id = %s", world.account)
    assert one(db, "select reputation::float from public.rex_domain_pool where id = %s", taken) == 0.9
    world.add_inbox(taken)
    db.execute("update public.rex_missions set ready = true, waiting_for = null")
    assert len(world.claim()) == 1
    assert one(db, "select count(*) from public.rex_domain_pool where user_id = %s", world.account) == 1
    assert_invariants(db)


def test_shares_never_exceed_the_limit_and_free_when_released(world: World, clock: Clock) -> None:
    big, small = world.create(p_priority=60), world.create()
    set_model(world, big, 9_000)
    set_model(world, small, 2_000)
    answer = world.run("rex_claim_missions")
    assert ids(answer["missions"]) == [big]
    assert answer["waiting"] == [{"mission_id": str(small), "waiting_for": "quota"}]
    assert one(world.db, "select reserved from public.rex_api_limits where provider = 'openai'") == 9_000
    assert_invariants(world.db)
    clock.advance(minutes=2)
    assert world.run("rex_wake_missions")["woken"] == 0
    world.ask("rex_cancel_mission", p_mission_id=big)
    clock.advance(minutes=6)
    assert world.run("rex_wake_missions")["woken"] == 1
    assert ids(world.claim()) == [small]
    assert_invariants(world.db)


def test_plan_makes_the_first_task_of_each_batch_ready(world: World) -> None:
    mission = world.create(leads=world.add_leads(60))
    world.claim()
    assert world.plan(mission, agents=4) == {"planned": [str(mission)], "refused": []}
    states = world.db.execute("select batch, position, state::text from public.rex_tasks order by 1, 2").fetchall()
    assert states == [(batch, n, "READY" if n == 1 else "BLOCKED") for batch in (1, 2) for n in (1, 2, 3, 4)]
    assert_invariants(world.db)


def test_second_plan_changes_nothing(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission)
    assert world.plan(mission, agents=4)["planned"] == [str(mission)]
    assert one(world.db, "select count(*) from public.rex_tasks") == 2


def test_repeated_plan_answers_the_same(world: World) -> None:
    mission = world.create()
    world.claim()
    task = {"agent": "researcher", "batch": 1, "position": 1}
    given: dict[str, Any] = {"p_request_id": request_id(), "p_plans": [{"mission_id": str(mission), "fence": 1, "tasks": [task]}]}
    first = world.run("rex_plan_missions", **given)
    world.advance(mission, "ESCALATED", p_error_code="x")
    assert world.run("rex_plan_missions", **given) == first
    given["p_plans"][0]["fence"] = 2
    with refused(422, "request_id_reused"):
        world.run("rex_plan_missions", **given)


def test_plan_is_refused_when_stale_or_too_early_or_paused(world: World) -> None:
    mission, queued = world.create(), world.create(p_priority=1)
    world.claim(p_limit=1)
    task = {"agent": "researcher", "batch": 1, "position": 1}

    def plan(target: uuid.UUID, fence: int, tasks: list[Any]) -> str:
        answer = world.run("rex_plan_missions", p_plans=[{"mission_id": str(target), "fence": fence, "tasks": tasks}])
        return str(answer["refused"][0]["code"])

    assert plan(mission, 0, [task]) == "stale"
    assert plan(mission, 1, []) == "empty"
    assert plan(queued, 0, [task]) == "not_assigned"
    assert plan(uuid.uuid4(), 0, [task]) == "unknown"
    with refused(422, "plan_invalid"):
        plan(mission, 1, [task | {"batch": 2}])
    world.ask("rex_pause", p_scope="account")
    assert plan(mission, 1, [task]) == "paused"
    assert one(world.db, "select count(*) from public.rex_tasks") == 0


def test_old_requests_are_pruned(world: World, clock: Clock) -> None:
    world.create()
    clock.advance(hours=23)
    world.run("rex_claim_missions")
    clock.advance(hours=2)
    world.db.execute("set role service_role")
    assert one(world.db, "select public.rex_prune_requests()") == {"pruned": 1}
    world.db.execute("reset role")
    assert one(world.db, "select command from public.rex_requests") == "claim_missions"


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_claim_that_meets_a_pause_assigns_nothing(world: World, rival: Rival, scope: str) -> None:
    mission = world.create()
    target = {"account": world.account, "campaign": world.campaign, "mission": mission}[scope]
    with world.db.transaction():
        world.ask("rex_pause", p_scope=scope, p_id=target)
        claimed = rival.run("rex_claim_missions")
    assert claimed.result()["missions"] == []
    assert world.mission(mission)["state"] == "QUEUED"
    world.ask("rex_resume", p_scope=scope, p_id=target)
    assert ids(world.claim()) == [mission]
    assert_invariants(world.db)


def test_two_claims_at_once_stay_within_the_slots(world: World, rival: Rival) -> None:
    missions = [world.create() for _ in range(5)]
    with world.db.transaction():
        assert len(world.claim(p_limit=2)) == 2
        claimed = rival.run("rex_claim_missions")
    assert claimed.result()["missions"] == [], "the crew is the first claim's"
    assert ids(world.claim()) == [missions[2]]
    assert_invariants(world.db)
