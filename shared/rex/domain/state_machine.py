"""The first layer: where a mission goes when its stage has ended. A decision of this layer is its row in the audit trail."""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.chains import has_plan
from rex.domain.missions import MissionToMove
from rex.domain.states import ACTIVE, MissionState

RULE, VERSION = "state_machine", 1
LONGEST_ACTIVE_SECONDS = 7200.0
"""Of the active stages of one round together."""


def _decision(action: Action, reason: str, target_state: MissionState | None = None, error_code: str | None = None) -> Decision:
    return Decision(
        layer=Layer.STATE_MACHINE,
        rule=RULE,
        rule_version=VERSION,
        action=action,
        reason=reason,
        target_state=target_state,
        error_code=error_code,
    )


_PAUSED = _decision(Action.WAIT, "paused")
_TASKS_OPEN = _decision(Action.WAIT, "tasks_open")
_NOT_UNDER_WAY = _decision(Action.WAIT, "not_under_way")
_PLAN = _decision(Action.PLAN, "never_planned")
_NO_PLAN = _decision(Action.ESCALATE, "type_without_plan", MissionState.ESCALATED, "plan_missing")
_TOO_LONG = _decision(Action.ESCALATE, "two_hours_active", MissionState.ESCALATED, "timeout")
_NO_LEAD_LEFT = _decision(Action.FAIL, "all_leads_failed", MissionState.FAILED, "no_lead_left")
_TASK_FAILED = _decision(Action.FAIL, "task_failed", MissionState.FAILED, "task_failed")
_LEARN = _decision(Action.ADVANCE, "something_learned", MissionState.OPTIMIZING)
_NEXT = {
    MissionState.ASSIGNED: _decision(Action.ADVANCE, "nothing_to_do", MissionState.EXECUTING),
    MissionState.EXECUTING: _decision(Action.ADVANCE, "tasks_done", MissionState.COLLECTING),
    MissionState.COLLECTING: _decision(Action.ADVANCE, "results_in", MissionState.ANALYZING),
    MissionState.ANALYZING: _decision(Action.ADVANCE, "nothing_to_optimize", MissionState.COMPLETED),
    MissionState.OPTIMIZING: _decision(Action.ADVANCE, "learned", MissionState.COMPLETED),
}


def decide_move(mission: MissionToMove) -> Decision:
    """Where a mission whose stage may have ended goes; the command that carries it out checks again that it has."""
    state = mission.state
    if mission.paused:
        return _PAUSED
    if mission.active_seconds > LONGEST_ACTIVE_SECONDS and state in ACTIVE:
        return _TOO_LONG
    if state is MissionState.ASSIGNED and not mission.planned:
        return _PLAN if has_plan(mission.type) else _NO_PLAN
    if mission.open_tasks:
        return _TASKS_OPEN
    if state is MissionState.EXECUTING and mission.failed_leads == mission.leads > 0:
        return _NO_LEAD_LEFT
    if state is MissionState.EXECUTING and mission.failed_tasks and not mission.leads:
        return _TASK_FAILED
    if state is MissionState.ANALYZING and mission.to_optimize:
        return _LEARN
    return _NEXT.get(state, _NOT_UNDER_WAY)
