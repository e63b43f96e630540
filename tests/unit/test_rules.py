"""The rules, each as a table and by what holds for all subjects."""

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from rex.domain.chains import CHAINS
from rex.domain.rules.anomaly_response import decide_anomaly
from rex.domain.rules.domain_rotation import LEAST_REPUTATION, decide_domain
from rex.domain.rules.error_escalation import decide_failed_mission, decide_failed_task, is_recoverable
from rex.domain.rules.idle_optimization import decide_idle_account
from rex.domain.rules.priority_boost import decide_old_mission, decide_old_missions
from rex.domain.rules.resource_allocation import decide_queue
from rex.domain.states import MissionType
from rex.domain.subjects import CrewQueue, FailedMission, FailedTask, IdleAccount, OldMission, OldMissions, SickDomain
from tests.support.subjects import (
    CREW_QUEUES,
    FAILED_MISSIONS,
    FAILED_TASKS,
    IDLE_ACCOUNTS,
    OLD_MISSIONS,
    SICK_DOMAINS,
    anomalous_domain,
    failed_mission,
    failed_task,
    old_mission,
    sick_domain,
)  # fmt: skip

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("changes", "action", "reason", "wait"),
    [
        ({}, "retry", "recoverable", 60),
        ({"retry_count": 1}, "retry", "recoverable", 120),
        ({"retry_count": 2}, "retry", "recoverable", 240),
        ({"retry_count": 2, "luck": 0.25}, "retry", "recoverable", 60),
        ({"retry_count": 3}, "escalate", "retries_spent", None),
        ({"error_code": "sunspots", "retry_count": 3}, "escalate", "retries_spent", None),
        ({"error_code": "sunspots", "recoverable": True}, "retry", "recoverable", 60),
        ({"error_code": "sunspots", "recoverable": False}, "escalate", "not_recoverable", None),
        ({"error_code": "database_57014"}, "retry", "recoverable", 60),
        ({"error_code": "plan_missing"}, "escalate", "not_recoverable", None),
        ({"task_error_codes": ["agent_unknown"]}, "escalate", "not_recoverable", None),
        ({"error_code": "task_failed", "task_error_codes": ["agent_unknown"]}, "escalate", "not_recoverable", None),
        ({"error_code": "task_failed", "task_error_codes": ["agent_failed"]}, "retry", "recoverable", 60),
        ({"task_error_codes": ["agent_unknown", "agent_failed"]}, "retry", "recoverable", 60),
        ({"task_error_codes": ["sunspots", "lease_expired"]}, "retry", "recoverable", 60),
    ],
)
def test_failed_mission(changes: dict[str, Any], action: str, reason: str, wait: int | None) -> None:
    decision = decide_failed_mission(failed_mission(**changes))
    assert decision
    assert (decision.action, decision.reason, decision.params.get("retry_in_seconds")) == (action, reason, wait)


@pytest.mark.parametrize(
    ("changes", "action", "reason", "wait"),
    [
        ({}, "retry", "recoverable", 10),
        ({"retry_count": 2, "luck": 0.5}, "retry", "recoverable", 20),
        ({"retry_count": 3}, "fail", "retries_spent", None),
        ({"recoverable": False}, "fail", "not_recoverable", None),
    ],
)
def test_failed_task(changes: dict[str, Any], action: str, reason: str, wait: int | None) -> None:
    decision = decide_failed_task(failed_task(**changes))
    assert (decision.action, decision.reason, decision.params.get("retry_in_seconds")) == (action, reason, wait)


@given(FAILED_MISSIONS)
def test_mission_is_never_tried_a_fourth_time_nor_waits_longer_than_its_turn(mission: FailedMission) -> None:
    decision = decide_failed_mission(mission)
    if decision and decision.action == "retry":
        assert mission.retry_count < 3
        assert 0 <= decision.params["retry_in_seconds"] <= 60 * 2**mission.retry_count
    elif decision:
        assert (decision.action, decision.target_state, decision.error_code) == ("escalate", "ESCALATED", mission.error_code)


def test_every_refusal_of_a_result_is_known_to_the_rule() -> None:
    migrations = Path(__file__).parents[2] / "supabase" / "migrations"
    codes = {code for file in migrations.glob("*00131*.sql") for code in re.findall(r"rex\.refuse\(422, '(\w+)'", file.read_text())}
    assert {"lead_not_in_task", "not_passed"} <= codes
    assert {code for code in codes if is_recoverable(code) is not False} == set()


@given(FAILED_TASKS)
def test_task_is_tried_again_exactly_when_that_may_help(task: FailedTask) -> None:
    assert (decide_failed_task(task).action == "retry") == (task.recoverable and task.retry_count < 3)


def cause(kind: str) -> dict[str, Any]:
    return {"kind": kind, "id": A, "share": 0.8}


@pytest.mark.parametrize(
    ("changes", "action", "reason"),
    [
        ({}, "start_rotation", "low_twice"),
        ({"previous_reputation": 0.7}, "wait", "low_once"),
        ({"previous_reputation": None}, "wait", "low_once"),
        ({"reputation": 0.7}, "wait", "healthy"),
        ({"reputation": 0.699, "previous_reputation": 0.699}, "start_rotation", "low_twice"),
        ({"status": "warming"}, "start_rotation", "low_twice"),
        ({"status": "rotated"}, "wait", "not_in_service"),
        ({"complaints": True}, "wait", "complaints_are_not_dodged"),
        ({"complaints": True, "cause": cause("campaign")}, "pause_cause", "campaign_harms"),
        ({"status": "pending_verification"}, "wait", "not_in_service"),
        ({"cause": cause("import")}, "hold_import", "import_harms"),
        ({"cause": cause("import"), "previous_reputation": None}, "hold_import", "import_harms"),
        ({"cause": cause("mission")}, "pause_cause", "mission_harms"),
        ({"cause": cause("campaign")}, "pause_cause", "campaign_harms"),
        ({"cause": cause("campaign"), "reputation": 0.9}, "wait", "healthy"),
    ],
)
def test_sick_domain(changes: dict[str, Any], action: str, reason: str) -> None:
    decision = decide_domain(sick_domain(**changes))
    assert (decision.action, decision.reason) == (action, reason)


def test_stopping_the_cause_names_it() -> None:
    assert decide_domain(sick_domain(cause=cause("import"))).params == {"import_id": str(A)}
    assert decide_domain(sick_domain(cause=cause("mission"))).params == {"kind": "mission", "id": str(A)}


@pytest.mark.parametrize(
    ("changes", "action", "reason"),
    [
        ({}, "start_rotation", "fallen_far"),
        ({"signal": "reputation"}, "start_rotation", "fallen_far"),
        ({"signal": "replies"}, "wait", "not_of_the_domain"),
        ({"signal": "complaints"}, "wait", "not_of_the_domain"),
        ({"complaints": True}, "wait", "complaints_are_not_dodged"),
        ({"status": "rotated"}, "wait", "not_in_service"),
        ({"cause": cause("import")}, "wait", "cause_is_stopped_first"),
        ({"reputation": 0.85, "usual_reputation": 1.0}, "wait", "not_fallen_far"),
        ({"usual_reputation": 0.89}, "wait", "not_fallen_far"),
        ({"usual_reputation": None}, "wait", "not_fallen_far"),
    ],
)
def test_anomalous_domain(changes: dict[str, Any], action: str, reason: str) -> None:
    decision = decide_anomaly(anomalous_domain(**changes))
    assert (decision.action, decision.reason) == (action, reason)


@given(SICK_DOMAINS)
def test_domain_is_rotated_only_after_two_low_values_and_with_no_cause_left(domain: SickDomain) -> None:
    if decide_domain(domain).action == "start_rotation":
        assert domain.reputation < LEAST_REPUTATION
        assert domain.previous_reputation is not None
        assert domain.previous_reputation < LEAST_REPUTATION
        assert domain.cause is None


@pytest.mark.parametrize(
    ("changes", "action", "reason", "priority"),
    [
        ({}, "boost", "a_day_in_the_queue", 70),
        ({"priority": 90}, "boost", "a_day_in_the_queue", 100),
        ({"priority": 100}, "wait", "highest_already", None),
        ({"queued_seconds": 86_399.0}, "wait", "not_old_enough", None),
        ({"boosted": True}, "wait", "boosted_before", None),
    ],
)
def test_old_mission(changes: dict[str, Any], action: str, reason: str, priority: int | None) -> None:
    decision = decide_old_mission(old_mission(**changes))
    assert (decision.action, decision.reason, decision.params.get("priority")) == (action, reason, priority)


def test_old_missions_of_an_account_are_one_decision() -> None:
    old, young = old_mission(mission_id=B), old_mission(mission_id=C, queued_seconds=5.0)
    decision = decide_old_missions(OldMissions(user_id=A, missions=(old, young)))
    assert (decision.action, decision.params) == ("boost", {"missions": [{"mission_id": str(B), "priority": 70}]})
    assert decide_old_missions(OldMissions(user_id=A, missions=(young,))).action == "wait"


@given(OLD_MISSIONS)
def test_boost_raises_and_stays_in_bounds(mission: OldMission) -> None:
    decision = decide_old_mission(mission)
    if decision.action == "boost":
        assert mission.priority < decision.params["priority"] <= min(100, mission.priority + 20)


def queue(free_slots: int, *missions: tuple[uuid.UUID, int, float, bool]) -> CrewQueue:
    names = ("mission_id", "priority", "queued_seconds", "startable")
    return CrewQueue.model_validate(
        {"user_id": A, "free_slots": free_slots, "missions": [dict(zip(names, mission, strict=True)) for mission in missions]}
    )


@pytest.mark.parametrize(
    ("subject", "missions", "reason"),
    [
        (queue(3), (), "nothing_startable"),
        (queue(0, (A, 90, 0, True)), (), "no_slot"),
        (queue(3, (A, 10, 0, False)), (), "nothing_startable"),
        (queue(1, (A, 50, 9, True), (B, 80, 0, True)), (B,), "at_once"),
        (queue(2, (A, 49, 9, True), (B, 50, 0, True), (C, 50, 5, True)), (C, B), "standard"),
        (queue(2, (A, 49, 9, True), (B, 90, 0, False)), (A,), "nothing_else_can_start"),
        (queue(3, (A, 49, 9, True), (B, 90, 0, True)), (B, A), "at_once"),
    ],
)
def test_crew_queue(subject: CrewQueue, missions: tuple[uuid.UUID, ...], reason: str) -> None:
    decision = decide_queue(subject)
    assert decision.params.get("missions", ()) == tuple(map(str, missions))
    assert decision.reason == reason


@given(CREW_QUEUES)
def test_low_priority_starts_only_when_nothing_higher_could_take_its_place(subject: CrewQueue) -> None:
    taken = set(decide_queue(subject).params.get("missions", ()))
    assert len(taken) <= max(0, subject.free_slots)
    left = [mission for mission in subject.missions if mission.startable and str(mission.mission_id) not in taken]
    started = [mission for mission in subject.missions if str(mission.mission_id) in taken]
    assert all(high.priority <= low.priority for high in left for low in started)
    assert not left or len(taken) == max(0, subject.free_slots)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"active_missions": 1}, "missions_active"),
        ({}, "crew_missing"),
        ({"cold_domains": 1}, "crew_missing"),
        ({"cold_domains": 1, "analyzed_today": True}, "crew_missing"),
        ({"analyzed_today": True}, "nothing_to_do"),
    ],
)
def test_idle_account_waits_for_crews_that_do_not_exist(changes: dict[str, Any], reason: str) -> None:
    decision = decide_idle_account(IdleAccount.model_validate({"user_id": A, "active_missions": 0} | changes))
    assert (decision.action, decision.reason) == ("wait", reason)


def test_idle_account_works_as_soon_as_there_is_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = IdleAccount(user_id=A, active_missions=0, cold_domains=1)
    monkeypatch.setitem(CHAINS, MissionType.PERFORMANCE_OPTIMIZATION, ("bottleneck_analyst",))
    assert decide_idle_account(idle).params == {"type": "performance_optimization"}


@given(IDLE_ACCOUNTS)
def test_busy_account_is_left_alone(account: IdleAccount) -> None:
    assert account.active_missions == 0 or decide_idle_account(account).action == "wait"
