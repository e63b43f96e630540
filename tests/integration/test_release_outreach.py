"""What a mission holds for review goes out only when a person releases it, and edited content only when both checks passed it."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rex.domain.agents import run_agent
from rex.domain.tasks import TaskContext, TaskResult
from rex.usecases.run_tasks import Worker, run_tasks
from tests.support.database import Clock, Connection, as_person, as_service, as_superuser, call, connect, one, refused, request_id, sign_up
from tests.support.harm import add_import
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mission_world import make_world
from tests.support.rival import Rival
from tests.support.sending_world import Sending, make_sending

GOOD = "Hello Ann,\n\nwould a shorter week help you and your team?\n\nhttps://rex.example"


@pytest.fixture
def held(db: Connection) -> Sending:
    """Three leads, two steps each, all of it held; the agents are done."""
    sending = make_sending(db, leads=3)
    db.execute("update public.rex_missions set review = 'all'")
    for step in (1, 2):
        sending.write(step)
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now(), due_at = null")
    db.execute("update public.rex_mission_leads set outcome = 'held'")
    sending.collect()
    return sending


@pytest.fixture
def worker(database: str) -> Iterator[Worker]:
    with connect(database) as connection:
        yield Worker(name="w", machinery=SqlMachinery(connection), run_agent=run_agent, draw_luck=lambda: 0.0)


def review(sending: Sending, action: str, *outreach: Any, **arguments: Any) -> Any:
    ids = {"p_outreach_ids": list(outreach)} if outreach else {}
    return sending.world.ask("rex_release_outreach", p_mission_id=sending.mission, p_action=action, **(ids | arguments))


def ids(sending: Sending, step: int = 1) -> list[uuid.UUID]:
    rows = sending.db.execute("select id from public.rex_outreach where step = %s order by lead_id", (step,)).fetchall()
    return [row[0] for row in rows]


def states(sending: Sending) -> dict[str, int]:
    return dict(sending.db.execute("select state::text, count(*) from public.rex_outreach group by 1").fetchall())


def work(worker: Worker, agent: Any = run_agent) -> dict[str, int]:
    return run_tasks(
        Worker(name="w", machinery=worker.machinery, run_agent=agent, draw_luck=lambda: 0.0), seconds_left=all_the_time, nudge=Nudged()
    )


def test_held_messages_wait_for_a_person(held: Sending) -> None:
    assert held.claim() == []
    assert held.world.to_move() == {}
    assert_invariants(held.db)


def test_all_are_released_and_go_out(held: Sending) -> None:
    answer = review(held, "release")
    assert (answer["changed"], answer["held"], answer["being_checked"]) == (6, 0, 0)
    assert states(held) == {"scheduled": 6}
    assert {held.outcome(lead) for lead in held.leads} == {"scheduled"}
    assert len(held.claim()) == 3
    assert one(held.db, "select actor from public.rex_logs where action = 'release_outreach'") == held.world.account
    assert held.world.said("mission.reviewed") == 1
    assert_invariants(held.db)


def test_some_are_released_and_the_rest_waits(held: Sending) -> None:
    first, second, _ = ids(held)
    assert review(held, "release", first, second)["held"] == 4
    assert len(held.claim()) == 2
    with refused(409, "not_held"):
        review(held, "release", first)
    assert_invariants(held.db)


def hold_import(held: Sending, leads: list[uuid.UUID]) -> dict[str, Any]:
    """The command that holds the file these people came from."""
    source = add_import(held.world, leads)
    return {"p_domain_id": one(held.db, "select id from public.rex_domain_pool"), "p_import_id": source}


def test_release_of_all_leaves_what_is_held_because_its_import_does_harm(held: Sending) -> None:
    held.db.execute(
        "update public.rex_outreach set state = 'scheduled', held_at = null, due_at = case when step = 1 then rex.now() end where lead_id = %s",
        (held.leads[0],),
    )
    held.db.execute("update public.rex_mission_leads set outcome = 'scheduled' where lead_id = %s", (held.leads[0],))
    held.world.run("rex_hold_import", **hold_import(held, held.leads[:2]))
    assert read(held)["releasable"] == 2, "what is told before is what is done"
    answer = review(held, "release")
    assert (answer["changed"], answer["held"], answer["held_by_import"]) == (2, 4, 4), "held by it, or for review before it did harm"
    assert [held.outcome(lead) for lead in held.leads] == ["held", "held", "scheduled"]
    harmful = held.db.execute("select id from public.rex_outreach where lead_id = any (%s) and step = 1", (held.leads[:2],)).fetchall()
    answer = review(held, "release", *(row[0] for row in harmful))
    assert (answer["changed"], answer["held_by_import"]) == (2, 2), "who names them means them"
    assert len(held.claim()) == 3
    assert_invariants(held.db)


def test_release_that_waits_while_its_import_is_held_leaves_it_held(held: Sending, rival: Rival) -> None:
    command = hold_import(held, held.leads[:1])

    def release(db: Connection) -> Any:
        as_person(db, held.world.account)
        return call(db, "rex_release_outreach", p_request_id=request_id(), p_mission_id=held.mission, p_action="release")

    with held.db.transaction():
        held.world.run("rex_hold_import", **command)
        released = rival.start(release)
        assert not released.done()
    assert (released.result()["changed"], released.result()["held_by_import"]) == (4, 2)
    assert_invariants(held.db)


def test_later_step_released_after_the_first_went_out_falls_due_from_it(held: Sending) -> None:
    first = ids(held)[0]
    review(held, "release", first)
    held.send()
    second = one(
        held.db,
        "select id from public.rex_outreach where step = 2 and lead_id = (select lead_id from public.rex_outreach where id = %s)",
        first,
    )
    review(held, "release", second)
    row = held.row(second)
    assert (row["state"], row["due_at"] is not None, row["inbox_id"]) == ("scheduled", True, held.row(first)["inbox_id"])
    assert_invariants(held.db)


def test_refused_messages_are_cancelled_with_the_steps_after_them(held: Sending) -> None:
    first = ids(held)[0]
    assert review(held, "refuse", first, p_reason="wrong_tone")["changed"] == 2
    assert held.row(first)["reason"] == "wrong_tone"
    assert held.outcome(held.row(first)["lead_id"]) == "cancelled"
    assert review(held, "refuse")["held"] == 0
    assert states(held) == {"cancelled": 6}
    assert (
        one(held.db, "select count(*) from public.rex_logs where action = 'refuse_outreach' and reason in ('wrong_tone', 'refused')") == 2
    )
    held.world.advance(held.mission, "ANALYZING")
    assert_invariants(held.db)


def test_edited_message_is_checked_and_then_scheduled(held: Sending, worker: Worker) -> None:
    first = ids(held)[0]
    answer = review(held, "edit", first, p_subject="A word about planning", p_body_text=GOOD)
    assert (answer["changed"], answer["held"], answer["being_checked"]) == (1, 5, 1)
    assert_invariants(held.db)
    assert held.claim() == []
    assert held.world.to_move() == {}
    assert work(worker)["completed"] == 2
    row = held.row(first)
    assert (row["state"], row["subject"], row["body_text"], row["edited_at"]) == ("scheduled", "A word about planning", GOOD, None)
    assert states(held) == {"held": 5, "scheduled": 1}
    assert held.send()["outreach_id"] == str(first)
    assert one(held.db, "select count(*) from public.rex_reservations where released_at is null") == 0, "checks hold no slot"
    assert_invariants(held.db)


def test_edit_that_reads_badly_is_held_again_with_the_reason_and_cannot_be_released(held: Sending, worker: Worker) -> None:
    first = ids(held)[0]
    review(held, "edit", first, p_body_text="CLICK HERE to earn money https://evil.example")
    work(worker)
    row = held.row(first)
    assert row["state"] == "held"
    assert row["reason"]
    with refused(409, "unchecked"):
        review(held, "release", first)
    assert review(held, "release")["held"] == 1
    review(held, "edit", first, p_subject="A word about planning", p_body_text=GOOD)
    work(worker)
    assert held.row(first)["state"] == "scheduled"
    assert_invariants(held.db)


def test_edit_to_somebody_who_opted_out_meanwhile_never_goes_out(held: Sending, worker: Worker) -> None:
    first = ids(held)[0]
    review(held, "edit", first, p_body_text=GOOD)
    held.event(first, "unsubscribed")
    work(worker)
    assert held.row(first)["state"] == "cancelled"
    assert_invariants(held.db)


def test_check_that_fails_for_good_leaves_the_edit_held(held: Sending, worker: Worker) -> None:
    first = ids(held)[0]
    review(held, "edit", first, p_body_text=GOOD)

    def broken(_: TaskContext) -> TaskResult:
        raise RuntimeError

    for _ in range(4):
        work(worker, broken)
    row = held.row(first)
    assert (row["state"], row["reason"]) == ("held", "agent_failed")
    assert held.outcome(row["lead_id"]) == "held"
    assert held.world.mission(held.mission)["state"] == "COLLECTING"
    assert_invariants(held.db)


def test_edit_while_the_agents_still_work_joins_the_chain_of_its_batch(db: Connection, worker: Worker) -> None:
    sending = make_sending(db, leads=1)
    sending.write()
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now()")
    db.execute("update public.rex_mission_leads set outcome = 'held'")
    review(sending, "edit", ids(sending)[0], p_subject="A word about planning", p_body_text=GOOD)
    tasks = db.execute("select agent, state::text, stage::text from public.rex_tasks order by position").fetchall()
    assert tasks == [
        ("researcher", "RUNNING", "EXECUTING"), ("compliance", "BLOCKED", "EXECUTING"), ("quality_control", "BLOCKED", "EXECUTING"),
    ]  # fmt: skip
    held_by = db.execute("select id, fence from public.rex_tasks where state = 'RUNNING'").fetchone()
    assert held_by
    sending.world.run("rex_complete_task", p_task_id=held_by[0], p_fence=held_by[1], p_result={})
    assert work(worker)["completed"] == 2
    assert states(sending) == {"scheduled": 1}
    assert sending.world.mission(sending.mission)["state"] == "COLLECTING"
    assert_invariants(db)


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_no_check_begins_while_paused(held: Sending, worker: Worker, scope: str) -> None:
    review(held, "edit", ids(held)[0], p_body_text=GOOD)
    target = {"account": held.world.account, "campaign": held.world.campaign, "mission": held.mission}[scope]
    held.world.ask("rex_pause", p_scope=scope, p_id=target)
    assert work(worker)["completed"] == 0
    held.world.ask("rex_resume", p_scope=scope, p_id=target)
    assert work(worker)["completed"] == 2


@pytest.mark.parametrize("scope", ["account", "campaign", "mission"])
def test_check_that_meets_a_pause_does_not_begin(held: Sending, rival: Rival, scope: str) -> None:
    review(held, "edit", ids(held)[0], p_body_text=GOOD)
    target = {"account": held.world.account, "campaign": held.world.campaign, "mission": held.mission}[scope]
    with held.db.transaction():
        held.world.ask("rex_pause", p_scope=scope, p_id=target)
        claimed = rival.run("rex_claim_review_tasks", p_worker="second")
    assert claimed.result()["tasks"] == []
    held.world.ask("rex_resume", p_scope=scope, p_id=target)
    assert len(held.world.run("rex_claim_review_tasks", p_worker="first")["tasks"]) == 1


def test_check_of_a_mission_that_completed_meanwhile_changes_nothing(held: Sending) -> None:
    first = ids(held)[0]
    review(held, "edit", first, p_body_text=GOOD)
    (task,) = held.world.run("rex_claim_review_tasks", p_worker="slow")["tasks"]
    held.event(first, "unsubscribed")
    review(held, "refuse")
    for stage in ("ANALYZING", "COMPLETED"):
        assert held.world.advance(held.mission, stage)["moved"]
    given = {"p_task_id": task["task_id"], "p_fence": task["fence"], "p_error_code": "test", "p_error": "", "p_retry_in_seconds": 0}
    assert held.world.run("rex_fail_task", **given)["code"] == "cancelled"


def test_mission_that_completes_leaves_no_check_open(held: Sending) -> None:
    first, second = ids(held)[:2]
    for edited in (first, second):
        review(held, "edit", edited, p_body_text=GOOD)
    held.world.run("rex_claim_review_tasks", p_worker="slow", p_limit=1)
    for edited in (first, second):
        held.event(edited, "unsubscribed")
    review(held, "refuse")
    for stage in ("ANALYZING", "COMPLETED"):
        assert held.world.advance(held.mission, stage)["moved"]
    assert one(held.db, "select count(*) from public.rex_tasks where finished_at is null") == 0
    assert held.world.run("rex_claim_review_tasks", p_worker="first")["tasks"] == []


def test_lost_check_is_taken_back_and_done_by_another(held: Sending, worker: Worker, clock: Clock) -> None:
    review(held, "edit", ids(held)[0], p_subject="A word about planning", p_body_text=GOOD)
    lost = held.world.run("rex_claim_review_tasks", p_worker="dies")["tasks"][0]
    clock.advance(minutes=2)
    held.world.run("rex_recover_tasks", p_longest_waits=[0, 0, 0])
    assert work(worker)["completed"] == 2
    stale = held.world.run("rex_complete_task", p_task_id=lost["task_id"], p_fence=lost["fence"], p_result={})
    assert stale["done"] is False
    assert states(held) == {"held": 5, "scheduled": 1}
    assert_invariants(held.db)


def test_cancelled_mission_takes_back_what_is_being_checked(held: Sending, worker: Worker) -> None:
    review(held, "edit", ids(held)[0], p_body_text=GOOD)
    assert held.world.ask("rex_cancel_mission", p_mission_id=held.mission)["cancelled"] == 6
    assert work(worker)["completed"] == 0
    with refused(409, "mission_final"):
        review(held, "release")
    assert_invariants(held.db)


def test_what_nobody_releases_expires_after_fourteen_days(held: Sending, clock: Clock) -> None:
    clock.advance(days=13.9)
    assert held.world.run("rex_expire_outreach")["expired"] == 0
    first = ids(held)[0]
    review(held, "release", first)
    clock.advance(days=0.2)
    assert held.world.run("rex_expire_outreach")["expired"] == 5, "what was released has its time still before it"
    assert held.row(first)["state"] == "scheduled"
    assert held.row(ids(held)[1])["reason"] == "expired"
    assert_invariants(held.db)


def test_release_while_expiry_waits_for_it_counts(held: Sending, clock: Clock, database: str) -> None:
    clock.advance(days=15)
    release = "select rex_release_outreach(p_request_id => 'r', p_mission_id => %s, p_action => 'release')"
    with connect(database) as person, connect(database) as monitor, ThreadPoolExecutor(1) as pool:
        as_person(person, held.world.account)
        as_service(monitor)
        with person.transaction():
            person.execute(release, (held.mission,))
            expiry = pool.submit(call, monitor, "rex_expire_outreach", p_request_id="e")
            while not one(held.db, "select cardinality(pg_blocking_pids(%s))", monitor.info.backend_pid):
                assert not expiry.done(), "it did not wait for the release"
        assert expiry.result()["expired"] == 0
    assert states(held) == {"scheduled": 6}


def test_repeat_releases_once(held: Sending) -> None:
    given = {"p_request_id": request_id()}
    assert review(held, "release", **given) == review(held, "release", **given)
    with refused(422, "request_id_reused"):
        review(held, "refuse", **given)


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("approve", {}, "action_unknown"),
        ("refuse", {"p_reason": "He said: no!"}, "reason_invalid"),
        ("edit", {"p_body_text": GOOD}, "edit_invalid"),
        ("edit", {"p_outreach_ids": [uuid.uuid4()]}, "edit_invalid"),
        ("release", {"p_outreach_ids": "{}"}, "ids_invalid"),
        ("release", {"p_outreach_ids": [uuid.uuid4()] * 1001}, "ids_invalid"),
    ],
)
def test_bad_review_is_refused(held: Sending, action: str, arguments: dict[str, Any], code: str) -> None:
    with refused(422, code):
        review(held, action, **arguments)
    assert states(held) == {"held": 6}


def test_edit_must_fit_into_a_header_and_a_message(held: Sending) -> None:
    for content in ({"p_subject": "a\r\nBcc: x@y.example"}, {"p_subject": "a" * 999}, {"p_body_html": "a" * 200_001}):
        with refused(422, "content_invalid"):
            review(held, "edit", ids(held)[0], p_body_text=GOOD, **content)


def test_strangers_and_viewers_release_nothing(held: Sending, db: Connection) -> None:
    stranger = make_world(db)
    with refused(404, "mission_unknown"):
        stranger.ask("rex_release_outreach", p_mission_id=held.mission, p_action="release")
    own = stranger.collecting()
    with refused(404, "outreach_unknown"):
        stranger.ask("rex_release_outreach", p_mission_id=own, p_action="release", p_outreach_ids=[ids(held)[0]])
    viewer = sign_up(db)
    db.execute("insert into public.rex_members values (%s, %s, 'viewer')", (held.world.account, viewer))
    as_person(db, viewer)
    with refused(403, "role_too_low"):
        call(db, "rex_release_outreach", p_account=held.world.account, p_request_id="r", p_mission_id=held.mission, p_action="release")
    as_superuser(db)
    assert states(held) == {"held": 6}


@pytest.mark.parametrize("action", ["release", "refuse"])
def test_ten_thousand_go_at_once_and_the_rest_is_told(db: Connection, action: str) -> None:
    sending = make_sending(db, leads=5_001)
    for step in (1, 2):
        sending.write(step)
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now(), due_at = null")
    db.execute("update public.rex_mission_leads set outcome = 'held'")
    answer = review(sending, action)
    assert (answer["changed"], answer["held"]) == (10_000, 2)
    assert review(sending, action)["held"] == 0


def read(sending: Sending) -> Any:
    as_person(sending.db, sending.world.account)
    found = call(sending.db, "rex_read_mission", p_account=None, p_mission_id=sending.mission)
    as_superuser(sending.db)
    return found


def test_mission_says_that_it_waits_for_a_person(held: Sending, worker: Worker) -> None:
    assert (read(held)["waiting_for"], read(held)["waiting_since"] is not None) == ("review", True)
    first, second, _ = ids(held)
    review(held, "edit", first, p_body_text=GOOD)
    assert read(held)["waiting_for"] is None, "it is being checked"
    review(held, "refuse")
    work(worker)
    assert read(held)["waiting_for"] is None
    assert held.row(second)["state"] == "cancelled"


def test_samples_are_a_few_of_each_kind_and_stay_the_same(db: Connection) -> None:
    sending = make_sending(db, leads=12)
    for step in (1, 2):
        sending.write(step)
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now()")
    db.execute("update public.rex_mission_leads set angle = 'recent' where lead_id = any (%s)", (sending.leads[:2],))
    assert read(sending)["held_samples"] == [], "no samples were asked for"
    db.execute("update public.rex_campaigns set review = 'samples'")
    samples = read(sending)["held_samples"]
    assert samples == read(sending)["held_samples"]
    kinds = [
        tuple(row)
        for row in db.execute(
            "select o.step, ml.angle from unnest(%s::uuid[]) with ordinality as s (id, n) join public.rex_outreach o using (id)"
            " join public.rex_mission_leads ml using (mission_id, lead_id) order by n",
            (samples,),
        )
    ]
    assert kinds[:4] == [(1, "recent"), (1, None), (2, "recent"), (2, None)]
    assert len(samples) == 10
