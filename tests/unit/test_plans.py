"""A claimed mission becomes a chain of tasks per batch."""

import uuid

import pytest

from rex.domain.agents import AGENTS
from rex.domain.chains import CHAINS, has_plan
from rex.domain.crews import crew_of
from rex.domain.missions import ClaimedMission
from rex.domain.plans import PlanMissing, as_argument, plan
from rex.domain.states import MissionType


def claimed(mission: MissionType = MissionType.LEAD_REACTIVATION, batches: int = 2) -> ClaimedMission:
    return ClaimedMission(
        mission_id=uuid.uuid4(), user_id=uuid.uuid4(), type=mission, crew=crew_of(mission).name, fence=7, round=1, leads=75, batch_size=50,
        batches=batches,
    )  # fmt: skip


def test_each_batch_has_its_chain() -> None:
    chain = ["researcher", "writer", "compliance", "quality_control"]
    found = [(task.batch, task.position, task.agent) for task in plan(claimed())]
    assert found == [(batch, position, agent) for batch in (1, 2) for position, agent in enumerate(chain, start=1)]


def test_plan_is_what_the_command_takes() -> None:
    mission = claimed(batches=1)
    argument = as_argument(mission, plan(mission))
    assert (argument["mission_id"], argument["fence"]) == (str(mission.mission_id), 7)
    assert argument["tasks"][0] == {"agent": "researcher", "batch": 1, "position": 1, "input": {"attempt": 1}}


@pytest.mark.parametrize("mission", [mission for mission in MissionType if not has_plan(mission)])
def test_type_without_a_plan_says_so(mission: MissionType) -> None:
    with pytest.raises(PlanMissing, match=mission.value):
        plan(claimed(mission))


@pytest.mark.parametrize("mission", CHAINS)
def test_who_is_planned_sits_in_the_crew_and_can_work(mission: MissionType) -> None:
    seats = {seat.agent for seat in crew_of(mission).seats}
    assert {task.agent for task in plan(claimed(mission))} <= seats & set(AGENTS)
