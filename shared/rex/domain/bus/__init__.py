"""The bus as Python sees it: the types of messages, what each tells, and the envelope it comes in."""

from rex.domain.bus import data, settings_data
from rex.domain.bus.data import DATA, MessageData
from rex.domain.bus.envelope import Envelope, read_as, to_agent, to_crew
from rex.domain.bus.types import Channel, MessageType

__all__ = ["DATA", "Channel", "Envelope", "MessageData", "MessageType", "data", "read_as", "settings_data", "to_agent", "to_crew"]
