"""Cancel a mission."""

from typing import Any
from uuid import UUID

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


def cancel_mission(mission_id: UUID, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """When it answers, no hand-over of the mission begins any more; `in_flight` counts those that had."""
    answer: dict[str, Any] = call("rex_cancel_mission", p_mission_id=str(mission_id))
    nudge(Queue.BUS)
    return answer
