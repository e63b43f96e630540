"""One email, as `rex_begin_outreach` hands it to the sender."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.missions import Channel


class Message(BaseModel):
    """What is to be handed over; texts as the agents left them."""

    model_config = ConfigDict(frozen=True)

    outreach_id: UUID
    user_id: UUID
    mission_id: UUID
    lead_id: UUID
    step: int
    channel: Channel = Channel.EMAIL
    address: str
    """The lead's, normalised; the local part may be internationalised."""
    subject: str
    body_text: str
    body_html: str | None = None
    sender_name: str
    reply_to: str | None = None
    company: str
    postal_address: str
    message_id: str
    """Derived from the outreach row, `<{outreach_id}@{domain of the inbox}>`: the same for each attempt."""
    references: tuple[str, ...] = ()
    """Message-IDs of the earlier steps handed over, oldest first."""


class Inbox(BaseModel):
    """From where it is handed over; the password is a secret whose name REX derives."""

    model_config = ConfigDict(frozen=True)

    inbox_id: UUID
    user_id: UUID
    address: str
    host: str
    port: int
    username: str
    login_version: int
    send_without_replies: bool = False
    """The owner's override: hand over to mail servers that are not on loopback."""


HandOverResult = Literal["sent", "refused", "deferred", "unknown"]
