"""Turns a claimed mission into tasks: a batch of leads goes through its chain of agents, all batches at the same time."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from rex.domain.chains import CHAINS
from rex.domain.missions import ClaimedMission
from rex.domain.states import MissionType
from rex.domain.tasks import TaskInput
from rex.errors import RexError


class PlanMissing(RexError):
    """There is no plan for missions of this type yet."""

    code = "plan_missing"

    def __init__(self, mission: MissionType) -> None:
        super().__init__(f"There is no plan for missions of the type {mission.value} yet.")


class PlannedTask(BaseModel):
    """One agent's step on one batch; batches and positions count from 1."""

    model_config = ConfigDict(frozen=True)

    agent: str
    batch: int
    position: int
    input: TaskInput = TaskInput()


def plan(mission: ClaimedMission) -> tuple[PlannedTask, ...]:
    """Every task of a mission; raises PlanMissing for a type that nobody can work on yet."""
    chain = CHAINS.get(mission.type)
    if chain is None:
        raise PlanMissing(mission.type)
    return tuple(
        PlannedTask(agent=agent, batch=batch, position=position)
        for batch in range(1, mission.batches + 1)
        for position, agent in enumerate(chain, start=1)
    )


def as_argument(mission: ClaimedMission, tasks: tuple[PlannedTask, ...]) -> dict[str, Any]:
    """One of `p_plans` of `rex_plan_missions`."""
    planned = [task.model_dump(mode="json", exclude_none=True) for task in tasks]
    return {"mission_id": str(mission.mission_id), "fence": mission.fence, "tasks": planned}
