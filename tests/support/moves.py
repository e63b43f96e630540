"""What schedulers, workers, monitors, senders, recipients and people do in one move each."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from rex.domain.decisions import Action, decide
from rex.domain.missions import MissionToMove
from rex.domain.subjects import FailedMission
from rex.errors import RexError
from rex.usecases.monitor_missions import monitor_missions
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.play import Fate, Play, Watch

TASK = "select to_jsonb(t) from public.rex_tasks t where id = %s"
OUTREACH = "select to_jsonb(o) from public.rex_outreach o where id = %s"
MISSION = (
    "select to_jsonb(m) || jsonb_build_object('tasks', (select count(*) from public.rex_tasks t where t.mission_id = m.id))"
    " from public.rex_missions m where id = %s"
)
TEXT = {"channel": "email", "subject": "Hello", "body_text": "Hello again", "template_version": 1}
CHAIN = ("writer", "quality_control")


def pick(items: Sequence[Any], which: int) -> Any:
    """The newest for 0, and so on back."""
    return items[-1 - which % len(items)]


# The scheduler.


def claim_missions(play: Play, fate: Fate, limit: int) -> None:
    play.move("rex_claim_missions", lambda answer: play.claims.extend(answer["missions"]), fate=fate, p_limit=limit)


def plan(play: Play, fate: Fate, claim: Any) -> None:
    tasks = [
        {"agent": agent, "batch": batch, "position": position, "input": {}}
        for batch in range(1, claim["batches"] + 1)
        for position, agent in enumerate(CHAIN, start=1)
    ]
    play.move(
        "rex_plan_missions", fate=fate, p_plans=[{"mission_id": claim["mission_id"], "fence": claim["fence"], "tasks": tasks}],
        watch=Watch(MISSION, claim["mission_id"], lambda row: row["fence"] != claim["fence"] or row["state"] != "ASSIGNED"),
    )  # fmt: skip


# Workers.


def claim_tasks(play: Play, fate: Fate, limit: int) -> None:
    play.move(
        "rex_claim_tasks",
        lambda answer: play.leases.extend(answer["tasks"]),
        fate=fate,
        p_worker="worker",
        p_limit=limit,
        p_lease_seconds=60,
    )


def claim_reviews(play: Play, fate: Fate) -> None:
    play.move(
        "rex_claim_review_tasks",
        lambda answer: play.leases.extend(answer["tasks"]),
        fate=fate,
        p_worker="worker",
        p_limit=4,
        p_lease_seconds=60,
    )


def _held(lease: Any) -> Watch:
    return Watch(TASK, lease["task_id"], lambda row: row["fence"] != lease["fence"] or row["state"] != "RUNNING")


def heartbeat(play: Play, fate: Fate, lease: Any) -> None:
    play.move("rex_heartbeat_task", fate=fate, p_task_id=lease["task_id"], p_fence=lease["fence"], watch=_held(lease))


def complete(play: Play, fate: Fate, lease: Any, rework: bool = False) -> None:
    result = work(play, lease, rework)
    play.move("rex_complete_task", fate=fate, p_task_id=lease["task_id"], p_fence=lease["fence"], p_result=result, watch=_held(lease))


def complete_many(play: Play, fate: Fate, leases: Sequence[Any]) -> None:
    """Several answers in one call, each task once, some perhaps under an old token."""
    chosen = {lease["task_id"]: lease for lease in leases}.values()
    results = [{"task_id": lease["task_id"], "fence": lease["fence"], "result": work(play, lease, rework=False)} for lease in chosen]
    play.move("rex_complete_tasks", fate=fate, p_results=results, watch=tuple(_held(lease) for lease in chosen))


def fail(play: Play, fate: Fate, lease: Any, retry: int | None) -> None:
    play.move(
        "rex_fail_task", fate=fate, p_task_id=lease["task_id"], p_fence=lease["fence"], p_error_code="agent_failed", p_error="text",
        p_retry_in_seconds=retry, watch=_held(lease),
    )  # fmt: skip


def work(play: Play, lease: Any, rework: bool) -> dict[str, Any]:
    """What an agent makes of a task: drafts, or messages that pass; a rework leaves one lead to a second pair of tasks."""
    served = lease["input"].get("lead_ids")
    leads = play.rows(
        "select ml.lead_id::text as lead, a.id::text as address from public.rex_mission_leads ml join public.rex_lead_addresses a using (lead_id)"
        " where ml.mission_id = %s and ml.batch = %s and (%s::text[] is null or ml.lead_id::text = any (%s)) order by a.lead_id",
        lease["mission_id"], lease["batch"], served, served,
    )  # fmt: skip
    if lease["agent"] == "writer":
        return {"outreach": [_draft(lead, step) for lead in leads for step in (1, 2)]}
    if lease["agent"] == "compliance":
        return {"outreach": [{"lead_id": lead["lead"], "step": step, "state": "passed"} for lead in leads for step in (1, 2)]}
    if lease["agent"] != "quality_control":
        return {}
    again = leads[:1] if rework and served is None else []
    passed = [lead for lead in leads if lead not in again]
    rows = [
        {"lead_id": lead["lead"], "step": step, "state": state} for state in ("passed", "scheduled") for lead in passed for step in (1, 2)
    ]
    follow = [
        {"agent": agent, "position": lease["position"] + 1 + n, "input": {"lead_ids": [lead["lead"]]}}
        for lead in again
        for n, agent in enumerate(CHAIN)
    ]
    return {"outreach": rows, "next": follow}


def _draft(lead: dict[str, str], step: int) -> dict[str, Any]:
    return TEXT | {"lead_id": lead["lead"], "address_id": lead["address"], "step": step, "state": "draft", "delay_hours": 2 * (step - 1)}


# The monitor.


def look(play: Play) -> None:
    answer = play.read("rex_missions_to_move", p_limit=20)
    play.sightings.extend(answer["missions"] if answer else [])


def advance(play: Play, fate: Fate, sighting: Any) -> None:
    mission = MissionToMove.model_validate(sighting)
    decision = decide(mission)
    if decision.action is Action.PLAN:
        plan(play, fate, sighting)
    elif decision.target_state is not None:
        _advance(play, fate, sighting, decision.target_state.value, decision.reason, decision.error_code)


def advance_wrongly(play: Play, fate: Fate, sighting: Any, to: str) -> None:
    """Without asking whether it has ended: the command has to know."""
    _advance(play, fate, sighting, to, "test", {"FAILED": "no_lead_left", "ESCALATED": "timeout"}.get(to))


def advance_many(play: Play, fate: Fate, sightings: Sequence[Any]) -> None:
    """Several missions in one call, each once, some perhaps seen long ago."""
    chosen = {sighting["mission_id"]: sighting for sighting in sightings}.values()
    decided = [(sighting, decide(MissionToMove.model_validate(sighting))) for sighting in chosen]
    wanted = [(sighting, decision) for sighting, decision in decided if decision.target_state is not None]
    asked = [
        {
            "mission_id": sighting["mission_id"],
            "version": sighting["version"],
            "to": decision.target_state,
            "reason": decision.reason,
            "error_code": decision.error_code,
        }
        for sighting, decision in wanted
    ]
    if asked:
        play.move("rex_advance_missions", fate=fate, p_moves=asked, watch=tuple(_seen(sighting) for sighting, _ in wanted))


def _seen(sighting: Any) -> Watch:
    return Watch(MISSION, sighting["mission_id"], lambda row: row["version"] != sighting["version"])


def _advance(play: Play, fate: Fate, sighting: Any, to: str, reason: str, code: str | None) -> None:
    play.move(
        "rex_advance_mission", fate=fate, p_mission_id=sighting["mission_id"], p_version=sighting["version"], p_to=to, p_reason=reason,
        p_error_code=code, watch=Watch(MISSION, sighting["mission_id"], lambda row: row["version"] != sighting["version"]),
    )  # fmt: skip


def recover_tasks(play: Play, fate: Fate) -> None:
    play.move("rex_recover_tasks", fate=fate, p_limit=10)


def recover_outreach(play: Play, fate: Fate) -> None:
    play.move("rex_recover_outreach", fate=fate, p_limit=10)


def expire_outreach(play: Play, fate: Fate) -> None:
    play.move("rex_expire_outreach", fate=fate, p_limit=10)


def wake_missions(play: Play, fate: Fate) -> None:
    play.move("rex_wake_missions", fate=fate, p_limit=10)


def monitor_pass(play: Play) -> None:
    """The whole use case, with all that no move of its own stands for."""
    with suppress(RexError):
        monitor_missions(machinery=SqlMachinery(play.stage.worker), nudge=Nudged())


# Recovery.


def look_at_failed(play: Play) -> None:
    answer = play.read("rex_missions_to_recover", p_limit=10)
    play.failures.extend(answer["missions"] if answer else [])


def recover(play: Play, fate: Fate, failure: Any) -> None:
    """What no rule can place is a person's."""
    decision = decide(FailedMission.model_validate(failure | {"luck": 0.5}))
    play.move(
        "rex_recover_mission", fate=fate, p_mission_id=failure["mission_id"], p_version=failure["version"],
        p_to="QUEUED" if decision and decision.action is Action.RETRY else "ESCALATED", p_reason=decision.reason if decision else "unknown",
        p_error_code=None if decision and decision.action is Action.RETRY else failure["error_code"],
        p_retry_in_seconds=decision.params.get("retry_in_seconds") if decision else None, p_decision=decision.as_argument() if decision else None,
        watch=Watch(MISSION, failure["mission_id"], lambda row: row["version"] != failure["version"]),
    )  # fmt: skip


# The sender, and who receives.


def claim_outreach(play: Play, fate: Fate, limit: int) -> None:
    play.move("rex_claim_outreach", lambda answer: play.sends.extend(answer["outreach"]), fate=fate, p_limit=limit, p_lease_seconds=60)


def begin(play: Play, fate: Fate, lease: Any) -> None:
    def then(answer: Any) -> None:
        if answer["begun"]:
            play.flights.append(lease | {"message": answer["message"], "inbox": answer["inbox"]})

    play.move(
        "rex_begin_outreach", then, fate=fate, p_outreach_id=lease["outreach_id"], p_fence=lease["fence"],
        watch=Watch(OUTREACH, lease["outreach_id"], lambda row: row["fence"] != lease["fence"] or row["state"] != "scheduled"),
    )  # fmt: skip


def hand_over(play: Play, fate: Fate, flight: Any, result: str, code: str | None = None, arrives: bool = False) -> None:
    """The provider takes the message or not, and the sender tells of it."""
    play.flights.remove(flight)
    message = flight["message"]
    if result == "sent" or arrives:
        key = f"{message['mission_id']} {message['lead_id']} {message['step']}"
        play.arrived[key] += 1
        play.sent.append(flight["outreach_id"])
        assert play.arrived[key] == 1, f"somebody got the same message twice: {key}"
    finish(play, fate, flight, result, code)


def finish(play: Play, fate: Fate, flight: Any, result: str, code: str | None = None) -> None:
    play.move(
        "rex_finish_outreach", fate=fate, p_outreach_id=flight["outreach_id"], p_fence=flight["fence"], p_result=result, p_provider="smtp",
        p_code=code, watch=Watch(OUTREACH, flight["outreach_id"], lambda row: _is_over(row, flight)),
    )  # fmt: skip


def _is_over(row: dict[str, Any], flight: Any) -> bool:
    return row["fence"] != flight["fence"] or row["state"] not in ("sending", "unknown")


def react(play: Play, fate: Fate, outreach: str, kind: str, number: int) -> None:
    play.move(
        "rex_record_event", fate=fate, p_outreach_id=outreach, p_kind=kind, p_source="test", p_source_id=f"{outreach} {kind} {number}",
        p_occurred_at=play.clock.now(),
    )  # fmt: skip


# People.


def create(play: Play, fate: Fate, which: int, count: int, priority: int, later: bool, review: str = "none") -> None:
    world = play.worlds[which]
    leads = [str(lead) for lead in play.people[world.account][:count]]

    def then(answer: Any) -> None:
        play.missions.append(UUID(answer["mission_id"]))

    play.move(
        "rex_create_mission", then, fate=fate, person=world.account, p_type="lead_reactivation", p_audience={"lead_ids": leads}, p_priority=priority, p_review=review,
        p_not_before=play.rows("select rex.now() + interval '1 hour' as at")[0]["at"] if later else None,
    )  # fmt: skip


def owner(play: Play, mission: UUID) -> UUID:
    account: UUID = play.rows("select user_id from public.rex_missions where id = %s", mission)[0]["user_id"]
    return account


def cancel(play: Play, fate: Fate, mission: UUID) -> None:
    play.move("rex_cancel_mission", fate=fate, person=owner(play, mission), p_mission_id=mission)


def retry(play: Play, fate: Fate, mission: UUID) -> None:
    play.move("rex_retry_mission", fate=fate, person=owner(play, mission), p_mission_id=mission)


def change_many(play: Play, fate: Fate, command: str, which: int) -> None:
    """All that an account's list shows as fit for it."""
    world = play.worlds[which]
    fit = "state <> 'COMPLETED'" if command == "rex_cancel_missions" else "state in ('FAILED', 'ESCALATED')"
    shown = play.rows(
        f"select id::text from public.rex_missions where user_id = %s and {fit} and error_code is distinct from 'cancelled' order by id limit 2",
        world.account,
    )
    if shown:
        selection = {"ids": [row["id"] for row in shown]}
        play.move(command, fate=fate, person=world.account, p_selection=selection, p_expected_count=len(shown))


def release(play: Play, fate: Fate, action: str, item: int, all_held: bool) -> None:
    """What a person does to held messages."""
    held = play.rows("select id, mission_id, user_id from public.rex_outreach where state = 'held' order by created_at, id")
    if held:
        row = pick(held, item)
        text: dict[str, Any] = {"p_subject": "Edited", "p_body_text": "Edited text"} if action == "edit" else {}
        ids = None if all_held and action != "edit" else [row["id"]]
        play.move(
            "rex_release_outreach",
            fate=fate,
            person=row["user_id"],
            p_mission_id=row["mission_id"],
            p_action=action,
            p_outreach_ids=ids,
            **text,
        )


def end_review(play: Play, mission: UUID) -> None:
    """All that passed its checks goes out, the rest does not."""
    for action, checked in (("release", True), ("refuse", False)):
        held = play.rows(
            "select id from public.rex_outreach where mission_id = %s and state = 'held' and (reason is null) = %s", mission, checked
        )
        if held:
            play.move(
                "rex_release_outreach",
                person=owner(play, mission),
                p_mission_id=mission,
                p_action=action,
                p_outreach_ids=[row["id"] for row in held],
            )


def switch(play: Play, fate: Fate, command: str, scope: str, which: int, item: int) -> None:
    """Pause or resume."""
    world = play.worlds[which]
    id_ = _target(play, which, scope, item)
    if id_ is not None:
        play.move(command, fate=fate, person=world.account, p_scope=scope, p_id=id_)


def _target(play: Play, which: int, scope: str, item: int) -> UUID | None:
    world = play.worlds[which]
    if scope == "account":
        return world.account
    if scope == "campaign":
        return world.campaign
    table = {"mission": "rex_missions", "domain": "rex_domain_pool", "inbox": "rex_inboxes"}[scope]
    found = play.rows(f"select id from public.{table} where user_id = %s order by created_at, id", world.account)
    return pick(found, item)["id"] if found else None
