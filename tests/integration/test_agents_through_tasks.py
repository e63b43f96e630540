"""The agents' answers do to the database what they mean: every lead of a mission is decided, and what is left is due."""

import json
import uuid
from typing import Any

import pytest

from rex.domain.agents import run_agent
from rex.domain.crews import CREWS
from rex.domain.missions import ClaimedMission
from rex.domain.plans import as_argument, plan
from rex.domain.tasks import ClaimedTask, TaskContext
from tests.support.database import Connection, as_service, as_superuser, call
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world

GOOD = {"subject": "A word about planning", "text": "Hello {{ lead.first_name or 'there' }},\n\nwould {{ offer }} help?\n\n{{ link }}"}
LOUD = {"subject": "Good news for {{ lead.first_name }}!!!", "text": "Hello {{ lead.first_name }},\n\nA SHORTER WEEK!!! {{ link }}"}
SPAM = {"subject": "A word", "text": "Hello, click here to earn money."}


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def use_steps(world: World, *steps: dict[str, Any]) -> None:
    rows = [{"delay_hours": 72 * number, "templates": templates} for number, templates in enumerate(steps)]
    world.db.execute(
        "update public.rex_campaigns set steps = %s, offer = 'a shorter week' where id = %s", (json.dumps(rows), world.campaign)
    )


def add_lead(world: World, email: bool = True, **fields: Any) -> uuid.UUID:
    (lead,) = world.add_leads(1)
    for name, value in fields.items():
        world.db.execute(f"update public.rex_leads set {name} = %s where id = %s", (value, lead))
    if email:
        world.db.execute(
            "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
            " values (%s, %s, 'email', %s, 'consent', 'form')",
            (world.account, lead, f"{lead}@lead.example"),
        )
    return lead


def suppress(world: World, lead: uuid.UUID) -> None:
    world.db.execute(
        "insert into public.rex_suppressions select user_id, channel, address_hash, 'unsubscribed' from public.rex_lead_addresses where lead_id = %s",
        (lead,),
    )


def start(world: World, leads: list[uuid.UUID], **arguments: Any) -> uuid.UUID:
    mission = world.create(leads, **arguments)
    claimed = [ClaimedMission.model_validate(row) for row in world.claim()]
    answer = world.run("rex_plan_missions", p_plans=[as_argument(each, plan(each)) for each in claimed])
    assert answer["planned"] == [str(mission)]
    return mission


def work(world: World) -> list[str]:
    """Until no task is left; which agents worked, in order."""
    worked: list[str] = []
    while tasks := world.run("rex_claim_tasks", p_worker="test")["tasks"]:
        for row in tasks:
            task = ClaimedTask.model_validate(row)
            result = run_agent(TaskContext.model_validate(shown(world, task) | {"task": task}))
            answer = world.run("rex_complete_task", p_task_id=task.task_id, p_fence=task.fence, p_result=result.as_argument())
            assert answer["done"], answer
            worked.append(task.agent)
        assert len(worked) < 100, "tasks never end"
    return worked


def shown(world: World, task: ClaimedTask) -> dict[str, Any]:
    as_service(world.db)
    try:
        context: dict[str, Any] = call(world.db, "rex_task_context", p_task_id=task.task_id, p_fence=task.fence)
    finally:
        as_superuser(world.db)
    return context


def outcomes(world: World, mission: uuid.UUID) -> dict[uuid.UUID, tuple[str, str | None]]:
    rows = world.db.execute(
        "select lead_id, outcome::text, reason from public.rex_mission_leads where mission_id = %s", (mission,)
    ).fetchall()
    return {lead: (outcome, reason) for lead, outcome, reason in rows}


def messages(world: World, mission: uuid.UUID) -> list[tuple[Any, ...]]:
    return world.db.execute(
        "select lead_id, step, state::text, due_at is not null, follows_id is not null from public.rex_outreach"
        " where mission_id = %s order by lead_id, step",
        (mission,),
    ).fetchall()


def assert_may_collect(world: World, mission: uuid.UUID) -> None:
    """Nothing of the agents' work stands in the way of the next stage, and no lead was left behind."""
    assert_invariants(world.db)
    assert world.advance(mission, "COLLECTING")["moved"]
    assert_invariants(world.db)


def test_each_lead_is_decided_for_its_own_reason(world: World) -> None:
    use_steps(world, {"default": GOOD}, {"default": GOOD})
    good, removed, out, mute = add_lead(world), add_lead(world), add_lead(world), add_lead(world, email=False)
    closed = add_lead(world, time_zones=["America/Los_Angeles", "Europe/Berlin"])
    suppress(world, out)
    mission = start(world, [good, removed, out, mute, closed])
    world.db.execute("update public.rex_leads set removed_at = rex.now() where id = %s", (removed,))
    assert work(world) == ["researcher", "writer", "compliance", "quality_control"]
    assert outcomes(world, mission) == {
        good: ("scheduled", None),
        removed: ("cancelled", "removed"),
        out: ("suppressed", "unsubscribed"),
        mute: ("rejected", "no_email_address"),
        closed: ("rejected", "no_permitted_hours"),
    }
    assert [row for row in messages(world, mission) if row[0] == good] == [
        (good, 1, "scheduled", True, False),
        (good, 2, "scheduled", False, True),
    ]
    assert {row[2] for row in messages(world, mission) if row[0] == closed} == {"rejected"}
    assert_may_collect(world, mission)


def test_loud_message_is_written_once_more_and_then_scheduled(world: World) -> None:
    use_steps(world, {"default": GOOD, "decision_maker": LOUD})
    loud, plain = add_lead(world, title="CEO"), add_lead(world)
    mission = start(world, [loud, plain])
    assert work(world) == ["researcher", "writer", "compliance", "quality_control", "writer", "compliance", "quality_control"]
    assert set(outcomes(world, mission).values()) == {("scheduled", None)}
    rows = world.db.execute(
        "select lead_id, angle, reworked, subject from public.rex_mission_leads join public.rex_outreach using (mission_id, lead_id) where mission_id = %s",
        (mission,),
    ).fetchall()
    assert set(rows) == {(loud, "decision_maker", True, GOOD["subject"]), (plain, "default", False, GOOD["subject"])}
    assert_may_collect(world, mission)


def test_spam_is_left_out_after_its_second_attempt(world: World) -> None:
    use_steps(world, {"default": GOOD}, {"default": SPAM})
    lead = add_lead(world)
    mission = start(world, [lead])
    assert work(world).count("quality_control") == 2
    assert outcomes(world, mission) == {lead: ("rejected", "spam_words")}
    assert {row[2] for row in messages(world, mission)} == {"rejected"}
    assert_may_collect(world, mission)


def test_broken_template_leaves_every_lead_out_and_fails_no_task(world: World) -> None:
    use_steps(world, {"default": {"subject": "s", "text": "{{ lead.__class__ }}"}})
    leads = [add_lead(world), add_lead(world)]
    mission = start(world, leads)
    work(world)
    assert outcomes(world, mission) == dict.fromkeys(leads, ("rejected", "template_broken"))
    assert_may_collect(world, mission)


def test_what_a_person_wants_to_see_first_is_held(world: World) -> None:
    use_steps(world, {"default": GOOD}, {"default": GOOD})
    lead = add_lead(world)
    mission = start(world, [lead], p_review="all")
    work(world)
    assert outcomes(world, mission) == {lead: ("held", None)}
    assert [row[2] for row in messages(world, mission)] == ["held", "held"]
    assert_may_collect(world, mission)


def test_suppression_between_two_agents_stops_the_lead(world: World) -> None:
    use_steps(world, {"default": GOOD})
    lead = add_lead(world)
    mission = start(world, [lead])
    (row,) = world.run("rex_claim_tasks", p_worker="test")["tasks"]
    task = ClaimedTask.model_validate(row)
    result = run_agent(TaskContext.model_validate(shown(world, task) | {"task": task}))
    suppress(world, lead)
    assert world.run("rex_complete_task", p_task_id=task.task_id, p_fence=task.fence, p_result=result.as_argument())["done"]
    work(world)
    assert outcomes(world, mission) == {lead: ("suppressed", "unsubscribed")}
    assert messages(world, mission) == []
    assert_may_collect(world, mission)


def test_crews_are_those_of_the_database(world: World) -> None:
    rows = world.db.execute("select crew from public.rex_crews where user_id = %s", (world.account,)).fetchall()
    assert {row[0] for row in rows} == {crew.name for crew in CREWS}
