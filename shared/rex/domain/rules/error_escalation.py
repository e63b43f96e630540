"""What may succeed is tried again, at most 3 times, later each time; a task that cannot fails, such a mission goes to a person."""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.retries import MISSION_BASE_SECONDS, retry_delay
from rex.domain.states import MissionState
from rex.domain.subjects import FailedMission, FailedTask

RULE, VERSION = "error_escalation", 1
MOST_RETRIES = 3

PASSING = frozenset({"agent_failed", "lease_expired", "secrets_unreachable"})
"""Codes of what may be gone the next time; `database_...` are some too."""
LASTING = frozenset(
    {
        *("plan_missing", "timeout", "cancelled"),
        *("not_passed", "lead_not_in_task", "address_not_of_lead"),
        *("forbidden", "token_missing"),
    }
)
"""Codes of what trying again does not change; `..._invalid` and `..._unknown` are some too."""
OF_TASKS = frozenset({"no_lead_left", "task_failed"})
"""Codes of missions that failed with their tasks, whose codes tell more."""


def is_recoverable(error_code: str) -> bool | None:
    """None for a code that no rule knows."""
    if error_code in PASSING or error_code.startswith("database_"):
        return True
    return False if error_code in LASTING or error_code.endswith(("_invalid", "_unknown")) else None


def decide_failed_mission(mission: FailedMission) -> Decision | None:
    """Queued again or escalated; None when only the reasoner could tell whether another try helps."""
    if mission.retry_count >= MOST_RETRIES:
        return _escalate(mission, "retries_spent")
    recoverable = mission.recoverable if mission.recoverable is not None else _mission_recoverable(mission)
    if recoverable is None:
        return None
    if not recoverable:
        return _escalate(mission, "not_recoverable")
    wait = retry_delay(mission.retry_count, mission.luck, MISSION_BASE_SECONDS)
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=Action.RETRY, reason="recoverable",
        params={"retry_in_seconds": wait}, target_state=MissionState.QUEUED, alternatives=(Action.ESCALATE,), context=mission,
    )  # fmt: skip


def _mission_recoverable(mission: FailedMission) -> bool | None:
    """A mission that failed with its tasks is worth another try when one of them is."""
    if mission.error_code not in OF_TASKS:
        return is_recoverable(mission.error_code)
    known = {is_recoverable(code) for code in mission.task_error_codes}
    if True in known or not known:
        return True
    return None if None in known else False


def _escalate(mission: FailedMission, reason: str) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=Action.ESCALATE, reason=reason,
        target_state=MissionState.ESCALATED, error_code=mission.error_code, alternatives=(Action.RETRY,), context=mission,
    )  # fmt: skip


def decide_failed_task(task: FailedTask) -> Decision:
    """Ready again after a while, or failed for good."""
    if not task.recoverable or task.retry_count >= MOST_RETRIES:
        return Decision(
            layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=Action.FAIL, error_code=task.error_code,
            reason="retries_spent" if task.recoverable else "not_recoverable", alternatives=(Action.RETRY,), context=task,
        )  # fmt: skip
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=Action.RETRY, error_code=task.error_code, reason="recoverable",
        params={"retry_in_seconds": retry_delay(task.retry_count, task.luck)}, alternatives=(Action.FAIL,), context=task,
    )  # fmt: skip
