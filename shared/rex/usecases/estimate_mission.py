"""Say what a mission would take before it is made."""

from typing import Any

from rex.domain.chains import CHAINS
from rex.domain.commands import Call
from rex.domain.estimate_scenes import EstimateScene
from rex.domain.estimates import estimate
from rex.usecases.create_mission import NewMission, as_arguments


def estimate_mission(mission: NewMission, call: Call) -> dict[str, Any]:
    """Time, cap use and cost; raises Rejected for what creation would refuse. Nothing of it is kept."""
    arguments = as_arguments(mission)
    scene = EstimateScene.model_validate(call("rex_read_estimate", **arguments, p_agents=CHAINS[mission.type]))
    return estimate(scene).model_dump(mode="json")
