"""A failed mission is tried again from where it stopped, at most 3 times, and then goes to a person."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_service, as_superuser, call, one, refused, request_id
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world

DECISION = {
    "layer": 2, "rule": "error_escalation", "rule_version": 1, "action": "retry", "params": {}, "reason": "recoverable",
    "confidence": 1, "alternatives": [], "context": {},
}  # fmt: skip


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def to_recover(world: World, **arguments: Any) -> list[Any]:
    as_service(world.db)
    try:
        missions: list[Any] = call(world.db, "rex_missions_to_recover", **arguments)["missions"]
    finally:
        as_superuser(world.db)
    return missions


def recover(world: World, mission: uuid.UUID, to: str = "QUEUED", **arguments: Any) -> Any:
    given = {"p_version": world.mission(mission)["version"], "p_reason": "recoverable", "p_decision": DECISION} | arguments
    if to == "QUEUED":
        given = {"p_retry_in_seconds": 30} | given
    return world.run("rex_recover_mission", p_mission_id=mission, p_to=to, **given)


def work(world: World, result: dict[str, Any] | None = None, error: str | None = None) -> Any:
    """One task is claimed and completed, or failed for good."""
    tasks = world.run("rex_claim_tasks", p_worker="w", p_limit=1)["tasks"]
    for task in tasks:
        held = {"p_task_id": task["task_id"], "p_fence": task["fence"]}
        if error:
            world.run("rex_fail_task", **held, p_error_code=error, p_error="what it said")
        else:
            world.run("rex_complete_task", **held, p_result=result or {})
        return task
    return None


def drafts(world: World, mission: uuid.UUID, state: str = "draft") -> dict[str, Any]:
    leads = world.db.execute("select lead_id from public.rex_mission_leads where mission_id = %s order by 1", (mission,)).fetchall()
    rows = []
    for (lead,) in leads:
        address = one(
            world.db,
            "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source, consent_at)"
            " values (%s, %s, 'email', %s || '@rex.example', 'consent', 's', now()) on conflict (user_id, channel, address)"
            " do update set consent_source = 's' returning id",
            world.account, lead, str(lead),
        )  # fmt: skip
        rows.append(
            {
                "lead_id": str(lead),
                "step": 1,
                "state": state,
                "channel": "email",
                "address_id": str(address),
                "subject": "s",
                "body_text": "t",
            }
        )
    return {"outreach": rows}


def failed(world: World, before: int = 1) -> uuid.UUID:
    """A mission whose task number `before` + 1 failed for good, and with it all leads."""
    mission = world.create()
    world.claim()
    world.plan(mission, agents=4)
    for number in range(before):
        work(world, drafts(world, mission) if number == 0 else drafts(world, mission, "passed"))
    work(world, error="agent_failed")
    assert world.advance(mission, "FAILED", p_error_code="no_lead_left")["moved"]
    return mission


def states(world: World, mission: uuid.UUID) -> list[str]:
    rows = world.db.execute("select state::text from public.rex_tasks where mission_id = %s order by position", (mission,)).fetchall()
    return [row[0] for row in rows]


def test_failed_mission_is_found_with_what_failed(world: World) -> None:
    mission = failed(world)
    world.ask("rex_cancel_mission", p_mission_id=failed(world))
    found = to_recover(world)
    assert [row["mission_id"] for row in found] == [str(mission)]
    assert (found[0]["error_code"], found[0]["task_error_codes"]) == ("no_lead_left", ["agent_failed"])
    assert "what it said" not in str(found), "codes alone"


def test_retry_waits_and_resumes_at_the_first_unfinished_task(world: World, clock: Clock) -> None:
    mission = failed(world, before=2)
    answer = recover(world, mission)
    assert (answer["state"], answer["moved"]) == ("QUEUED", True)
    row = world.mission(mission)
    assert (row["retry_count"], row["round"], row["waiting_for"], row["ready"], row["error_code"]) == (1, 1, "not_before", False, None)
    assert states(world, mission) == ["COMPLETED", "COMPLETED", "READY", "BLOCKED"]
    assert one(world.db, "select array_agg(distinct outcome::text) from public.rex_mission_leads") == ["pending"]
    assert one(world.db, "select array_agg(distinct state::text) from public.rex_outreach") == ["passed"], "as the failed task found it"
    assert_invariants(world.db)
    assert world.claim() == []
    clock.advance(seconds=31)
    world.run("rex_wake_missions")
    assert [row["mission_id"] for row in world.claim()] == [str(mission)]
    task = work(world)
    assert (task["position"], task["retry_count"]) == (3, 0)
    assert_invariants(world.db)


def test_mission_that_failed_unplanned_is_planned(world: World) -> None:
    mission = world.create()
    world.claim()
    world.advance(mission, "FAILED", p_error_code="database_failed")
    recover(world, mission, p_retry_in_seconds=0)
    world.run("rex_wake_missions")
    world.claim()
    assert world.to_move()[str(mission)]["planned"] is False
    assert world.plan(mission)["planned"] == [str(mission)]
    assert_invariants(world.db)


def test_what_was_begun_is_not_touched(world: World) -> None:
    mission = world.collecting(leads=world.add_leads(3))
    world.add_outreach(mission, "sent")
    world.settle(mission, "failed")
    world.advance(mission, "FAILED", p_error_code="database_failed")
    recover(world, mission)
    assert one(world.db, "select array_agg(distinct state::text) from public.rex_outreach") == ["sent"]
    assert one(world.db, "select array_agg(distinct outcome::text) from public.rex_mission_leads") == ["failed"]


def test_lead_whose_message_was_refused_stays_failed(world: World) -> None:
    mission = failed(world)
    world.db.execute(
        "update public.rex_outreach set begun_at = rex.now(), state = 'refused', inbox_id = (select id from public.rex_inboxes)"
    )
    recover(world, mission)
    assert one(world.db, "select array_agg(distinct outcome::text) from public.rex_mission_leads") == ["failed"]


def test_lead_that_failed_by_itself_stays_failed(world: World) -> None:
    mission = failed(world)
    lead = one(world.db, "select lead_id from public.rex_mission_leads order by 1 limit 1")
    world.db.execute("update public.rex_mission_leads set reason = 'phone_dead' where lead_id = %s", (lead,))
    recover(world, mission)
    outcomes: dict[uuid.UUID, str] = dict(world.db.execute("select lead_id, outcome::text from public.rex_mission_leads").fetchall())
    assert sorted(outcomes.values()) == ["failed", "pending"]
    assert outcomes[lead] == "failed"


def test_fourth_retry_is_refused_and_the_mission_goes_to_a_person(world: World) -> None:
    mission = world.create()
    for _ in range(3):
        world.advance(mission, "FAILED", p_error_code="database_failed")
        recover(world, mission)
    world.advance(mission, "FAILED", p_error_code="database_failed")
    with refused(409, "retries_spent"):
        recover(world, mission)
    assert recover(world, mission, p_version=0)["moved"] is False, "who saw it before is told that it is too late, not that it erred"
    assert recover(world, mission, "ESCALATED", p_error_code="database_failed")["moved"]
    assert world.mission(mission)["state"] == "ESCALATED"
    assert world.said("error.escalation") == 1
    assert to_recover(world) == []
    assert_invariants(world.db)


def test_old_version_or_a_cancel_meanwhile_changes_nothing(world: World) -> None:
    mission = failed(world)
    version = world.mission(mission)["version"]
    assert recover(world, mission, p_version=version - 1)["moved"] is False
    world.ask("rex_cancel_mission", p_mission_id=mission)
    assert recover(world, mission, p_version=version)["moved"] is False
    assert recover(world, mission)["moved"] is False
    assert world.mission(mission)["error_code"] == "cancelled"
    assert one(world.db, "select count(*) from public.rex_decisions where rule = 'error_escalation'") == 0


def test_repeat_retries_once(world: World) -> None:
    mission = failed(world)
    given = {"p_version": world.mission(mission)["version"], "p_request_id": request_id()}
    assert recover(world, mission, **given) == recover(world, mission, **given)
    assert world.mission(mission)["retry_count"] == 1


def test_stale_worker_of_the_failed_try_changes_nothing(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission)
    task = world.run("rex_claim_tasks", p_worker="w", p_limit=1)["tasks"][0]
    world.advance(mission, "FAILED", p_error_code="database_failed")
    recover(world, mission, p_retry_in_seconds=0)
    answer = world.run("rex_complete_task", p_task_id=task["task_id"], p_fence=task["fence"], p_result={})
    assert (answer["done"], answer["code"]) == (False, "stale")
    assert states(world, mission) == ["READY", "BLOCKED"]


def test_poison_missions_starve_no_other(world: World) -> None:
    missions = [world.create() for _ in range(3)]
    for mission in missions:
        world.advance(mission, "FAILED", p_error_code="strange")
    seen = [to_recover(world, p_limit=1)[0]["mission_id"] for _ in range(6)]
    assert sorted(seen[:3]) == sorted(map(str, missions)), "each has its turn although none is ever recovered"
    assert seen[:3] == seen[3:]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"to": "COMPLETED"}, 422, "recovery_invalid"),
        ({"p_retry_in_seconds": None}, 422, "retry_invalid"),
        ({"p_retry_in_seconds": 86401}, 422, "retry_invalid"),
        ({"p_mission_id": uuid.uuid4()}, 404, "mission_unknown"),
    ],
)
def test_bad_input_is_refused(world: World, arguments: dict[str, Any], status: int, code: str) -> None:
    mission = failed(world)
    given = {"p_to": arguments.pop("to", "QUEUED"), "p_mission_id": mission, "p_version": world.mission(mission)["version"]}
    with refused(status, code):
        world.run("rex_recover_mission", **({"p_reason": "r", "p_retry_in_seconds": 1} | given | arguments))


def test_paused_mission_stays_paused(world: World) -> None:
    mission = world.create()
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    world.advance(mission, "FAILED", p_error_code="database_failed")
    recover(world, mission, p_retry_in_seconds=0)
    assert world.claim() == []
    world.ask("rex_resume", p_scope="mission", p_id=mission)
    world.run("rex_wake_missions")
    assert len(world.claim()) == 1
    assert_invariants(world.db)
