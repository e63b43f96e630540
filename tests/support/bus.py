"""Handlers that remember what they had, and consumers as one line."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from rex.domain.bus import Envelope, MessageType
from rex.domain.bus.consuming import Handler, Handlers, Tools
from rex.usecases.consume_bus import Consumer, consume_bus
from tests.support.database import Connection, one
from tests.support.machinery import Nudged, SqlMachinery, all_the_time

TYPES = (MessageType.MISSION_PROGRESS, MessageType.MISSION_COMPLETED)


@dataclass
class Memory:
    """A handler that has every message on record, and does before it what a test wants."""

    had: list[Envelope] = field(default_factory=list)
    first: Callable[[Envelope, Tools], None] = lambda *_: None

    def __call__(self, message: Envelope, tools: Tools) -> None:
        self.first(message, tools)
        self.had.append(message)

    @property
    def seqs(self) -> list[int]:
        return [message.seq for message in self.had]


def unsubscribe_all(db: Connection) -> None:
    """No real handler consumes anything in this test."""
    db.execute("update rex.message_types set handlers = '{}'")


def subscribe(db: Connection, name: str = "memory", types: tuple[MessageType, ...] = TYPES) -> None:
    """As a migration would register the handler of a test, beside the real ones."""
    db.execute("update rex.message_types set handlers = handlers || %s where type = any (%s)", ([name], list(types)))


def handlers(memory: Memory, name: str = "memory", types: tuple[MessageType, ...] = TYPES) -> Handlers:
    return {name: Handler(handle=memory, types=frozenset(types))}


def publish(db: Connection, account: uuid.UUID, *types: str, data: Any = None) -> None:
    """One command that tells these."""
    rows = ", ".join(["row(%s, %s, null, %s)::rex.announcement"] * len(types))
    db.execute(f"select rex.publish(array[{rows}], 'test')", [value for type_ in types for value in (account, type_, Jsonb(data or {}))])


def consume(db: Connection, given: Handlers, nudged: Nudged | None = None, reports: list[Exception] | None = None) -> dict[str, int]:
    """One run of the function over a connection of its own; a retry waits for as long as luck can make it."""
    consumer = Consumer(
        machinery=SqlMachinery(db), nudge=nudged or Nudged(), handlers=given, report=(reports or []).append, draw_luck=lambda: 1.0
    )
    return consume_bus(consumer, seconds_left=all_the_time)


def cursor(db: Connection, handler: str = "memory") -> Any:
    return one(db, "select to_jsonb(k) from rex.cursors k where handler = %s", handler)


def unread(db: Connection, account: uuid.UUID) -> list[str]:
    rows = db.execute("select channel from public.rex_channels where user_id = %s and unread order by 1", (account,)).fetchall()
    return [channel for (channel,) in rows]


def add_letter(
    db: Connection, account: uuid.UUID | None, mission: uuid.UUID | None = None, code: str = "away", handler: str = "memory", type_: str = "mission.progress"
) -> uuid.UUID:  # fmt: skip
    """What a handler gave up, with a message of its own that is not on the bus any more."""
    message = {
        "user_id": str(account), "channel": type_.partition(".")[0] + "s", "seq": 7, "id": str(uuid.uuid4()), "type": type_,
        "timestamp": "2026-11-24T08:00:00+00:00", "sender": "test", "recipient": None, "mission_id": mission and str(mission), "data": {},
        "correlation_id": None, "reply_to": None,
    }  # fmt: skip
    letter: uuid.UUID = one(
        db,
        "select (rex.add_letter(row(null, %s, %s, %s, %s, %s, %s, 4, rex.now() - interval '1 minute', rex.now(), null, 0, null, false))).id",
        account, handler, type_, mission, Jsonb(message), code,
    )  # fmt: skip
    return letter
