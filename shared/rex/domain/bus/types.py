"""The types of messages, by the channel they go to; the table `rex.message_types` is the same in SQL, and a test compares them."""

from enum import StrEnum


class Channel(StrEnum):
    """What people listen to; each account has one of each."""

    MISSIONS = "missions"
    AGENTS = "agents"
    DOMAINS = "domains"
    ANALYTICS = "analytics"
    ERRORS = "errors"
    SYSTEM = "system"


_FAMILIES = {
    "mission": Channel.MISSIONS,
    "agent": Channel.AGENTS,
    "domain": Channel.DOMAINS,
    "analytics": Channel.ANALYTICS,
    "error": Channel.ERRORS,
    "dead_letter": Channel.ERRORS,
    "system": Channel.SYSTEM,
    "resource": Channel.SYSTEM,
}


class MessageType(StrEnum):
    """What a message tells."""

    MISSION_CREATED = "mission.created"
    MISSION_ASSIGNED = "mission.assigned"
    MISSION_PLANNED = "mission.planned"
    MISSION_STARTED = "mission.started"
    MISSION_PROGRESS = "mission.progress"
    MISSION_COLLECTING = "mission.collecting"
    MISSION_ANALYZING = "mission.analyzing"
    MISSION_OPTIMIZING = "mission.optimizing"
    MISSION_COMPLETED = "mission.completed"
    MISSION_FAILED = "mission.failed"
    MISSION_ESCALATED = "mission.escalated"
    MISSION_QUEUED = "mission.queued"
    MISSION_CANCELLED = "mission.cancelled"
    MISSION_READY = "mission.ready"
    MISSION_BOOSTED = "mission.boosted"
    MISSION_REVIEWED = "mission.reviewed"
    MISSION_OUTREACH_EVENT = "mission.outreach_event"
    MISSION_PAUSED = "mission.paused"
    MISSION_RESUMED = "mission.resumed"
    AGENT_STATUS = "agent.status"
    DOMAIN_ADDED = "domain.added"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_NOT_VERIFIED = "domain.not_verified"
    DOMAIN_ASSIGNED = "domain.assigned"
    DOMAIN_FREED = "domain.freed"
    DOMAIN_HEALTH = "domain.health"
    DOMAIN_ROTATION_NEEDED = "domain.rotation_needed"
    DOMAIN_ROTATED = "domain.rotated"
    DOMAIN_WARMUP_STARTED = "domain.warmup_started"
    DOMAIN_RETURNED = "domain.returned"
    DOMAIN_PAUSED = "domain.paused"
    DOMAIN_RESUMED = "domain.resumed"
    DOMAIN_INBOX_ADDED = "domain.inbox_added"
    DOMAIN_INBOX_UPDATED = "domain.inbox_updated"
    DOMAIN_INBOX_CHECKED = "domain.inbox_checked"
    ANALYTICS_SNAPSHOT = "analytics.snapshot"
    ANALYTICS_ANOMALY = "analytics.anomaly"
    ERROR_ESCALATION = "error.escalation"
    ERROR_MISSION_FAILED = "error.mission_failed"
    ERROR_MISSION_STALLED = "error.mission_stalled"
    ERROR_MISSION_STUCK = "error.mission_stuck"
    ERROR_TASK_FAILED = "error.task_failed"
    ERROR_OUTREACH_UNKNOWN = "error.outreach_unknown"
    ERROR_NO_REPLACEMENT = "error.no_replacement"
    ERROR_IMPORT_HARMS = "error.import_harms"
    ERROR_MISSION_HARMS = "error.mission_harms"
    ERROR_CAMPAIGN_HARMS = "error.campaign_harms"
    ERROR_DOMAIN_HARMS = "error.domain_harms"
    ERROR_ROTATION_ESCALATED = "error.rotation_escalated"
    DEAD_LETTER_ADDED = "dead_letter.added"
    DEAD_LETTER_REPLAYED = "dead_letter.replayed"
    DEAD_LETTER_DISCARDED = "dead_letter.discarded"
    RESOURCE_ALLOCATED = "resource.allocated"
    RESOURCE_EXHAUSTED = "resource.exhausted"
    RESOURCE_RELEASED = "resource.released"
    SYSTEM_ACCOUNT_OPENED = "system.account_opened"
    SYSTEM_ACCOUNT_UPDATED = "system.account_updated"
    SYSTEM_MEMBER_ADDED = "system.member_added"
    SYSTEM_MEMBER_UPDATED = "system.member_updated"
    SYSTEM_MEMBER_REMOVED = "system.member_removed"
    SYSTEM_CAMPAIGN_CREATED = "system.campaign_created"
    SYSTEM_CAMPAIGN_UPDATED = "system.campaign_updated"
    SYSTEM_PAUSED = "system.paused"
    SYSTEM_RESUMED = "system.resumed"
    SYSTEM_LEADS_IMPORTED = "system.leads_imported"
    SYSTEM_IMPORT_UNDONE = "system.import_undone"
    SYSTEM_IMPORT_HELD = "system.import_held"
    SYSTEM_LEADS_SCORED = "system.leads_scored"
    SYSTEM_SUPPRESSED = "system.suppressed"
    SYSTEM_SUPPRESSION_REMOVED = "system.suppression_removed"
    SYSTEM_TEST_MAIL = "system.test_mail"
    SYSTEM_PING = "system.ping"
    SYSTEM_PONG = "system.pong"

    @property
    def channel(self) -> Channel:
        """Where it is told."""
        return _FAMILIES[self.partition(".")[0]]
