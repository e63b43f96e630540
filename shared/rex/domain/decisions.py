"""The decision engine without its third layer: the state machine first, then the rules. Pure; it never waits for anybody."""

from collections.abc import Callable
from typing import Any, overload

from pydantic import BaseModel

from rex.domain.actions import Action, Decision, Layer
from rex.domain.missions import MissionToMove
from rex.domain.rules.anomaly_response import decide_anomaly
from rex.domain.rules.domain_rotation import decide_domain
from rex.domain.rules.error_escalation import decide_failed_mission, decide_failed_task
from rex.domain.rules.idle_optimization import decide_idle_account
from rex.domain.rules.priority_boost import decide_old_mission, decide_old_missions
from rex.domain.rules.resource_allocation import decide_queue
from rex.domain.state_machine import decide_move
from rex.domain.subjects import AnomalousDomain, CrewQueue, FailedMission, FailedTask, IdleAccount, OldMission, OldMissions, SickDomain

__all__ = ["Action", "Decision", "Layer", "Subject", "decide"]

type Placed = MissionToMove | FailedTask | SickDomain | AnomalousDomain | OldMission | OldMissions | CrewQueue | IdleAccount
"""What the first two layers always have an answer for."""
type Subject = Placed | FailedMission

_DECIDES: dict[type[BaseModel], Callable[[Any], Decision | None]] = {
    MissionToMove: decide_move,
    FailedMission: decide_failed_mission,
    FailedTask: decide_failed_task,
    SickDomain: decide_domain,
    AnomalousDomain: decide_anomaly,
    OldMission: decide_old_mission,
    OldMissions: decide_old_missions,
    CrewQueue: decide_queue,
    IdleAccount: decide_idle_account,
}
"""Each kind of subject belongs to one layer: moves to the state machine, all others to the rule named for them."""


@overload
def decide(subject: Placed) -> Decision: ...
@overload
def decide(subject: Subject) -> Decision | None: ...
def decide(subject: Subject) -> Decision | None:
    """What is to be done; None when neither the state machine nor a rule can place it and only the reasoner could."""
    return _DECIDES[type(subject)](subject)
