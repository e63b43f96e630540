"""Answer a ping: from the command that asks to this handler and back, the bus works."""

from rex.domain.bus import Envelope
from rex.domain.bus.consuming import Tools
from rex.domain.bus.settings_data import Pong


def answer_ping(message: Envelope, tools: Tools) -> None:
    """When nobody waits any more, the answer changes nothing."""
    pong = Pong()
    tools.machinery.command(
        "rex_reply", p_message_id=str(message.id), p_sender="answer_ping", p_type=pong.type.value, p_data=pong.as_argument()
    )
