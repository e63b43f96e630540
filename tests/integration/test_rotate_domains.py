"""A domain that does harm: what harms it is stopped first, then it is rotated, and never to dodge complaints."""

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from psycopg.types.json import Jsonb

from rex import settings
from rex.domain.bus import Envelope, MessageType
from rex.domain.bus.consuming import Handler, Tools
from rex.usecases.judge_domain import judge_domain
from rex.usecases.watch_domains import measure_domains
from tests.support.actors import add_people
from tests.support.api import request
from tests.support.bus import consume
from tests.support.database import Clock, Connection, as_person, call, connect, one, refused
from tests.support.harm import Machine, add_import, domain, domain_row, mail, next_hour, world
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival
from tests.support.sending_world import Sending, add_mission, open_all_hours

__all__ = ["domain", "world"]


@pytest.fixture
def machine(database: str) -> Iterator[Machine]:
    with connect(database) as connection:
        yield Machine(SqlMachinery(connection), Nudged())


def rotation(world: World) -> Any:
    return one(world.db, "select to_jsonb(m) from public.rex_missions m where type = 'domain_rotation'")


def rotations(world: World) -> int:
    count: int = one(world.db, "select count(*) from public.rex_missions where type = 'domain_rotation'")
    return count


def decisions(world: World) -> list[tuple[str, str]]:
    """Of the rule, in order."""
    rows = world.db.execute("select action, reason from public.rex_decisions where rule = 'domain_rotation' order by at").fetchall()
    return [(row[0], row[1]) for row in rows]


def states(sending: Sending) -> set[str]:
    return {row[0] for row in sending.db.execute("select state::text from public.rex_outreach where mission_id = %s", (sending.mission,))}


def fall_sick(world: World, machine: Machine, clock: Clock) -> None:
    """Blocked by mailbox providers, in two hourly values running."""
    mail(world, 60, "blocked", 40)
    for _ in range(2):
        next_hour(clock)
        machine.watch()


def test_import_whose_addresses_bounce_is_held_first(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    people = add_people(world, 70)
    source = add_import(world, people)
    others = add_people(world, 5)
    add_import(world, others)
    sent = add_mission(world, people[:60])
    outreach = sent.write()
    for lease in sent.claim():
        sent.begin(lease)
        sent.finish(lease)
    unsent, unharmed = add_mission(world, people[60:]), add_mission(world, others)
    unsent.write()
    unharmed.write()
    for message in outreach[:18]:
        sent.event(message, "hard_bounced")
    next_hour(clock)
    assert machine.watch()["hold_import"] == 1
    assert (states(unsent), states(unharmed)) == ({"held"}, {"scheduled"})
    assert {unsent.outcome(lead) for lead in unsent.leads} == {"held"}
    assert decisions(world) == [("hold_import", "import_harms")]
    assert one(world.db, "select entity_id from public.rex_logs where action = 'hold_import' and decision_id is not null") == source
    assert (world.said("error.import_harms"), rotations(world)) == (1, 0)
    assert machine.watch()["hold_import"] == 0, "once"
    assert_invariants(world.db)
    for _ in range(2):
        next_hour(clock)
        machine.watch()
    assert decisions(world)[1:] == [("start_rotation", "low_twice")], "it stayed below in two values since"
    assert rotation(world)["domain_id"] == str(domain)


def test_what_is_written_to_a_held_import_later_is_held_too(world: World) -> None:
    people = add_people(world, 2)
    source = add_import(world, people[:1])
    world.db.execute("update public.rex_imports set held_at = rex.now() where id = %s", (source,))
    mission = world.create(people)
    world.claim()
    world.plan(mission, agents=1)
    (task,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    given = {"p_task_id": task["task_id"], "p_fence": task["fence"]}
    addresses: dict[uuid.UUID, uuid.UUID] = dict(world.db.execute("select lead_id, id from public.rex_lead_addresses").fetchall())
    for state in ("draft", "passed"):
        result = [
            {"lead_id": str(lead), "step": step, "state": state, "channel": "email", "address_id": str(addresses[lead]), "subject": "s", "body_text": "t"}
            for lead in people for step in (1, 2)
        ]  # fmt: skip
        result = [row if state == "draft" else {key: row[key] for key in ("lead_id", "step", "state")} for row in result]
        world.db.execute("select rex.apply_outreach(t, array(select r from jsonb_populate_recordset(null::rex.outreach_result, %s) as r)) from public.rex_tasks t",
            (Jsonb(result),))  # fmt: skip
    done = [{"lead_id": str(lead), "step": step, "state": "scheduled"} for lead in people for step in (1, 2)]
    world.run("rex_complete_task", **given, p_result={"outreach": done})
    found = world.db.execute("select lead_id, array_agg(state::text) from public.rex_outreach group by 1").fetchall()
    assert dict(found) == {people[0]: ["held", "held"], people[1]: ["scheduled", "scheduled"]}
    assert one(world.db, "select outcome::text from public.rex_mission_leads where lead_id = %s", people[0]) == "held"
    assert_invariants(world.db)


def test_message_deferred_while_its_import_is_held_comes_back_held(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    people = add_people(world, 1)
    source = add_import(world, people)
    sending = add_mission(world, people)
    (message,) = sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["begun"]
    assert machine.commands.command("rex_hold_import", p_domain_id=str(domain), p_import_id=str(source)) == {
        "import_id": str(source), "held": 0, "done": True,
    }  # fmt: skip
    sending.finish(lease, "deferred")
    assert sending.row(message)["state"] == "held"
    clock.advance(hours=1)
    assert sending.claim() == []


def test_campaign_people_complain_about_is_paused_and_its_domain_not_rotated(world: World, machine: Machine, clock: Clock) -> None:
    for _ in range(2):
        mail(world, 30, "complained", 4)
    unsent = add_mission(world, add_people(world, 3))
    unsent.write()
    next_hour(clock)
    assert machine.watch()["pause_cause"] == 1
    assert one(world.db, "select paused_at is not null from public.rex_campaigns where id = %s", world.campaign)
    assert unsent.claim() == []
    assert decisions(world) == [("pause_cause", "campaign_harms")]
    assert (world.said("error.campaign_harms"), world.said("system.paused")) == (1, 1)
    for _ in range(4):
        next_hour(clock)
        machine.watch()
    assert rotations(world) == 0, "a fresh domain would dodge the complaints"
    assert_invariants(world.db)


def test_mission_people_complain_about_is_paused_alone(world: World, machine: Machine, clock: Clock) -> None:
    mail(world, 60)
    harming = mail(world, 30, "complained", 6)
    next_hour(clock)
    assert machine.watch()["pause_cause"] == 1
    assert world.mission(harming.mission)["paused_at"] is not None
    assert one(world.db, "select count(*) from public.rex_missions where paused_at is not null") == 1
    assert one(world.db, "select paused_at from public.rex_campaigns where id = %s", world.campaign) is None
    assert world.said("error.mission_harms") == 1
    assert_invariants(world.db)


def test_harm_before_the_last_decision_counts_no_more(world: World, machine: Machine, clock: Clock) -> None:
    harming = mail(world, 60, "complained", 6)
    next_hour(clock)
    machine.watch()
    world.ask("rex_resume", p_scope="mission", p_id=harming.mission)
    next_hour(clock)
    assert machine.watch()["pause_cause"] == 0, "nobody complained since a person let it go on"


def test_domain_sick_by_itself_is_rotated_after_two_low_values(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    mail(world, 60, "blocked", 40)
    next_hour(clock)
    assert machine.watch()["start_rotation"] == 0, "once is not enough"
    next_hour(clock)
    assert machine.watch()["start_rotation"] == 1
    assert machine.watch()["start_rotation"] == 0, "one at a time"
    assert (world.said("domain.rotation_needed"), rotation(world)["state"]) == (1, "QUEUED")
    machine.work()
    assert rotation(world)["state"] == "COMPLETED"
    assert (domain_row(world.db, domain)["status"], domain_row(world.db, domain)["campaign_id"]) == ("rotated", None)
    assert world.said("domain.rotated") == 1
    assert_invariants(world.db)


def test_message_is_judged_by_what_is_measured_when_it_is_handled_again(world: World, machine: Machine, clock: Clock) -> None:
    deaths = [KeyboardInterrupt()]

    def judge_and_die(message: Envelope, tools: Tools) -> None:
        judge_domain(message, tools)
        if deaths:
            raise deaths.pop()

    judging = {"judge_domain": Handler(handle=judge_and_die, types=frozenset({MessageType.DOMAIN_HEALTH}))}
    mail(world, 60, "blocked", 40)
    for hour in range(2):
        next_hour(clock)
        measure_domains(machinery=machine.commands, nudge=machine.nudge)
        if hour == 0:
            with pytest.raises(KeyboardInterrupt):
                consume(machine.commands.db, judging)
            assert rotations(world) == 0
    assert consume(machine.commands.db, judging) == {"handled": 1, "retried": 0, "buried": 0, "replayed": 0}
    assert rotations(world) == 1


def test_replacement_takes_over_first_touches_and_follow_ups_wait(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    fall_sick(world, machine, clock)
    spare = world.add_domain(cap=2)
    open_all_hours(world)
    sending = add_mission(world, add_people(world, 4))
    sending.write()
    for lease in sending.claim(limit=1):
        sending.begin(lease)
    (follow_up, *_) = sending.write(step=2)
    sending.finish(lease)
    first = one(world.db, "select lead_id from public.rex_outreach where id = %s", lease["outreach_id"])
    follow_up = one(world.db, "select id from public.rex_outreach where lead_id = %s and step = 2", first)
    machine.work()
    assert domain_row(world.db, spare)["campaign_id"] == str(world.campaign)
    leases = sending.claim()
    assert {one(world.db, "select domain_id from public.rex_inboxes where id = %s", each["inbox_id"]) for each in leases} == {spare}
    assert len(leases) == 2, "within the caps of the new domain"
    assert str(follow_up) not in {each["outreach_id"] for each in leases}
    assert sending.row(follow_up)["inbox_id"] != leases[0]["inbox_id"], "it waits for its own inbox and thread"
    assert all(sending.begin(each)["begun"] for each in leases)
    assert_invariants(world.db)
    clock.advance(days=60)
    machine.watch()
    assert domain_row(world.db, domain)["status"] == "active"
    assert str(follow_up) in {each["outreach_id"] for each in sending.claim()}


def test_message_leased_for_the_old_domain_is_given_back(world: World, machine: Machine, clock: Clock) -> None:
    fall_sick(world, machine, clock)
    sending = add_mission(world, add_people(world, 1))
    sending.write()
    (lease,) = sending.claim()
    world.add_domain()
    machine.work()
    assert sending.begin(lease)["code"] == "inbox_unusable"
    (again,) = sending.claim()
    assert sending.begin(again)["begun"]
    assert_invariants(world.db)


def test_lack_of_a_replacement_is_said_once_and_healed(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    fall_sick(world, machine, clock)
    sending = add_mission(world, add_people(world, 2))
    sending.write()
    machine.work()
    assert domain_row(world.db, domain)["status"] == "rotated", "it stops all the same"
    for _ in range(3):
        machine.monitor()
        clock.advance(minutes=10)
    assert world.said("error.no_replacement") == 1
    reasons = world.db.execute("select data ->> 'reason' from public.rex_messages where type = 'error.mission_stuck'").fetchall()
    assert reasons == [("no_domain",)]
    spare = world.add_domain()
    open_all_hours(world)
    machine.monitor()
    assert domain_row(world.db, spare)["campaign_id"] == str(world.campaign)
    assert len(sending.claim()) == 2
    assert_invariants(world.db)


def test_message_without_a_way_out_expires(world: World, machine: Machine, clock: Clock) -> None:
    fall_sick(world, machine, clock)
    sending = add_mission(world, add_people(world, 1))
    (message,) = sending.write()
    machine.work()
    machine.monitor()
    clock.advance(days=15)
    machine.monitor()
    assert (sending.row(message)["state"], sending.row(message)["reason"]) == ("cancelled", "expired")


def test_domain_that_recovered_meanwhile_stays(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    fall_sick(world, machine, clock)
    clock.advance(days=60)
    machine.watch()
    machine.work()
    assert (rotation(world)["state"], domain_row(world.db, domain)["status"]) == ("COMPLETED", "active")


def test_rested_domain_comes_back_on_half_its_cap(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)
    machine.work()
    clock.advance(days=6, hours=22)
    machine.watch()
    assert domain_row(world.db, domain)["status"] == "rotated", "a week is not over"
    clock.advance(hours=3)
    machine.watch()
    row = domain_row(world.db, domain)
    assert (row["status"], row["daily_cap"], world.said("domain.returned")) == ("active", 500, 1)


def held_task(world: World, position: int) -> dict[str, Any]:
    """The task of a rotation at this position, as its worker holds it."""
    world.claim()
    row = rotation(world)
    agents = ("reputation_tracker", "rotation_coordinator", "warmup_manager")
    tasks = [{"agent": agent, "batch": 1, "position": n} for n, agent in enumerate(agents, start=1)]
    assert world.run("rex_plan_missions", p_plans=[{"mission_id": row["id"], "fence": row["fence"], "tasks": tasks}])["planned"]
    for _ in range(position):
        (task,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
        given = {"p_task_id": task["task_id"], "p_fence": task["fence"]}
        if task["position"] < position:
            world.run("rex_complete_task", **given, p_result={})
    return given


def test_replacing_twice_changes_nothing(world: World, domain: uuid.UUID) -> None:
    mission = add_mission(world, add_people(world, 1))
    mission.write()
    spare = world.add_domain()
    world.ask("rex_rotate_domain", p_domain_id=domain)
    given = held_task(world, 2)
    first = world.run("rex_replace_domain", **given)
    assert first == {"domain_id": str(domain), "replacements": [str(spare)]}
    assert world.run("rex_replace_domain", **given) == first, "a worker died before it completed the task"
    assert world.said("domain.rotated") == 1
    assert_invariants(world.db)


def test_stale_worker_rotates_nothing(world: World, clock: Clock, domain: uuid.UUID) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)
    given = held_task(world, 2)
    clock.advance(minutes=5)
    world.run("rex_recover_tasks")
    for command in ("rex_replace_domain", "rex_start_warmup"):
        with refused(409, "stale"):
            world.run(command, **given)
    assert domain_row(world.db, domain)["status"] == "active"


def test_ramp_of_the_replacement_begins(world: World, domain: uuid.UUID) -> None:
    mission = add_mission(world, add_people(world, 1))
    mission.write()
    spare = world.add_domain()
    world.db.execute("update public.rex_inboxes set warmed_at = null where domain_id = %s", (spare,))
    world.ask("rex_rotate_domain", p_domain_id=domain)
    given = held_task(world, 2)
    world.run("rex_replace_domain", **given)
    assert world.run("rex_start_warmup", **given) == {"inboxes": 1}
    assert world.run("rex_start_warmup", **given) == {"inboxes": 0}


def test_rotation_whose_task_failed_fails(world: World, machine: Machine, domain: uuid.UUID) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)
    given = held_task(world, 1)
    world.run("rex_fail_task", **given, p_error_code="agent_failed", p_error="x")
    machine.monitor()
    assert (rotation(world)["state"], rotation(world)["error_code"]) == ("FAILED", "task_failed")
    assert_invariants(world.db)


def test_failed_rotation_is_retried_from_where_it_stopped(world: World, machine: Machine, clock: Clock, domain: uuid.UUID) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)
    given = held_task(world, 2)
    world.run("rex_fail_task", **given, p_error_code="agent_failed", p_error="x")
    machine.monitor()
    with refused(409, "rotation_under_way"):
        world.ask("rex_rotate_domain", p_domain_id=domain)
    failed = rotation(world)
    retry = {"p_mission_id": failed["id"], "p_version": failed["version"], "p_to": "QUEUED", "p_reason": "r", "p_retry_in_seconds": 60}
    assert world.run("rex_recover_mission", **retry)["moved"]
    clock.advance(minutes=2)
    machine.monitor()
    machine.work()
    assert (rotation(world)["state"], domain_row(world.db, domain)["status"]) == ("COMPLETED", "rotated")
    assert_invariants(world.db)


def escalate(world: World) -> str:
    """The rotation under way failed, and is a person's now."""
    mission: str = rotation(world)["id"]
    world.advance(uuid.UUID(mission), "FAILED", p_error_code="agent_failed")
    failed = {"p_mission_id": mission, "p_version": rotation(world)["version"], "p_to": "ESCALATED", "p_reason": "r"}
    assert world.run("rex_recover_mission", **failed)["moved"]
    return mission


def pause_of(world: World, domain: uuid.UUID) -> tuple[bool, str | None]:
    row = domain_row(world.db, domain)
    return row["paused_at"] is not None, row["pause_reason"]


@pytest.mark.parametrize("at_once", [False, True])
def test_domain_whose_rotation_is_escalated_sends_nothing(
    world: World, machine: Machine, clock: Clock, domain: uuid.UUID, at_once: bool
) -> None:
    fall_sick(world, machine, clock)
    sending = add_mission(world, add_people(world, 1))
    sending.write()
    (lease,) = sending.claim()
    if at_once:
        world.advance(uuid.UUID(rotation(world)["id"]), "ESCALATED", p_error_code="agent_failed")
    else:
        escalate(world)
    assert pause_of(world, domain) == (True, "rotation_escalated")
    assert (sending.begin(lease)["begun"], sending.claim()) == (False, [])
    assert (world.said("error.rotation_escalated"), world.said("domain.paused")) == (1, 1)
    assert (
        one(world.db, "select reason from public.rex_logs where action = 'pause_unrotated' and entity_id = %s", domain)
        == "rotation_escalated"
    )
    with refused(409, "rotation_escalated"):
        world.ask("rex_resume", p_scope="domain", p_id=domain)
    assert_invariants(world.db)


def test_domain_comes_back_from_a_rotation_that_was_retried_by_hand(
    world: World, machine: Machine, clock: Clock, domain: uuid.UUID
) -> None:
    fall_sick(world, machine, clock)
    world.ask("rex_retry_mission", p_mission_id=escalate(world))
    assert pause_of(world, domain)[0], "not before it is rotated"
    machine.work()
    row = domain_row(world.db, domain)
    assert (rotation(world)["state"], row["status"], row["paused_at"], row["pause_reason"]) == ("COMPLETED", "rotated", None, None)
    assert world.said("domain.resumed") == 1
    clock.advance(days=60)
    machine.watch()
    row = domain_row(world.db, domain)
    assert (row["status"], row["paused_at"]) == ("active", None), "it rested, and nobody has to remember it"
    assert_invariants(world.db)


def test_cancelled_rotation_leaves_its_domain_to_a_person_who_resumes_it_and_it_is_judged_anew(
    world: World, machine: Machine, clock: Clock, domain: uuid.UUID
) -> None:
    fall_sick(world, machine, clock)
    world.ask("rex_cancel_mission", p_mission_id=escalate(world))
    assert pause_of(world, domain) == (True, "rotation_escalated")
    world.ask("rex_resume", p_scope="domain", p_id=domain)
    assert pause_of(world, domain) == (False, None)
    assert machine.watch()["start_rotation"] == 0, "what was measured before the cancel counts no more"
    started = []
    for _ in range(2):
        next_hour(clock)
        started.append(machine.watch()["start_rotation"])
    assert started == [0, 1]
    assert_invariants(world.db)


def test_pause_of_a_person_outlasts_the_rotation(world: World, machine: Machine, domain: uuid.UUID) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)
    mission = escalate(world)
    world.ask("rex_pause", p_scope="domain", p_id=domain)
    assert pause_of(world, domain) == (True, None)
    world.ask("rex_retry_mission", p_mission_id=mission)
    machine.work()
    assert rotation(world)["state"] == "COMPLETED"
    assert pause_of(world, domain) == (True, None)


def test_resume_that_meets_the_escalation_is_refused(world: World, domain: uuid.UUID, rival: Rival) -> None:
    world.ask("rex_rotate_domain", p_domain_id=domain)

    def resume(db: Connection) -> Any:
        as_person(db, world.account)
        return call(db, "rex_resume", p_request_id="r", p_scope="domain", p_id=domain)

    with world.db.transaction():
        escalate(world)
        resumed = rival.start(resume)
        assert not resumed.done()
    with refused(409, "rotation_escalated"):
        resumed.result()
    assert_invariants(world.db)


def test_by_hand_healthy_domains_are_rotated_too_and_one_at_a_time(world: World, machine: Machine, domain: uuid.UUID) -> None:
    answer = world.ask("rex_rotate_domain", p_domain_id=domain)
    assert (answer["state"], rotation(world)["created_by"]) == ("QUEUED", str(world.account))
    with refused(409, "rotation_under_way"):
        world.ask("rex_rotate_domain", p_domain_id=domain)
    machine.work()
    assert domain_row(world.db, domain)["status"] == "rotated"
    with refused(409, "domain_not_in_service"):
        world.ask("rex_rotate_domain", p_domain_id=domain)


def test_domains_of_others_are_unknown(db: Connection, domain: uuid.UUID) -> None:
    other = make_world(db)
    with refused(404, "domain_unknown"):
        other.ask("rex_rotate_domain", p_domain_id=domain)


@pytest.mark.usefixtures("deployment")
def test_route_queues_a_rotation(world: World, domain: uuid.UUID) -> None:
    answer = request("api.rotate_domain", "POST", "/api/rex/domains/rotate", person=world.account, body={"domain_id": str(domain)})
    assert (answer.status, answer.body["state"]) == (201, "QUEUED")
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().schedule_queue_url)["Messages"]
    again = request("api.rotate_domain", "POST", "/api/rex/domains/rotate", person=world.account, body={"domain_id": str(domain)})
    assert (again.status, again.body["code"]) == (409, "rotation_under_way")
