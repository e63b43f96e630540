"""What became free or goes on: who waited for it looks now, not at the next minute."""

from rex.domain.bus import Envelope, MessageType
from rex.domain.bus.consuming import Tools
from rex.domain.queues import Queue

_OUTLETS = frozenset({MessageType.DOMAIN_FREED, MessageType.DOMAIN_RETURNED, MessageType.DOMAIN_RESUMED, MessageType.DOMAIN_INBOX_CHECKED})
_SCOPES = frozenset({MessageType.MISSION_RESUMED, MessageType.SYSTEM_RESUMED})
SOURCES = _OUTLETS | _SCOPES | {MessageType.MISSION_CANCELLED}
"""A cancel gives back a slot, a domain its campaign, an inbox its turn; a resume all of them."""
BATCH = 100


def wake_waiting(message: Envelope, tools: Tools) -> None:
    """Missions that wait for a domain are made ready; scheduler, workers and sender are told as far as it concerns them."""
    if message.type in _OUTLETS:
        tools.machinery.command("rex_wake_missions", p_limit=BATCH, p_account=str(message.user_id))
        tools.nudge(Queue.SEND)
    if message.type in _SCOPES:
        tools.nudge(Queue.SEND)
        tools.nudge(Queue.TASKS)
    tools.nudge(Queue.SCHEDULE)
