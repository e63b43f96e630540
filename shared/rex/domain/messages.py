"""One email, as `rex_begin_outreach` hands it to the sender."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.states import Channel


class Mail(BaseModel):
    """What a mail server is handed; what is wrong with one is told without what it holds, as logs keep no addresses."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    outreach_id: UUID
    """What its unsubscribe link names; that of a test mail names no message of anybody."""
    address: str
    """Normalised; the local part may be internationalised."""
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


class Message(Mail):
    """A lead's mail; texts as the agents left them."""

    user_id: UUID
    mission_id: UUID
    lead_id: UUID
    step: int
    channel: Channel = Channel.EMAIL


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
    password_version: int = 1
    """With which version of the login its password came."""
    send_without_replies: bool = False
    """The owner's override: hand over to mail servers that are not on loopback."""


class HandOverResult(StrEnum):
    """What a hand-over came to."""

    SENT = "sent"
    REFUSED = "refused"
    DEFERRED = "deferred"
    """Nothing was accepted, and it may be tried again."""
    UNKNOWN = "unknown"
    """It may have been accepted: never to be tried again."""


INBOX_FAULTS = frozenset({
    "login_refused", "login_not_ascii", "encryption_or_login_missing", "certificate_refused", "host_unknown", "host_private",
    "port_refused", "no_replies",
})  # fmt: skip
"""Codes that speak of the inbox, not of the message."""


class HandOver(BaseModel):
    """The answer to a hand-over; `answer` is the provider's text and stands in the message's own row alone."""

    model_config = ConfigDict(frozen=True)

    result: HandOverResult
    provider: str = "smtp"
    provider_id: str | None = None
    code: str | None = None
    answer: str | None = None

    @property
    def blames_inbox(self) -> bool:
        """Until its inbox is mended, no other message can go out through it either."""
        return self.code in INBOX_FAULTS


type Held = Callable[[], bool]
"""Whether the message is still the caller's to hand over, asked right before its last line leaves."""


def always_held() -> bool:
    """For mail that nobody else can take up."""
    return True


class Mailer(Protocol):
    """Hands mail to the mail server of its inbox."""

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        """Try once, only while `held`; whatever goes wrong is in the answer."""

    def check_login(self, inbox: Inbox) -> str | None:
        """A code for why the login fails, None when it works; raises Transient when that cannot be known now."""
