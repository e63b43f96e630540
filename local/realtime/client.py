"""One connected client: its channels, what it asks for, and the bounded queue of what it has yet to read."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientConnectionResetError, WSMsgType, web

from local.realtime.frames import PREFIX, Frame, FrameWrong, Version, broadcast_of, decode, encode
from local.realtime.hub import Channel, Hub
from local.realtime.store import Store
from local.realtime.tokens import Caller, Keys, TokenRefused, is_key

MOST_FRAMES = 4_000
MOST_BYTES = 16 * 1024 * 1024
_UNAUTHORIZED = "Unauthorized: You do not have permissions to read from this Channel topic: "


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """What all clients share."""

    store: Store
    keys: Keys
    hub: Hub


@dataclass(kw_only=True)
class Client:
    """A WebSocket; `cut` ends it at once, and `opener` is whom its key alone makes it."""

    bridge: Bridge
    socket: web.WebSocketResponse
    version: Version
    opener: Caller
    cut: Callable[[], None]
    channels: dict[str, Channel] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    queue: asyncio.Queue[str | bytes] = field(default_factory=lambda: asyncio.Queue(MOST_FRAMES))
    waiting: int = 0

    async def serve(self) -> None:
        """Answer until the client goes or is cut off."""
        writing = asyncio.create_task(self._write())
        try:
            async for message in self.socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                await self._answer(decode(self.version, message.data))
        except FrameWrong as error:
            print(f"a client is cut off: {error}", flush=True)
            self.cut()
        finally:
            for channel in self.channels.values():
                self.bridge.hub.leave(channel)
            writing.cancel()

    def send(self, frame: str | bytes) -> None:
        """Queue a frame; a client that reads too slowly is cut off, comes back, and reads what it missed."""
        self.waiting += len(frame)
        if self.queue.full() or self.waiting > MOST_BYTES:
            self.cut()
            return
        self.queue.put_nowait(frame)

    async def _write(self) -> None:
        with suppress(ClientConnectionResetError, ConnectionError):
            while True:
                frame = await self.queue.get()
                await (self.socket.send_str(frame) if isinstance(frame, str) else self.socket.send_bytes(frame))
                self.waiting -= len(frame)

    async def _answer(self, frame: Frame) -> None:
        channel = self.channels.get(frame.topic)
        if frame.topic == "phoenix":
            self._reply(frame, "ok")
        elif frame.event == "phx_join":
            await self._join(frame)
        elif frame.event == "phx_leave":
            self._reply(frame, "ok")
            if channel and channel.is_of(frame.join_ref):
                self._close(channel)
        elif channel is None or not channel.is_of(frame.join_ref):
            self._reply(frame, "error", reason="unmatched topic")
        elif frame.event == "access_token":
            await self._refresh(channel, frame.payload.get("access_token"))
        elif frame.event == "broadcast":
            await self._broadcast(channel, frame)
        else:
            self._reply(frame, "error", reason=f"NotSupported: the local Realtime knows no {frame.event}")

    async def _join(self, frame: Frame) -> None:
        if earlier := self.channels.get(frame.topic):
            self._close(earlier)
        topic = frame.topic.removeprefix(PREFIX)
        if topic in ("", frame.topic):
            self._reply(frame, "error", reason="TopicNameRequired: You must provide a topic name")
            return
        token = frame.payload.get("access_token")
        try:
            channel = self._channel(frame, topic, self._caller(token))
        except TokenRefused as refusal:
            self._reply(frame, "error", reason=str(refusal))
            return
        if channel.private and not await self.bridge.store.may_receive(channel.caller, topic):
            self._reply(frame, "error", reason=_UNAUTHORIZED + topic)
            return
        self.tokens[frame.topic] = token or ""
        await self._open(channel, frame)

    def _channel(self, frame: Frame, topic: str, caller: Caller) -> Channel:
        config = frame.payload.get("config") or {}
        broadcast = config.get("broadcast") or {}
        return Channel(
            topic=topic,
            private=config.get("private") is True,
            join_ref=frame.join_ref or frame.ref,
            version=self.version,
            deliver=self.send,
            caller=caller,
            echo=broadcast.get("self") is True,
            acknowledge=broadcast.get("ack") is True,
        )

    async def _open(self, channel: Channel, frame: Frame) -> None:
        """Listen first and look up older messages then, so that none falls between."""
        replay = ((frame.payload.get("config") or {}).get("broadcast") or {}).get("replay") if channel.private else None
        channel.held = [] if replay else None
        self.channels[channel.name] = channel
        self.bridge.hub.join(channel)
        self._watch(channel)
        older = (
            await self.bridge.store.replay(channel.topic, _number(replay, "since", 0) / 1000, _number(replay, "limit", 25))
            if replay
            else []
        )
        self._reply(frame, "ok", postgres_changes=[])
        if replay:
            channel.release(older)

    async def _refresh(self, channel: Channel, token: Any) -> None:
        """Ask the policies anew for a new token; a bad one closes the channel."""
        if not isinstance(token, str) or not token or is_key(token) or token == self.tokens.get(channel.name):
            return
        try:
            channel.caller = self._caller(token)
        except TokenRefused as refusal:
            self._shut(channel, str(refusal))
            return
        channel.may_send = None
        allowed = not channel.private or await self.bridge.store.may_receive(channel.caller, channel.topic)
        if self.channels.get(channel.name) is not channel:  # the earlier token has expired meanwhile
            return
        if not allowed:
            self._shut(channel, _UNAUTHORIZED + channel.topic)
            return
        self.tokens[channel.name] = token
        self._watch(channel)

    async def _broadcast(self, channel: Channel, frame: Frame) -> None:
        """What policies forbid is dropped without an answer."""
        if channel.private and channel.may_send is None:
            channel.may_send = await self.bridge.store.may_send(channel.caller, channel.topic)
        if channel.private and not channel.may_send:
            return
        self.bridge.hub.send(channel.topic, broadcast_of(frame.payload), private=channel.private, sender=channel)
        if channel.acknowledge:
            self._reply(frame, "ok")

    def _caller(self, token: Any) -> Caller:
        """Whom a token makes it, or its key alone. Raises TokenRefused."""
        if not token or is_key(str(token)):
            return self.opener
        return self.bridge.keys.caller_of_token(str(token))

    def _watch(self, channel: Channel) -> None:
        """Close the channel when its token expires."""
        if channel.expiry:
            channel.expiry.cancel()
        if channel.caller.expires_at is not None:
            left = max(0.0, channel.caller.expires_at - time.time())
            channel.expiry = asyncio.get_running_loop().call_later(left, self._shut, channel, "InvalidJWTToken: Token has expired")

    def _shut(self, channel: Channel, why: str) -> None:
        payload = {"extension": "system", "status": "error", "message": why, "channel": channel.topic}
        self._send(Frame(topic=channel.name, event="system", payload=payload))
        self._close(channel)

    def _close(self, channel: Channel) -> None:
        self.bridge.hub.leave(channel)
        if self.channels.get(channel.name) is channel:
            del self.channels[channel.name]
        self._send(Frame(topic=channel.name, event="phx_close", payload={}, ref=channel.join_ref, join_ref=channel.join_ref))

    def _reply(self, frame: Frame, status: str, **response: Any) -> None:
        payload = {"status": status, "response": response}
        self._send(Frame(topic=frame.topic, event="phx_reply", payload=payload, ref=frame.ref, join_ref=frame.join_ref))

    def _send(self, frame: Frame) -> None:
        self.send(encode(self.version, frame))


def _number(options: Any, name: str, default: int) -> int:
    value = options.get(name) if isinstance(options, dict) else None
    return int(value) if isinstance(value, int | float) else default
