"""Who listens to which topic; private and public topics of one name are two."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from local.realtime.frames import PREFIX, Broadcast, Version, encode_broadcast
from local.realtime.tokens import Caller

type Deliver = Callable[[str | bytes], None]


@dataclass(eq=False, kw_only=True)
class Channel:
    """One topic as one client joined it; `held` keeps what comes while older messages are looked up."""

    topic: str
    private: bool
    join_ref: str | None
    version: Version
    deliver: Deliver
    caller: Caller
    echo: bool = False
    acknowledge: bool = False
    may_send: bool | None = None
    held: list[Broadcast] | None = None
    replayed: set[str] = field(default_factory=set)
    expiry: asyncio.TimerHandle | None = None

    @property
    def name(self) -> str:
        """The topic as clients write it."""
        return PREFIX + self.topic

    def is_of(self, join_ref: str | None) -> bool:
        """Whether a message means this channel, and not an earlier one of the same topic."""
        return join_ref in (None, self.join_ref)

    def release(self, older: list[Broadcast]) -> None:
        """Deliver what was looked up, then what came meanwhile."""
        self.replayed = {said.id for said in older if said.id}
        held, self.held = self.held or [], None
        for said in [*older, *(said for said in held if said.id not in self.replayed)]:
            if frame := encode_broadcast(self.version, self.name, said):
                self.deliver(frame)


@dataclass(frozen=True)
class Hub:
    """The channels of all clients."""

    members: dict[tuple[str, bool], dict[Channel, None]] = field(default_factory=dict)

    def join(self, channel: Channel) -> None:
        self.members.setdefault((channel.topic, channel.private), {})[channel] = None

    def leave(self, channel: Channel) -> None:
        if channel.expiry:
            channel.expiry.cancel()
        key = (channel.topic, channel.private)
        joined = self.members.get(key, {})
        joined.pop(channel, None)
        if not joined:
            self.members.pop(key, None)

    def send(self, topic: str, said: Broadcast, *, private: bool, sender: Channel | None = None) -> None:
        """Deliver to all who joined, but to the sender only where it wants its own; each framing is written once."""
        frames: dict[Version, str | bytes | None] = {}
        for channel in list(self.members.get((topic, private), ())):
            if (channel is sender and not channel.echo) or said.id in channel.replayed:
                continue
            if channel.held is not None:
                channel.held.append(said)
                continue
            if channel.version not in frames:
                frames[channel.version] = encode_broadcast(channel.version, channel.name, said)
            if frame := frames[channel.version]:
                channel.deliver(frame)
