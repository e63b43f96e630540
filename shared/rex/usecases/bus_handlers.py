"""Which handler consumes which messages: the one place; `rex.message_types` says the same to the database, and a test compares them."""

from rex.domain.bus.consuming import Handler, Handlers
from rex.domain.bus.types import MessageType
from rex.usecases.answer_ping import answer_ping
from rex.usecases.judge_domain import judge_domain
from rex.usecases.wake_waiting import SOURCES, wake_waiting

HANDLERS: Handlers = {
    "answer_ping": Handler(handle=answer_ping, types=frozenset({MessageType.SYSTEM_PING})),
    "judge_domain": Handler(handle=judge_domain, types=frozenset({MessageType.DOMAIN_HEALTH})),
    "wake_waiting": Handler(handle=wake_waiting, types=SOURCES),
}
