"""The state machine: where a mission goes when its stage has ended."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rex.domain.actions import Action
from rex.domain.state_machine import decide_move
from rex.domain.states import TRANSITIONS, MissionState, MissionType
from tests.support.subjects import mission_to_move as mission


@pytest.mark.parametrize(
    ("state", "changes", "target"),
    [
        ("ASSIGNED", {}, "EXECUTING"),
        ("EXECUTING", {}, "COLLECTING"),
        ("EXECUTING", {"failed_leads": 9}, "COLLECTING"),
        ("COLLECTING", {}, "ANALYZING"),
        ("ANALYZING", {}, "COMPLETED"),
        ("ANALYZING", {"to_optimize": True}, "OPTIMIZING"),
        ("OPTIMIZING", {}, "COMPLETED"),
    ],
)
def test_ended_stage_leads_to_the_next(state: str, changes: dict[str, Any], target: str) -> None:
    decision = decide_move(mission(state, **changes))
    assert (decision.action, decision.target_state, decision.error_code) == (Action.ADVANCE, target, None)


def test_mission_without_a_lead_left_fails() -> None:
    decision = decide_move(mission("EXECUTING", failed_leads=10))
    assert (decision.action, decision.target_state, decision.error_code) == (Action.FAIL, "FAILED", "no_lead_left")


def test_mission_without_leads_fails_with_its_task() -> None:
    decision = decide_move(mission("EXECUTING", leads=0, failed_leads=0, failed_tasks=1))
    assert (decision.action, decision.target_state, decision.error_code) == (Action.FAIL, "FAILED", "task_failed")
    assert decide_move(mission("EXECUTING", leads=0, failed_leads=0)).target_state == "COLLECTING"
    assert decide_move(mission("EXECUTING", failed_tasks=1)).target_state == "COLLECTING", "leads are left"


@pytest.mark.parametrize("state", ["ASSIGNED", "EXECUTING", "ANALYZING", "OPTIMIZING"])
def test_two_hours_of_active_stages_are_escalated(state: str) -> None:
    decision = decide_move(mission(state, active_seconds=7201))
    assert (decision.target_state, decision.error_code) == ("ESCALATED", "timeout")


def test_mission_nobody_can_work_on_is_escalated() -> None:
    decision = decide_move(mission("ASSIGNED", planned=False, type=MissionType.ICP_EXTRACTION))
    assert (decision.target_state, decision.error_code) == ("ESCALATED", "plan_missing")


def test_collecting_may_take_weeks() -> None:
    assert decide_move(mission("COLLECTING", active_seconds=7201)).target_state == "ANALYZING"


@pytest.mark.parametrize(
    ("state", "changes", "action"),
    [
        ("ASSIGNED", {"planned": False}, Action.PLAN),
        ("EXECUTING", {"open_tasks": 1}, Action.WAIT),
        ("EXECUTING", {"paused": True}, Action.WAIT),
        ("QUEUED", {}, Action.WAIT),
        ("COMPLETED", {}, Action.WAIT),
    ],
)
def test_what_has_not_ended_stays(state: str, changes: dict[str, Any], action: Action) -> None:
    decision = decide_move(mission(state, **changes))
    assert (decision.action, decision.target_state) == (action, None)


@given(
    state=st.sampled_from(MissionState), paused=st.booleans(), planned=st.booleans(), to_optimize=st.booleans(),
    open_tasks=st.integers(0, 3), failed_leads=st.integers(0, 10), active_seconds=st.floats(0, 10_000),
)  # fmt: skip
def test_no_decision_leads_where_the_database_refuses(state: MissionState, **changes: Any) -> None:
    decision = decide_move(mission(state.value, **changes))
    assert decision.target_state is None or (state, decision.target_state) in TRANSITIONS
    assert (decision.error_code is not None) == (decision.target_state in (MissionState.FAILED, MissionState.ESCALATED))
