"""What is decided about beside missions that move on: each is what one command read.

All of it is ids, numbers and codes, and is kept with the decision.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rex.domain.states import MissionType

if TYPE_CHECKING:
    from rex.domain.tasks import ClaimedTask

type Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,100}$")]


class _Subject(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class FailedMission(_Subject):
    """A mission in FAILED that was not cancelled."""

    mission_id: UUID
    user_id: UUID
    type: MissionType
    version: int
    retry_count: int
    error_code: Code
    luck: float = Field(ge=0, le=1)
    """Drawn evenly; how much of the longest wait a retry takes."""
    recoverable: bool | None = None
    """None: its error code has to tell."""
    task_error_codes: tuple[Code, ...] = ()
    """Of its failed tasks, each once."""


class FailedTask(_Subject):
    """A task whose agent raised, or whose result was refused."""

    task_id: UUID
    mission_id: UUID
    user_id: UUID
    agent: str
    retry_count: int
    error_code: Code
    recoverable: bool
    luck: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, task: "ClaimedTask", *, error_code: str, recoverable: bool, luck: float) -> Self:
        return cls(
            task_id=task.task_id,
            mission_id=task.mission_id,
            user_id=task.user_id,
            agent=task.agent,
            retry_count=task.retry_count,
            error_code=error_code,
            recoverable=recoverable,
            luck=luck,
        )


class CauseKind(StrEnum):
    """What can be the one source of a domain's harm."""

    IMPORT = "import"
    MISSION = "mission"
    CAMPAIGN = "campaign"


class Cause(_Subject):
    """The one thing most of a domain's harm came from, as long as it has not been held or paused."""

    kind: CauseKind
    id: UUID
    share: float = Field(ge=0, le=1)
    """Of the harm."""


class SickDomain(_Subject):
    """A sending domain after its hourly reckoning."""

    domain_id: UUID
    user_id: UUID
    status: str
    reputation: float
    previous_reputation: float | None = None
    """The value an hour before."""
    complaints: bool = False
    """They weigh most of its harm."""
    cause: Cause | None = None


class AnomalousDomain(SickDomain):
    """A domain that an open anomaly comes from."""

    anomaly_id: UUID
    signal: Code
    usual_reputation: float | None = None
    """Over the four weeks before it began."""


class OldMission(_Subject):
    """A mission that waits in the queue."""

    mission_id: UUID
    user_id: UUID
    priority: int
    queued_seconds: float
    boosted: bool = False


class OldMissions(_Subject):
    """Those of one account, which are decided about together."""

    user_id: UUID
    missions: tuple[OldMission, ...]


class QueuedMission(_Subject):
    """One of a crew's queue; `startable` says that domain and quota are there."""

    mission_id: UUID
    priority: int
    queued_seconds: float = 0.0
    startable: bool = True


class CrewQueue(_Subject):
    """What waits for one crew of an account, and how many it can take."""

    user_id: UUID
    free_slots: int
    missions: tuple[QueuedMission, ...]


class IdleAccount(_Subject):
    """An account and what it could do while nothing else is under way."""

    user_id: UUID
    active_missions: int
    cold_domains: int = 0
    """Verified, and not warming yet."""
    analyzed_today: bool = False
