"""Ask something on the bus, and wait for the answer as long as it is worth while."""

from collections.abc import Callable
from uuid import UUID

from rex.domain.bus import Envelope, MessageData
from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue

SECONDS_APART = 0.5


def ask_bus(
    question: MessageData, user_id: UUID, *, machinery: Machinery, nudge: Nudge, pause: Callable[[float], None],
    recipient: str | None = None, timeout_seconds: int = 30,
) -> Envelope | None:  # fmt: skip
    """The answer; None when none came in time, and then none will. `pause` waits between two looks, in seconds."""
    asked = machinery.command(
        "rex_ask", p_user_id=str(user_id), p_type=question.type.value, p_data=question.as_argument(), p_recipient=recipient,
        p_timeout_seconds=timeout_seconds,
    )  # fmt: skip
    nudge(Queue.BUS)
    while True:
        answer = machinery.call("rex_read_reply", p_message_id=asked["message_id"])
        if answer["state"] != "waiting":
            return Envelope.model_validate(answer["reply"]) if answer["reply"] else None
        pause(SECONDS_APART)
