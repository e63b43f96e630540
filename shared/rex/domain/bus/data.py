"""What a message of each type tells: one model a type, which names its type as it is made. Ids, numbers and codes only.

A class with a type registers itself; one without is a shape that several types share.
"""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.bus.types import MessageType
from rex.domain.states import EventKind, LeadOutcome, MissionState, MissionType, TaskState

DATA: dict[MessageType, type["MessageData"]] = {}
"""The model of each type."""


class MessageData(BaseModel):
    """What is told; `type` says what about."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    type: ClassVar[MessageType]

    def __init_subclass__(cls, *, tells: MessageType | None = None, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if tells is not None:
            cls.type = tells
            DATA[tells] = cls

    def as_argument(self) -> dict[str, Any]:
        """JSON, as the database keeps it."""
        return self.model_dump(mode="json", by_alias=True)


class MissionCreated(MessageData, tells=MessageType.MISSION_CREATED):
    """It waits in the queue."""

    type_: MissionType = Field(alias="type")
    leads: int
    priority: int


class MissionAssigned(MessageData, tells=MessageType.MISSION_ASSIGNED):
    """A crew holds a slot for it; the crew hears of it too."""

    crew: str
    leads: int


class MissionPlanned(MessageData, tells=MessageType.MISSION_PLANNED):
    """Its tasks are ready."""

    tasks: int


class MissionProgress(MessageData, tells=MessageType.MISSION_PROGRESS):
    """At most one a second; `progress` is in percent."""

    state: MissionState
    progress: float
    tasks: int
    tasks_ended: int
    messages: int
    messages_ended: int


class _Moved(MessageData):
    """A mission came into a state; `version` is that of its audit row."""

    from_: MissionState = Field(alias="from")
    to: MissionState
    version: int
    error_code: str | None = None


class MissionStarted(_Moved, tells=MessageType.MISSION_STARTED):
    """Its agents work."""


class MissionCollecting(_Moved, tells=MessageType.MISSION_COLLECTING):
    """What was written goes out."""


class MissionAnalyzing(_Moved, tells=MessageType.MISSION_ANALYZING):
    """Every result is known, or the window has closed."""


class MissionOptimizing(_Moved, tells=MessageType.MISSION_OPTIMIZING):
    """What was learned is written back."""


class MissionCompleted(_Moved, tells=MessageType.MISSION_COMPLETED):
    """It is done."""


class MissionFailed(_Moved, tells=MessageType.MISSION_FAILED):
    """It will be tried again, or handed to a person."""


class MissionEscalated(_Moved, tells=MessageType.MISSION_ESCALATED):
    """A person has to look."""


class MissionQueued(_Moved, tells=MessageType.MISSION_QUEUED):
    """It is tried again."""


class MissionCancelled(MessageData, tells=MessageType.MISSION_CANCELLED):
    """By a person; the crew hears of it too."""

    from_: MissionState = Field(alias="from")
    crew: str


class MissionReady(MessageData, tells=MessageType.MISSION_READY):
    """What it waited for is there."""


class MissionBoosted(MessageData, tells=MessageType.MISSION_BOOSTED):
    """It waited for a day."""

    priority: int


class MissionReviewed(MessageData, tells=MessageType.MISSION_REVIEWED):
    """A person released, refused or edited what it holds."""

    action: str
    changed: int
    held: int
    held_by_import: int
    being_checked: int


class MissionOutreachEvent(MessageData, tells=MessageType.MISSION_OUTREACH_EVENT):
    """Something happened to one of its messages."""

    outreach_id: UUID
    kind: EventKind
    outcome: LeadOutcome


class Paused(MessageData):
    """What a pause or a resume is about."""

    scope: str
    id: UUID


class MissionPaused(Paused, tells=MessageType.MISSION_PAUSED):
    """Nothing of it begins any more."""


class MissionResumed(Paused, tells=MessageType.MISSION_RESUMED):
    """It goes on."""


class AgentStatus(MessageData, tells=MessageType.AGENT_STATUS):
    """An agent's tasks of one mission that changed alike, together."""

    agent: str
    state: TaskState
    batches: tuple[int, ...]
    retry_count: int
    error_code: str | None


class AnalyticsSnapshot(MessageData, tells=MessageType.ANALYTICS_SNAPSHOT):
    """The account's live metrics as they are now; `version` counts up."""

    model_config = ConfigDict(extra="allow")

    version: int


class AnalyticsAnomaly(MessageData, tells=MessageType.ANALYTICS_ANOMALY):
    """A number is not what it used to be, or is again: `state` is `open` or `closed`; the cause is a subject with its key."""

    anomaly_id: UUID
    state: str
    signal: str
    subject: str
    key: str
    cause: str
    cause_key: str
    share: float | None
    is_new: bool
    method: str
    observed: float
    expected: float
    started_at: datetime
    closed_at: datetime | None


class Escalation(_Moved, tells=MessageType.ERROR_ESCALATION):
    """A mission was handed to a person."""


class MissionFailure(_Moved, tells=MessageType.ERROR_MISSION_FAILED):
    """A mission failed."""


class MissionStalled(MessageData, tells=MessageType.ERROR_MISSION_STALLED):
    """No progress for 10 minutes."""

    state: MissionState
    since: datetime
    open_tasks: int


class MissionStuck(MessageData, tells=MessageType.ERROR_MISSION_STUCK):
    """Something of it is due and nothing may send it."""

    reason: str


class TaskFailed(MessageData, tells=MessageType.ERROR_TASK_FAILED):
    """A task was given up, and the leads it could not serve."""

    task_id: UUID
    agent: str
    batch: int
    error_code: str
    leads: int


class OutreachUnknown(MessageData, tells=MessageType.ERROR_OUTREACH_UNKNOWN):
    """Nobody knows whether a message was handed over."""

    outreach_id: UUID


class NoReplacement(MessageData, tells=MessageType.ERROR_NO_REPLACEMENT):
    """A campaign lost its last domain."""

    domain_id: UUID
    campaign_id: UUID
    leads: int


class ImportHarms(MessageData, tells=MessageType.ERROR_IMPORT_HARMS):
    """What is unsent to an import's leads is held."""

    import_id: UUID
    domain_id: UUID
    messages: int


class _CauseHarms(MessageData):
    """Something was paused because of a domain it harms."""

    id: UUID
    domain_id: UUID


class MissionHarms(_CauseHarms, tells=MessageType.ERROR_MISSION_HARMS):
    """A mission was paused."""


class CampaignHarms(_CauseHarms, tells=MessageType.ERROR_CAMPAIGN_HARMS):
    """A campaign was paused."""


class DomainHarms(MessageData, tells=MessageType.ERROR_DOMAIN_HARMS):
    """A domain was paused: of so many messages of 7 days too many bounced hard or brought complaints."""

    domain_id: UUID
    sends: int
    bounces: int
    complaints: int
    reason: Literal["hard_bounces", "complaints"]


class RotationEscalated(MessageData, tells=MessageType.ERROR_ROTATION_ESCALATED):
    """A domain was paused: it could not be rotated, and waits for a person."""

    domain_id: UUID
    reputation: float


class _Letter(MessageData):
    """A dead letter; `type` is that of its message."""

    dead_letter_id: UUID
    handler: str
    type_: str = Field(alias="type")
    error_code: str
    attempts: int


class DeadLetterAdded(_Letter, tells=MessageType.DEAD_LETTER_ADDED):
    """A handler gave a message up."""


class DeadLetterReplayed(_Letter, tells=MessageType.DEAD_LETTER_REPLAYED):
    """Its handler has done it after all."""


class DeadLetterDiscarded(_Letter, tells=MessageType.DEAD_LETTER_DISCARDED):
    """A person threw it away."""
