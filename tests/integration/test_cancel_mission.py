"""Once a cancel is answered nothing of the mission can begin, and it holds nothing any more."""

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.support.database import Connection, as_person, as_superuser, call, one, refused, request_id, sign_up
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def cancel(world: World, mission: uuid.UUID, **arguments: Any) -> Any:
    return world.ask("rex_cancel_mission", p_mission_id=mission, **arguments)


def outcomes(world: World, mission: uuid.UUID) -> set[tuple[str, int]]:
    rows = world.db.execute("select outcome::text, count(*) from public.rex_mission_leads where mission_id = %s group by 1", (mission,))
    return {(row[0], row[1]) for row in rows.fetchall()}


def test_queued_mission_is_cancelled(world: World) -> None:
    mission = world.create()
    assert cancel(world, mission) == {"mission_id": str(mission), "state": "FAILED", "cancelled": 0, "in_flight": 0}
    row = world.mission(mission)
    assert (row["state"], row["error_code"], row["ready"]) == ("FAILED", "cancelled", False)
    assert outcomes(world, mission) == {("cancelled", 2)}
    assert world.said("mission.cancelled") == 1
    assert world.claim() == []
    assert_invariants(world.db)


def test_working_mission_gives_everything_back(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission)
    cancel(world, mission)
    assert one(world.db, "select count(*) from public.rex_tasks where state <> 'CANCELLED'") == 0
    assert one(world.db, "select held from public.rex_crews where crew = 'dead_lead_crew'") == 0
    assert one(world.db, "select campaign_id from public.rex_domain_pool") is None
    assert_invariants(world.db)


def test_unsent_messages_are_cancelled_and_those_in_flight_are_told(world: World) -> None:
    mission = world.collecting(leads=world.add_leads(3))
    world.settle(mission, "scheduled")
    sending, sent, *_ = world.add_outreach(mission, "scheduled")
    world.add_outreach(mission, "scheduled", step=2)
    world.db.execute(
        "update public.rex_outreach set state = 'sending', begun_at = rex.now(), lease_until = rex.now(), inbox_id = (select id from"
        " public.rex_inboxes) where id = %s", (sending,),
    )  # fmt: skip
    world.db.execute(
        "update public.rex_outreach set state = 'sent', begun_at = rex.now(), handed_over_at = rex.now(), inbox_id = (select id from"
        " public.rex_inboxes) where id = %s", (sent,),
    )  # fmt: skip
    world.db.execute(
        "update public.rex_mission_leads set outcome = 'sent' where lead_id = (select lead_id from public.rex_outreach where id = %s)",
        (sent,),
    )
    answer = cancel(world, mission)
    assert (answer["cancelled"], answer["in_flight"]) == (4, 1)
    assert outcomes(world, mission) == {("cancelled", 1), ("scheduled", 1), ("sent", 1)}


def test_domain_stays_with_the_campaign_while_another_mission_needs_it(world: World) -> None:
    first, second = world.create(), world.create()
    world.claim()
    cancel(world, first)
    assert one(world.db, "select campaign_id from public.rex_domain_pool") == world.campaign
    world.advance(second, "ESCALATED", p_error_code="x")
    assert one(world.db, "select campaign_id from public.rex_domain_pool") == world.campaign
    cancel(world, second)
    assert one(world.db, "select campaign_id from public.rex_domain_pool") is None
    assert_invariants(world.db)


@pytest.mark.parametrize("state", ["FAILED", "ESCALATED"])
def test_failed_and_escalated_missions_are_cancelled_too(world: World, state: str) -> None:
    mission = world.create()
    world.claim()
    world.advance(mission, state, p_error_code="broken")
    cancel(world, mission)
    assert world.mission(mission)["error_code"] == "cancelled"
    assert_invariants(world.db)


def test_cancelled_twice_answers_the_same(world: World) -> None:
    mission = world.collecting()
    world.add_outreach(mission, "scheduled")
    first = cancel(world, mission)
    before = world.mission(mission)
    assert cancel(world, mission) == first
    assert first["cancelled"] == 2
    assert world.mission(mission) == before
    assert world.said("mission.cancelled") == 1


def test_repeat_changes_nothing(world: World) -> None:
    mission, other = world.create(), world.create()
    given = {"p_request_id": request_id()}
    assert cancel(world, mission, **given) == cancel(world, mission, **given)
    with refused(422, "request_id_reused"):
        cancel(world, other, **given)
    assert world.mission(other)["state"] == "QUEUED"


def test_completed_mission_stays(world: World) -> None:
    mission = world.collecting()
    for state in ("ANALYZING", "COMPLETED"):
        world.advance(mission, state)
    with refused(409, "mission_completed"):
        cancel(world, mission)


def test_nothing_leaves_a_cancelled_mission(world: World) -> None:
    mission = world.create()
    cancel(world, mission)
    with refused(409, "illegal_transition"):
        world.advance(mission, "ESCALATED", p_error_code="x")
    with refused(409, "illegal_transition"):
        world.db.execute("update public.rex_missions set state = 'QUEUED', error_code = null, finished_at = null where id = %s", (mission,))


def test_others_missions_are_unknown(world: World, db: Connection) -> None:
    mission = world.create()
    with refused(404, "mission_unknown"):
        cancel(make_world(db), mission)
    viewer = sign_up(db)
    db.execute("insert into public.rex_members values (%s, %s, 'viewer')", (world.account, viewer))
    as_person(db, viewer)
    with refused(403, "role_too_low"):
        call(db, "rex_cancel_mission", p_account=world.account, p_request_id="r", p_mission_id=mission)
    as_superuser(db)


def test_ten_thousand_leads_are_cancelled_in_time(world: World) -> None:
    mission = world.create(leads=world.add_leads(10_000))
    world.claim()
    world.settle(mission, "scheduled")
    world.add_outreach(mission, "scheduled")
    world.db.execute("set statement_timeout = '8s'")
    assert cancel(world, mission)["cancelled"] == 10_000
    assert outcomes(world, mission) == {("cancelled", 10_000)}


def test_cancel_that_meets_the_start_of_a_mission_goes_on_from_there(world: World, rival: Rival) -> None:
    """Of a type without campaign: nothing but the mission itself stands between the two."""
    mission = uuid.UUID(world.ask("rex_rotate_domain", p_domain_id=one(world.db, "select id from public.rex_domain_pool"))["mission_id"])
    world.claim()
    task = {"agent": "reputation_tracker", "batch": 1, "position": 1, "input": {}}
    world.run("rex_plan_missions", p_plans=[{"mission_id": str(mission), "fence": 1, "tasks": [task]}])
    with world.db.transaction():
        assert len(world.run("rex_claim_tasks", p_worker="test")["tasks"]) == 1
        cancelled = rival.start(lambda db: cancel(replace(world, db=db), mission))
    assert cancelled.result()["state"] == "FAILED"
    trail = world.db.execute(
        "select from_state, to_state from public.rex_logs where entity = 'mission' and entity_id = %s and to_state is not null order by id",
        (mission,),
    ).fetchall()
    assert trail[-2:] == [("ASSIGNED", "EXECUTING"), ("EXECUTING", "FAILED")]
    assert one(world.db, "select state::text from public.rex_tasks") == "CANCELLED"
    assert_invariants(world.db)
