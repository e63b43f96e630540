"""Decides a decision on record anew, from the context it kept: what today's rules would have done."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_jsonable_python

from rex.domain import reasoning
from rex.domain.decisions import Action, Decision, Subject, decide
from rex.domain.rules import anomaly_response, domain_rotation, error_escalation, idle_optimization, priority_boost, resource_allocation
from rex.domain.subjects import AnomalousDomain, CrewQueue, FailedMission, FailedTask, IdleAccount, OldMissions, SickDomain


class RecordedDecision(BaseModel):
    """A row of `rex_decisions`."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    user_id: UUID
    at: datetime
    layer: int
    rule: str
    rule_version: int
    action: str
    params: dict[str, Any]
    reason: str
    context: dict[str, Any]


class Comparison(StrEnum):
    """What today's decision is beside the one on record."""

    SAME = "same"
    OTHER_ACTION = "other_action"
    OTHER_PARAMS = "other_params"
    """The same action with other parameters."""
    LEFT_TO_REASONER = "left_to_reasoner"
    """No rule places it today."""
    UNREADABLE = "unreadable"
    """Its context does not hold what today's rules look at."""


class Replay(BaseModel):
    """One decision then and now."""

    model_config = ConfigDict(frozen=True)

    rule: str
    then: str
    now: str | None
    comparison: Comparison


def replay(record: RecordedDecision) -> Replay:
    """Compares by action and parameters; what the reasoner decided then is compared with what a rule does with it now."""
    try:
        subject = _rebuild(record)
    except (KeyError, TypeError, ValidationError):
        return _compared(record, None, Comparison.UNREADABLE)
    decision = decide(subject)
    if decision is None:
        return _compared(record, None, Comparison.LEFT_TO_REASONER)
    if decision.action != _then(record):
        return _compared(record, decision, Comparison.OTHER_ACTION)
    return _compared(record, decision, Comparison.SAME if _params(decision.params) == _params_then(record) else Comparison.OTHER_PARAMS)


def _compared(record: RecordedDecision, decision: Decision | None, comparison: Comparison) -> Replay:
    now = decision.action.value if decision else None
    return Replay(rule=record.rule, then=_then(record), now=now, comparison=comparison)


def _rebuild(record: RecordedDecision) -> Subject:
    return _SUBJECTS[record.rule](record)


def _failure(record: RecordedDecision) -> FailedMission | FailedTask:
    return (FailedTask if "task_id" in record.context else FailedMission).model_validate(record.context)


def _queue(record: RecordedDecision) -> CrewQueue:
    """What a claim took and what it held back for a domain or quota; the slots there were are those it filled."""
    claimed, priorities = record.context["claimed"], record.context["priorities"]
    missions = [
        {"mission_id": mission, "priority": priority, "startable": mission in claimed}
        for mission, priority in zip((*claimed, *record.context["waiting"]), priorities, strict=True)
    ]
    return CrewQueue.model_validate({"user_id": record.user_id, "free_slots": len(claimed), "missions": missions})


_SUBJECTS: Mapping[str, Callable[[RecordedDecision], Subject]] = {
    error_escalation.RULE: _failure,
    reasoning.RULE: _failure,
    anomaly_response.RULE: lambda record: AnomalousDomain.model_validate(record.context),
    domain_rotation.RULE: lambda record: SickDomain.model_validate(record.context),
    priority_boost.RULE: lambda record: OldMissions.model_validate(record.context),
    idle_optimization.RULE: lambda record: IdleAccount.model_validate(record.context),
    resource_allocation.RULE: _queue,
}


def _then(record: RecordedDecision) -> str:
    """A claim that only held back has waited."""
    if record.rule == resource_allocation.RULE and not record.context.get("claimed"):
        return Action.WAIT.value
    return record.action


def _params_then(record: RecordedDecision) -> Any:
    """A claim counts its missions in its parameters; which they are stands in its context."""
    if record.rule == resource_allocation.RULE:
        return _params({"missions": record.context["claimed"]} if record.context["claimed"] else {})
    return _params(record.params)


def _params(params: Mapping[str, Any]) -> Any:
    """As JSON has them, lists in no order."""
    plain = to_jsonable_python(dict(params))
    return {name: _sorted(value) if isinstance(value, list) else value for name, value in plain.items()}


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=partial(json.dumps, sort_keys=True))
