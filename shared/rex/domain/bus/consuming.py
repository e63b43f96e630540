"""What a handler is, and what a consumer claims for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.bus.envelope import Envelope
from rex.domain.bus.types import MessageType
from rex.domain.commands import Machinery, Nudge

MOST_ATTEMPTS = 4
"""Of a message by one handler; the database counts those that ended the process too."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a handler acts with: commands of `machinery` count once for each message, however often the handler is run.

    `anew` repeats them, for a handler that decides from what is true now and whose commands change nothing twice.
    """

    machinery: Machinery
    anew: Machinery
    nudge: Nudge


class Handle(Protocol):
    """Does what a message asks for; raises RexError when it cannot."""

    def __call__(self, message: Envelope, tools: Tools) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Handler:
    """One consumer of messages: what it does, and with which types."""

    handle: Handle
    types: frozenset[MessageType]


type Handlers = Mapping[str, Handler]


class Batch(BaseModel):
    """A leased cursor with the messages it stands before; `attempts` is about the first of them."""

    model_config = ConfigDict(frozen=True)

    handler: str
    user_id: UUID
    channel: str
    fence: int
    attempts: int
    messages: tuple[dict[str, Any], ...] = Field(min_length=1)

    def place(self) -> dict[str, Any]:
        """The cursor and its fence, as the commands take them."""
        return {"p_handler": self.handler, "p_user_id": str(self.user_id), "p_channel": self.channel, "p_fence": self.fence}


class Replay(BaseModel):
    """A dead letter that somebody wants to be tried again."""

    model_config = ConfigDict(frozen=True)

    dead_letter_id: UUID
    handler: str
    fence: int
    message: dict[str, Any]
