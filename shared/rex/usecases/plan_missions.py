"""Plan the tasks of missions that were just assigned, or whose plan was lost."""

from collections.abc import Sequence
from typing import Any

from rex.domain import plans
from rex.domain.chains import has_plan
from rex.domain.commands import Machinery, Nudge
from rex.domain.missions import ClaimedMission
from rex.domain.queues import Queue


def plan_missions(missions: Sequence[ClaimedMission], *, machinery: Machinery, nudge: Nudge) -> int:
    """Hand their plans in; how many were taken. One that was paused meanwhile is planned, one without a plan escalated by the monitor."""
    planned = [plans.as_argument(mission, plans.plan(mission)) for mission in missions if has_plan(mission.type)]
    if not planned:
        return 0
    answer: dict[str, Any] = machinery.command("rex_plan_missions", p_plans=planned)
    if answer["planned"]:
        nudge(Queue.TASKS)
    return len(answer["planned"])
