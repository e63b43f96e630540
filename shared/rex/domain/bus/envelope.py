"""A message with everything that says whose, which and for whom it is."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from rex.domain.bus.data import DATA, MessageData
from rex.domain.bus.types import Channel, MessageType


class Envelope(BaseModel):
    """A row of `rex_messages`; `seq` counts 1, 2, 3 ... per account and channel."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    channel: Channel
    seq: int
    id: UUID
    type: MessageType
    timestamp: AwareDatetime
    sender: str
    recipient: str | None = None
    mission_id: UUID | None = None
    data: dict[str, Any]
    correlation_id: UUID | None = None
    reply_to: UUID | None = None


def read_as[T: MessageData](model: type[T], message: Envelope) -> T:
    """What it tells; raises ValueError when it is of another type, pydantic's ValidationError when it tells something else."""
    if model is not DATA[message.type]:
        raise ValueError(f"A {message.type} is no {model.__name__}.")
    return model.model_validate(message.data)


def to_crew(crew: str) -> str:
    """The recipient of a message for a crew, which its topic carries."""
    return f"crew:{crew}"


def to_agent(crew: str, agent: str) -> str:
    """The recipient of a message for one agent; its crew's topic carries it."""
    return f"agent:{crew}/{agent}"
