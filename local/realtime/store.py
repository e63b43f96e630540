"""The database as the bridge needs it: who may receive and send, what was sent, and word of what is new."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg

from local.realtime.frames import Broadcast
from local.realtime.tokens import Caller

type Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_REPLAY_MOST = 25
_BECOME = "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), set_config('realtime.topic', %s, true)"
_FETCH = (
    "select id::text, topic, coalesce(private, false), event, payload::text from realtime.messages"
    " where id = any (%s) and extension = 'broadcast'"
)
_REPLAY = (
    "select id::text, event, payload::text from realtime.messages where topic = %s and private and extension = 'broadcast'"
    " and inserted_at >= greatest(to_timestamp(%s)::timestamp, now()::timestamp - interval '72 hours') order by inserted_at desc limit %s"
)
_PRUNE = "delete from realtime.messages where inserted_at < now() - interval '3 days'"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A broadcast the database sent."""

    topic: str
    private: bool
    said: Broadcast


@dataclass(frozen=True, kw_only=True)
class Store:
    """Three connections: one hears, one reads, one becomes other people."""

    hearing: Connection
    reading: Connection
    asking: Connection
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["Store"]:
        connections = [await psycopg.AsyncConnection.connect(url, autocommit=True) for _ in range(3)]
        try:
            await connections[0].execute("listen realtime")
            yield cls(hearing=connections[0], reading=connections[1], asking=connections[2])
        finally:
            for connection in connections:
                await connection.close()

    async def may_receive(self, caller: Caller, topic: str) -> bool:
        """Whether the policies show this caller a row of the topic; the row is never kept."""
        probe = uuid4()
        async with self.lock, self.asking.transaction(force_rollback=True):
            await self.asking.execute(
                "insert into realtime.messages (id, topic, extension, private) values (%s, %s, 'broadcast', null)", (probe, topic)
            )
            await self.asking.execute(_BECOME, (caller.role, caller.claims, topic))
            seen = await self.asking.execute("select from realtime.messages where id = %s", (probe,))
            return seen.rowcount == 1

    async def may_send(self, caller: Caller, topic: str) -> bool:
        """Whether the policies let this caller insert a row of the topic; the row is never kept."""
        async with self.lock:
            try:
                async with self.asking.transaction(force_rollback=True):
                    await self.asking.execute(_BECOME, (caller.role, caller.claims, topic))
                    await self.asking.execute(
                        "insert into realtime.messages (topic, extension, private) values (%s, 'broadcast', null)", (topic,)
                    )
            except psycopg.errors.InsufficientPrivilege:
                return False
        return True

    async def replay(self, topic: str, since: float, limit: int) -> list[Broadcast]:
        """What the database sent to a private topic, oldest first; `since` in seconds since 1970."""
        rows = await (await self.reading.execute(_REPLAY, (topic, since, max(0, min(limit, _REPLAY_MOST))))).fetchall()
        return [_broadcast(id_, event, payload, replayed=True) for id_, event, payload in reversed(rows)]

    async def fetch(self, ids: Sequence[str]) -> list[Sent]:
        """The broadcasts with these ids, in this order."""
        rows = await (await self.reading.execute(_FETCH, ([UUID(id_) for id_ in ids],))).fetchall()
        found = {row[0]: Sent(topic=row[1], private=row[2], said=_broadcast(row[0], row[3], row[4])) for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    async def hear(self, batches: "Batches") -> None:
        """Pass on the ids of new rows, in the order in which their transactions committed, as long as there is a database."""
        async for notice in self.hearing.notifies():
            batches.add(notice.payload)

    async def prune(self) -> None:
        await self.reading.execute(_PRUNE)


@dataclass
class Batches:
    """Ids that wait: whoever takes them takes all there are."""

    waiting: list[str] = field(default_factory=list)
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, id_: str) -> None:
        self.waiting.append(id_)
        self.some.set()

    async def take(self) -> list[str]:
        await self.some.wait()
        self.some.clear()
        taken, self.waiting = self.waiting, []
        return taken


def _broadcast(id_: str, event: str | None, payload: str | None, *, replayed: bool = False) -> Broadcast:
    return Broadcast(event=event or "", payload=(payload or "{}").encode(), id=id_, replayed=replayed)
