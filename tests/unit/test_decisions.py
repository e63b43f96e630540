"""The engine's first two layers: they always answer or say that only the reasoner could, and touch nothing."""

import json
import socket
from typing import Any

import pytest
from hypothesis import given

from rex.domain.actions import Action, Decision, Layer
from rex.domain.decisions import Subject, decide
from rex.domain.missions import MissionToMove
from rex.domain.states import TRANSITIONS, MissionState
from rex.domain.subjects import FailedMission
from tests.support.subjects import MOVES, SUBJECTS, failed_mission, mission_to_move, sick_domain


@pytest.fixture(scope="module", autouse=True)
def no_network() -> Any:
    """Whoever opens a socket in the first two layers fails the test."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a decision of layers 1 and 2 took a network call")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


@given(SUBJECTS)
def test_every_subject_is_placed_but_a_failure_of_unknown_kind(subject: Subject) -> None:
    decision = decide(subject)
    if decision is None:
        assert isinstance(subject, FailedMission)
    else:
        assert decision.layer is (Layer.STATE_MACHINE if isinstance(subject, MissionToMove) else Layer.RULES)
        assert decision.action not in decision.alternatives


@given(SUBJECTS)
def test_same_subject_is_decided_the_same(subject: Subject) -> None:
    assert decide(subject) == decide(subject)


@given(SUBJECTS)
def test_what_is_kept_rebuilds_the_subject(subject: Subject) -> None:
    decision = decide(subject)
    kept = decision.as_argument() if decision else None
    if kept is None:
        return
    json.dumps(kept)
    again = decide(type(subject).model_validate(kept["context"]))
    assert again is not None
    assert again.as_argument() == kept


@given(MOVES)
def test_decision_of_the_first_layer_needs_no_other_record(mission: MissionToMove) -> None:
    decision = decide(mission)
    assert decision.as_argument() is None
    assert decision.target_state is None or (mission.state, decision.target_state) in TRANSITIONS


def test_decision_of_a_rule_is_kept_with_its_grounds() -> None:
    domain = sick_domain()
    decision = decide(domain)
    assert decision.as_argument() == {
        "layer": 2, "rule": "domain_rotation", "rule_version": 1, "action": "start_rotation", "params": {"domain_id": str(domain.domain_id)},
        "reason": "low_twice", "confidence": 1.0, "alternatives": ["wait"],
        "context": domain.model_dump(mode="json", exclude_none=True),
    }  # fmt: skip


def test_only_waiting_changes_nothing() -> None:
    waiting = decide(mission_to_move("QUEUED"))
    assert not waiting.changes
    assert all(
        Decision(layer=Layer.RULES, rule="r", rule_version=1, action=action, reason="x").changes for action in set(Action) - {Action.WAIT}
    )


def test_mission_that_failed_with_a_code_no_rule_knows_is_left_to_the_reasoner() -> None:
    assert decide(failed_mission(error_code="sunspots")) is None
    assert decide(failed_mission(error_code="no_lead_left", task_error_codes=("sunspots", "agent_unknown"))) is None


def test_state_a_failure_leads_to_is_legal() -> None:
    retried, escalated = decide(failed_mission()), decide(failed_mission(retry_count=3))
    assert retried
    assert escalated
    assert (MissionState.FAILED, retried.target_state) in TRANSITIONS
    assert (MissionState.FAILED, escalated.target_state) in TRANSITIONS
