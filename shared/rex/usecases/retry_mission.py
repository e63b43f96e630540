"""Give a failed or escalated mission another round."""

from typing import Any
from uuid import UUID

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


def retry_mission(mission_id: UUID, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Queue it from its first unfinished tasks and tell the scheduler; raises Rejected for a mission in any other state."""
    answer: dict[str, Any] = call("rex_retry_mission", p_mission_id=str(mission_id))
    nudge(Queue.SCHEDULE)
    return answer
