"""What messages about domains, resources and settings tell; the rest of `data.py`."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from rex.domain.bus.data import MessageData, Paused
from rex.domain.bus.types import MessageType


class _OfCampaign(MessageData):
    """A domain and the campaign it serves or served."""

    domain_id: UUID
    campaign_id: UUID


class DomainAdded(MessageData, tells=MessageType.DOMAIN_ADDED):
    """The account has it, and its records have to be checked."""

    domain_id: UUID


class DomainVerified(MessageData, tells=MessageType.DOMAIN_VERIFIED):
    """Its records are right."""

    domain_id: UUID


class DomainNotVerified(MessageData, tells=MessageType.DOMAIN_NOT_VERIFIED):
    """It waits on; `domain_taken`: under its name another account's is verified."""

    domain_id: UUID
    error: str


class DomainAssigned(_OfCampaign, tells=MessageType.DOMAIN_ASSIGNED):
    """It serves a campaign."""


class DomainFreed(_OfCampaign, tells=MessageType.DOMAIN_FREED):
    """It serves none any more."""


class DomainHealth(MessageData, tells=MessageType.DOMAIN_HEALTH):
    """Its value of this hour, from so many weighted sends."""

    domain_id: UUID
    reputation: float
    before: float
    sends: float


class DomainRotationNeeded(MessageData, tells=MessageType.DOMAIN_ROTATION_NEEDED):
    """A mission to replace it waits."""

    domain_id: UUID
    reputation: float
    reason: str


class DomainRotated(MessageData, tells=MessageType.DOMAIN_ROTATED):
    """It rests, and these took over."""

    domain_id: UUID
    campaign_id: UUID | None
    replacements: tuple[UUID, ...]


class DomainWarmupStarted(MessageData, tells=MessageType.DOMAIN_WARMUP_STARTED):
    """The ramp of one of its inboxes begins."""

    domain_id: UUID
    inbox_id: UUID


class DomainReturned(MessageData, tells=MessageType.DOMAIN_RETURNED):
    """It has recovered, and sends on half its cap."""

    domain_id: UUID
    reputation: float
    daily_cap: int | None


class DomainPaused(Paused, tells=MessageType.DOMAIN_PAUSED):
    """It, or an inbox, sends nothing."""


class DomainResumed(Paused, tells=MessageType.DOMAIN_RESUMED):
    """It, or an inbox, sends again."""


class InboxAdded(MessageData, tells=MessageType.DOMAIN_INBOX_ADDED):
    """Its login has to be checked."""

    inbox_id: UUID
    domain_id: UUID
    login_version: int


class InboxUpdated(MessageData, tells=MessageType.DOMAIN_INBOX_UPDATED):
    """Which fields changed."""

    inbox_id: UUID
    fields: tuple[str, ...]
    login_version: int


class InboxChecked(MessageData, tells=MessageType.DOMAIN_INBOX_CHECKED):
    """Its login works, or why not."""

    inbox_id: UUID
    login_version: int
    checked: bool
    error: str | None


class ResourceAllocated(MessageData, tells=MessageType.RESOURCE_ALLOCATED):
    """These missions hold slots and shares."""

    missions: tuple[UUID, ...]


class ResourceExhausted(MessageData, tells=MessageType.RESOURCE_EXHAUSTED):
    """What is missing; of a crew, since when and for how many missions, and the crew hears of it too."""

    waiting_for: str
    campaign_id: UUID | None = None
    crew: str | None = None
    since: datetime | None = None
    missions: int | None = None


class ResourceReleased(MessageData, tells=MessageType.RESOURCE_RELEASED):
    """A slot of this crew is free."""

    crew: str


class AccountOpened(MessageData, tells=MessageType.SYSTEM_ACCOUNT_OPENED):
    """Somebody signed up."""


class AccountUpdated(MessageData, tells=MessageType.SYSTEM_ACCOUNT_UPDATED):
    """Which settings changed."""

    account_id: UUID
    fields: tuple[str, ...]


class _Member(MessageData):
    """Somebody and their role, the last one of who left."""

    member_id: UUID
    role: str


class MemberAdded(_Member, tells=MessageType.SYSTEM_MEMBER_ADDED):
    """Somebody may act for the account."""


class MemberUpdated(_Member, tells=MessageType.SYSTEM_MEMBER_UPDATED):
    """Somebody has another role."""


class MemberRemoved(_Member, tells=MessageType.SYSTEM_MEMBER_REMOVED):
    """Somebody may not act for the account any more."""


class CampaignCreated(MessageData, tells=MessageType.SYSTEM_CAMPAIGN_CREATED):
    """The account has one more."""

    campaign_id: UUID
    template_version: int


class CampaignUpdated(MessageData, tells=MessageType.SYSTEM_CAMPAIGN_UPDATED):
    """Which fields changed."""

    campaign_id: UUID
    fields: tuple[str, ...]
    template_version: int


class SystemPaused(Paused, tells=MessageType.SYSTEM_PAUSED):
    """The account or a campaign."""


class SystemResumed(Paused, tells=MessageType.SYSTEM_RESUMED):
    """The account or a campaign."""


class LeadsImported(MessageData, tells=MessageType.SYSTEM_LEADS_IMPORTED):
    """What an import brought; its counts are those of the answer."""

    model_config = ConfigDict(extra="allow")

    import_id: UUID


class ImportUndone(MessageData, tells=MessageType.SYSTEM_IMPORT_UNDONE):
    """What an undo took back; its counts are those of the answer."""

    model_config = ConfigDict(extra="allow")

    import_id: UUID


class ImportHeld(MessageData, tells=MessageType.SYSTEM_IMPORT_HELD):
    """What is unsent to its leads waits for a person."""

    import_id: UUID
    messages: int


class LeadsScored(MessageData, tells=MessageType.SYSTEM_LEADS_SCORED):
    """A mission taught something about so many leads."""

    leads: int


class Suppressed(MessageData, tells=MessageType.SYSTEM_SUPPRESSED):
    """So many addresses are written to no more."""

    reason: str
    addresses: int


class SuppressionRemoved(MessageData, tells=MessageType.SYSTEM_SUPPRESSION_REMOVED):
    """So many addresses may be written to again."""

    addresses: int


class TestMail(MessageData, tells=MessageType.SYSTEM_TEST_MAIL):
    """What became of a mail that somebody asked for at their own address."""

    test_mail_id: UUID
    state: str
    code: str | None


class Ping(MessageData, tells=MessageType.SYSTEM_PING):
    """Whoever consumes the bus answers."""


class Pong(MessageData, tells=MessageType.SYSTEM_PONG):
    """The bus is consumed."""
