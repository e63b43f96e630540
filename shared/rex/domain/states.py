"""The closed sets of the database, and which transitions of a mission are legal; a test compares both."""

from enum import StrEnum


class MissionType(StrEnum):
    """What a mission is for."""

    LEAD_REACTIVATION = "lead_reactivation"
    CAMPAIGN_EXECUTION = "campaign_execution"
    ICP_EXTRACTION = "icp_extraction"
    DOMAIN_ROTATION = "domain_rotation"
    PERFORMANCE_OPTIMIZATION = "performance_optimization"
    ERROR_RECOVERY = "error_recovery"


class MissionState(StrEnum):
    """Where a mission is on its way."""

    QUEUED = "QUEUED"
    ASSIGNED = "ASSIGNED"
    EXECUTING = "EXECUTING"
    COLLECTING = "COLLECTING"
    ANALYZING = "ANALYZING"
    OPTIMIZING = "OPTIMIZING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    ESCALATED = "ESCALATED"


class TaskState(StrEnum):
    """Where a task is in the queue."""

    BLOCKED = "BLOCKED"
    READY = "READY"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class DomainStatus(StrEnum):
    """Whether a domain may send."""

    PENDING_VERIFICATION = "pending_verification"
    WARMING = "warming"
    ACTIVE = "active"
    ROTATED = "rotated"
    RETIRED = "retired"


class DomainTier(StrEnum):
    """Whose a domain was at first: the account's own, or on offer by the deployment."""

    CUSTOM = "custom"
    PREWARMED = "prewarmed"


class LeadOutcome(StrEnum):
    """What a mission came to for one lead."""

    PENDING = "pending"
    HELD = "held"
    SCHEDULED = "scheduled"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    FAILED = "failed"


class OutreachState(StrEnum):
    """Where one message is between the writer and the mailbox."""

    DRAFT = "draft"
    PASSED = "passed"
    HELD = "held"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How a lead is reached."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class ConsentBasis(StrEnum):
    """Why an address may be written to."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


class SuppressionReason(StrEnum):
    """Why an address may not be written to."""

    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    HARD_BOUNCED = "hard_bounced"
    OPTED_OUT = "opted_out"
    MANUAL = "manual"


class ReviewMode(StrEnum):
    """How much of what the agents wrote a person wants to see first."""

    NONE = "none"
    SAMPLES = "samples"
    ALL = "all"


class EventKind(StrEnum):
    """What can happen to a message after its hand-over."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    SOFT_BOUNCED = "soft_bounced"
    HARD_BOUNCED = "hard_bounced"
    BLOCKED = "blocked"
    REPLIED = "replied"
    AUTO_REPLIED = "auto_replied"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"


ACTIVE = frozenset({MissionState.ASSIGNED, MissionState.EXECUTING, MissionState.ANALYZING, MissionState.OPTIMIZING})
"""The stages whose time together is limited."""

_RUNNING = ACTIVE | {MissionState.QUEUED, MissionState.COLLECTING}

TRANSITIONS = frozenset(
    {
        (MissionState.QUEUED, MissionState.ASSIGNED),
        (MissionState.ASSIGNED, MissionState.EXECUTING),
        (MissionState.EXECUTING, MissionState.COLLECTING),
        (MissionState.COLLECTING, MissionState.ANALYZING),
        (MissionState.ANALYZING, MissionState.OPTIMIZING),
        (MissionState.ANALYZING, MissionState.COMPLETED),
        (MissionState.OPTIMIZING, MissionState.COMPLETED),
        (MissionState.FAILED, MissionState.QUEUED),
        (MissionState.FAILED, MissionState.ESCALATED),
        (MissionState.ESCALATED, MissionState.QUEUED),
        (MissionState.ESCALATED, MissionState.FAILED),
        *((state, end) for state in _RUNNING for end in (MissionState.FAILED, MissionState.ESCALATED)),
    }
)
"""The table `rex.transitions`; ESCALATED -> FAILED only by a cancel."""
