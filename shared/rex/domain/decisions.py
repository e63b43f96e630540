"""What is to be done next with a mission: the state machine, the first layer of the decision engine.

A decision of this layer is its row in the audit trail; it needs no other record.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from rex.domain.missions import ACTIVE, MissionState, MissionToMove
from rex.domain.plans import has_plan

LONGEST_ACTIVE_SECONDS = 7200.0
"""Of the active stages of one round together."""


class Action(StrEnum):
    """What a decision has done."""

    PLAN = "plan"
    ADVANCE = "advance"
    FAIL = "fail"
    ESCALATE = "escalate"
    WAIT = "wait"


class Decision(BaseModel):
    """An action, where it leads, and why; `reason` and `error_code` are codes."""

    model_config = ConfigDict(frozen=True)

    action: Action
    target_state: MissionState | None = None
    reason: str
    error_code: str | None = None


_NEXT = {
    MissionState.ASSIGNED: (MissionState.EXECUTING, "nothing_to_do"),
    MissionState.EXECUTING: (MissionState.COLLECTING, "tasks_done"),
    MissionState.COLLECTING: (MissionState.ANALYZING, "results_in"),
    MissionState.OPTIMIZING: (MissionState.COMPLETED, "learned"),
}


def decide_move(mission: MissionToMove) -> Decision:
    """Where a mission whose stage may have ended goes; the command that carries it out checks again that it has."""
    if mission.paused:
        return Decision(action=Action.WAIT, reason="paused")
    if mission.state in ACTIVE and mission.active_seconds > LONGEST_ACTIVE_SECONDS:
        return Decision(action=Action.ESCALATE, target_state=MissionState.ESCALATED, reason="two_hours_active", error_code="timeout")
    if mission.state is MissionState.ASSIGNED and not mission.planned:
        return _plan(mission)
    if mission.open_tasks:
        return Decision(action=Action.WAIT, reason="tasks_open")
    if mission.state is MissionState.EXECUTING and mission.failed_leads == mission.leads > 0:
        return Decision(action=Action.FAIL, target_state=MissionState.FAILED, reason="all_leads_failed", error_code="no_lead_left")
    return _advance(mission)


def _plan(mission: MissionToMove) -> Decision:
    if has_plan(mission.type):
        return Decision(action=Action.PLAN, reason="never_planned")
    return Decision(action=Action.ESCALATE, target_state=MissionState.ESCALATED, reason="type_without_plan", error_code="plan_missing")


def _advance(mission: MissionToMove) -> Decision:
    if mission.state is MissionState.ANALYZING:
        target, reason = (
            (MissionState.OPTIMIZING, "something_learned") if mission.to_optimize else (MissionState.COMPLETED, "nothing_to_optimize")
        )
    elif mission.state in _NEXT:
        target, reason = _NEXT[mission.state]
    else:
        return Decision(action=Action.WAIT, reason="not_under_way")
    return Decision(action=Action.ADVANCE, target_state=target, reason=reason)
