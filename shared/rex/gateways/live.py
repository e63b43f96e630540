"""The messages of an account as they happen, over Supabase Realtime: each once and in order, although broadcasts may be lost.

    async with follow(client, account, {"missions": 0, "errors": None}) as updates:
        async for update in updates:
            ...

One client follows a channel once. Give it `realtime={"max_retries": ...}` for how long it may try to come back by itself; after that it
is asked to at every poll.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from postgrest.exceptions import APIError
from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates

from rex.domain.sequences import Envelope, Step, take_broadcast, take_page
from rex.errors import Rejected
from rex.gateways.database import typed
from supabase import AsyncClient

POLL_SECONDS = 30.0
_MOST_WAITING = 1_000
_LONGEST_PAUSE = 30.0
_SIGNED_OUT = 401


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """The next messages of a channel."""

    channel: str
    messages: list[Envelope]


@dataclass(frozen=True, kw_only=True)
class StartAfresh:
    """Messages are gone that were never seen: load anew what they told; the next ones come after `last`."""

    channel: str
    last: int


type Update = Arrived | StartAfresh


@asynccontextmanager
async def follow(
    client: AsyncClient, account: UUID | str, after: Mapping[str, int | None], poll_seconds: float = POLL_SECONDS
) -> AsyncIterator[AsyncIterator[Update]]:
    """The updates of these channels after these numbers; None begins with what comes now. Iterating raises Rejected."""
    follower = _Follower(client=client, account=str(account), positions=dict(after), poll_seconds=poll_seconds)
    updates = follower.updates()
    try:
        await follower.join()
        yield updates
    finally:
        await updates.aclose()
        await follower.leave()


@dataclass(kw_only=True)
class _Follower:
    client: AsyncClient
    account: str
    positions: dict[str, int | None]
    poll_seconds: float
    joined: dict[str, AsyncRealtimeChannel] = field(default_factory=dict)
    waiting: deque[tuple[str, Mapping[str, Any]]] = field(default_factory=deque)
    stale: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    mending: asyncio.Task[None] | None = None
    failures: int = 0
    left: bool = False

    async def join(self) -> None:
        """Join every topic as whoever has signed in with the client."""
        session = await self.client.auth.get_session()
        if session:
            await self.client.realtime.set_auth(session.access_token)
        self.stale.update(self.positions)
        self.woken.set()
        await asyncio.gather(*(self._join(channel) for channel in self.positions))

    async def leave(self) -> None:
        self.left = True
        if self.mending:
            self.mending.cancel()
        with suppress(Exception):  # a connection that has gone cannot be told
            await asyncio.gather(*(self.client.remove_channel(channel) for channel in self.joined.values()))

    async def updates(self) -> AsyncGenerator[Update]:
        """What comes, for ever: while the application is busy broadcasts wait, and past a limit they are read again instead."""
        loop = asyncio.get_running_loop()
        poll_at = loop.time() + self.poll_seconds
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), max(0.0, poll_at - loop.time()))
            self.woken.clear()
            if loop.time() >= poll_at:
                poll_at = loop.time() + self.poll_seconds
                self.stale.update(self.positions)
                self._mend()
            while self.stale or self.waiting:
                for update in await self._read() if self.stale else self._take(*self.waiting.popleft()):
                    yield update

    async def _join(self, channel: str) -> None:
        topic = f"rex:{self.account}:{channel}"
        joining = self.client.channel(topic, {"config": {"private": True, "broadcast": {"ack": False, "self": False}, "presence": None}})
        joining.on_broadcast("messages", lambda said: self._hear(channel, said["payload"]))
        self.joined[channel] = joining
        await joining.subscribe(lambda state, _error: self._notice(channel, state))

    def _hear(self, channel: str, payload: Mapping[str, Any]) -> None:
        if len(self.waiting) < _MOST_WAITING:
            self.waiting.append((channel, payload))
        else:
            self.stale.add(channel)
        self.woken.set()

    def _notice(self, channel: str, state: RealtimeSubscribeStates) -> None:
        """Read what came while nobody listened; the client comes back by itself, but not from a channel the server closed."""
        if state is RealtimeSubscribeStates.SUBSCRIBED:
            self.stale.add(channel)
            self.woken.set()
        elif state is RealtimeSubscribeStates.CLOSED and not self.left:
            self._mend()

    def _mend(self) -> None:
        if not self.mending or self.mending.done():
            self.mending = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        with suppress(Exception):  # the next poll tries again
            if not self.client.realtime.is_connected:
                await self.client.realtime.connect()
            closed = [channel for channel, joined in self.joined.items() if joined.is_closed]
            await asyncio.gather(*(self._join(channel) for channel in closed))

    async def _read(self) -> list[Update]:
        """Ask for what is newer in every stale channel; without an answer, after a pause, they are stale as before. Raises Rejected."""
        asked, self.stale = self.stale, set()
        after = {channel: self.positions[channel] for channel in asked}
        try:
            answer = await self.client.rpc("rex_read_messages", {"p_account": self.account, "p_after": after}).execute()
        except (httpx.HTTPError, APIError) as error:
            known = typed(error)
            if isinstance(known, Rejected) and known.status != _SIGNED_OUT:
                raise known from error
            self.stale |= asked
            self.failures += 1
            await asyncio.sleep(min(_LONGEST_PAUSE, 0.25 * 2**self.failures))
            return []
        self.failures = 0
        pages: dict[str, Any] = answer.data  # type: ignore[assignment]
        return [update for channel in sorted(asked) for update in self._apply(channel, take_page(self.positions[channel], pages[channel]))]

    def _take(self, channel: str, payload: Mapping[str, Any]) -> list[Update]:
        last = self.positions[channel]
        if last is None:  # not yet read for the first time
            self.stale.add(channel)
            return []
        return self._apply(channel, take_broadcast(last, payload))

    def _apply(self, channel: str, step: Step) -> list[Update]:
        self.positions[channel] = step.last
        if step.behind:
            self.stale.add(channel)
        if step.afresh:
            return [StartAfresh(channel=channel, last=step.last)]
        return [Arrived(channel=channel, messages=list(step.messages))] if step.messages else []
