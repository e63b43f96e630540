"""What is decided about, as tests need it: usual ones, with what a test changes; and any there can be."""

import uuid
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from rex.domain.anomalies import Signal
from rex.domain.decisions import Subject
from rex.domain.missions import MissionToMove
from rex.domain.rules.error_escalation import LASTING, OF_TASKS, PASSING
from rex.domain.states import MissionState, MissionType
from rex.domain.subjects import (
    AnomalousDomain,
    CauseKind,
    CrewQueue,
    FailedMission,
    FailedTask,
    IdleAccount,
    OldMission,
    OldMissions,
    SickDomain,
)

CODES = sorted(LASTING | PASSING | OF_TASKS | {"agent_unknown", "result_invalid", "database_57014", "sunspots"})

for _subject in (AnomalousDomain, CrewQueue, FailedMission, FailedTask, IdleAccount, OldMission, OldMissions, SickDomain):
    _subject.model_rebuild()  # Before that Hypothesis sees no field of theirs.


def mission_to_move(state: str, **changes: Any) -> MissionToMove:
    usual = {
        "mission_id": uuid.uuid4(), "user_id": uuid.uuid4(), "type": MissionType.LEAD_REACTIVATION, "crew": "dead_lead_crew", "fence": 1,
        "round": 1, "leads": 10, "batch_size": 50, "batches": 1, "state": state, "version": 2, "stage_at": datetime(2026, 1, 1, tzinfo=UTC),
        "paused": False, "planned": True, "active_seconds": 5.0, "open_tasks": 0, "failed_leads": 0, "unsent": 0, "awaiting": 0,
    }  # fmt: skip
    return MissionToMove.model_validate(usual | changes)


def failed_mission(**changes: Any) -> FailedMission:
    usual = {
        "mission_id": uuid.uuid4(), "user_id": uuid.uuid4(), "type": "lead_reactivation", "version": 4, "retry_count": 0,
        "error_code": "no_lead_left", "luck": 1.0,
    }  # fmt: skip
    return FailedMission.model_validate(usual | changes)


def failed_task(**changes: Any) -> FailedTask:
    usual = {
        "task_id": uuid.uuid4(), "mission_id": uuid.uuid4(), "user_id": uuid.uuid4(), "agent": "writer", "retry_count": 0,
        "error_code": "agent_failed", "recoverable": True, "luck": 1.0,
    }  # fmt: skip
    return FailedTask.model_validate(usual | changes)


def sick_domain(**changes: Any) -> SickDomain:
    usual = {"domain_id": uuid.uuid4(), "user_id": uuid.uuid4(), "status": "active", "reputation": 0.6, "previous_reputation": 0.6}
    return SickDomain.model_validate(usual | changes)


def anomalous_domain(**changes: Any) -> AnomalousDomain:
    usual = {
        "domain_id": uuid.uuid4(), "user_id": uuid.uuid4(), "anomaly_id": uuid.uuid4(), "signal": "bounces", "status": "active",
        "reputation": 0.75, "usual_reputation": 0.92,
    }  # fmt: skip
    return AnomalousDomain.model_validate(usual | changes)


def old_mission(**changes: Any) -> OldMission:
    usual = {"mission_id": uuid.uuid4(), "user_id": uuid.uuid4(), "priority": 50, "queued_seconds": 86_400.0}
    return OldMission.model_validate(usual | changes)


_RATES = st.floats(0, 1)
_COUNTS = st.integers(0, 5)
_CAUSES = st.none() | st.fixed_dictionaries({"kind": st.sampled_from(CauseKind), "id": st.uuids(), "share": _RATES})
FAILED_MISSIONS = st.builds(
    FailedMission, retry_count=st.integers(0, 3), error_code=st.sampled_from(CODES), luck=_RATES,
    recoverable=st.none() | st.booleans(), task_error_codes=st.lists(st.sampled_from(CODES), max_size=3, unique=True).map(tuple),
)  # fmt: skip
FAILED_TASKS = st.builds(FailedTask, retry_count=st.integers(0, 3), error_code=st.sampled_from(CODES), luck=_RATES)
SICK_DOMAINS = st.builds(
    sick_domain, status=st.sampled_from(["pending_verification", "warming", "active", "rotated", "retired"]),
    reputation=_RATES, previous_reputation=st.none() | _RATES, cause=_CAUSES,
)  # fmt: skip
ANOMALOUS_DOMAINS = st.builds(
    anomalous_domain, signal=st.sampled_from(Signal).map(str), status=st.sampled_from(["warming", "active", "rotated"]), reputation=_RATES,
    usual_reputation=st.none() | _RATES, cause=_CAUSES,
)  # fmt: skip
OLD_MISSIONS = st.builds(OldMission, priority=st.integers(0, 100), queued_seconds=st.floats(0, 1e7), boosted=st.booleans())
OLD_QUEUES = st.builds(OldMissions, missions=st.lists(OLD_MISSIONS, max_size=4).map(tuple))
CREW_QUEUES = st.builds(
    lambda free_slots, missions: CrewQueue.model_validate({"user_id": uuid.uuid4(), "free_slots": free_slots, "missions": missions}),
    free_slots=st.integers(-2, 4),
    missions=st.lists(
        st.fixed_dictionaries(
            {"mission_id": st.uuids(), "priority": st.integers(0, 100), "queued_seconds": st.floats(0, 1e6), "startable": st.booleans()}
        ),
        max_size=6,
    ),
)
IDLE_ACCOUNTS = st.builds(IdleAccount, active_missions=_COUNTS, cold_domains=_COUNTS)
MOVES = st.builds(
    mission_to_move, state=st.sampled_from(MissionState).map(str), paused=st.booleans(), planned=st.booleans(),
    to_optimize=st.booleans(), open_tasks=st.integers(0, 3), failed_leads=st.integers(0, 10), active_seconds=st.floats(0, 10_000),
)  # fmt: skip
SUBJECTS: st.SearchStrategy[Subject] = st.one_of(
    MOVES, FAILED_MISSIONS, FAILED_TASKS, SICK_DOMAINS, ANOMALOUS_DOMAINS, OLD_MISSIONS, OLD_QUEUES, CREW_QUEUES, IDLE_ACCOUNTS
)
