"""What a decision is: an action, where it leads, who took it and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from rex.domain.states import MissionState


class Layer(IntEnum):
    """Who decided."""

    STATE_MACHINE = 1
    RULES = 2
    REASONER = 3


class Action(StrEnum):
    """What a decision has done."""

    PLAN = "plan"
    ADVANCE = "advance"
    FAIL = "fail"
    RETRY = "retry"
    ESCALATE = "escalate"
    ASSIGN = "assign"
    BOOST = "boost"
    HOLD_IMPORT = "hold_import"
    PAUSE_CAUSE = "pause_cause"
    START_ROTATION = "start_rotation"
    START_MISSION = "start_mission"
    WAIT = "wait"


NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An action and its grounds; `reason` and `error_code` are codes, `context` is the subject, `alternatives` what was not chosen.

    A dataclass, because decisions are made by the hundred thousand and their parts are typed already.
    """

    layer: Layer
    rule: str
    rule_version: int
    action: Action
    reason: str
    params: Mapping[str, Any] = field(default=NOTHING)
    target_state: MissionState | None = None
    error_code: str | None = None
    confidence: float = 1.0
    alternatives: tuple[Action, ...] = ()
    context: BaseModel | None = None

    @property
    def changes(self) -> bool:
        """Whether something is to be done; a decision to wait is only counted."""
        return self.action is not Action.WAIT

    def as_argument(self) -> dict[str, Any] | None:
        """`p_decision` of the command that carries it out: ids, numbers and codes; None for layer 1, whose record is the audit row."""
        if self.layer is Layer.STATE_MACHINE:
            return None
        return {
            "layer": int(self.layer),
            "rule": self.rule,
            "rule_version": self.rule_version,
            "action": self.action.value,
            "params": dict(self.params),
            "reason": self.reason,
            "confidence": self.confidence,
            "alternatives": [action.value for action in self.alternatives],
            "context": self.context.model_dump(mode="json", exclude_none=True) if self.context else {},
        }
