"""Queue a mission."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.chains import has_plan
from rex.domain.commands import Call, Nudge
from rex.domain.given_fields import JsonMoment
from rex.domain.queues import Queue
from rex.domain.states import MissionType, ReviewMode
from rex.errors import Rejected


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Imported(_Strict):
    """Everybody of one import."""

    import_id: UUID


class Named(_Strict):
    """These leads."""

    lead_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10_000)]


class Criteria(_Strict):
    """Which leads; at least one field is needed."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    dormant_days: Annotated[int, Field(ge=0, le=99_999)] | None = None
    import_id: UUID | None = None
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None


class Filtered(_Strict):
    """Everybody who meets the criteria."""

    filter: Criteria


class NewMission(_Strict):
    """What a person asks for; one that sends needs an audience, and without a campaign the default one is meant."""

    type: MissionType
    audience: Imported | Named | Filtered | None = None
    campaign_id: UUID | None = None
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    not_before: JsonMoment | None = None
    review: ReviewMode | None = None


def create_mission(mission: NewMission, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Queue it and tell the scheduler; raises Rejected with what is missing."""
    answer: dict[str, Any] = call("rex_create_mission", **as_arguments(mission))
    nudge(Queue.SCHEDULE)
    return answer


def as_arguments(mission: NewMission) -> dict[str, Any]:
    """Those of the command, and of the read that estimates it; raises Rejected for a type that nobody can work on yet."""
    if not has_plan(mission.type):
        raise Rejected(422, "type_unavailable", f"Missions of the type {mission.type.value} cannot run yet.", "Use lead_reactivation.")
    return {
        "p_type": mission.type.value,
        "p_audience": mission.audience and mission.audience.model_dump(mode="json", exclude_none=True),
        "p_campaign_id": _text(mission.campaign_id),
        "p_priority": mission.priority,
        "p_not_before": _text(mission.not_before),
        "p_review": mission.review and mission.review.value,
    }


def _text(value: UUID | datetime | Literal[None]) -> str | None:
    return None if value is None else str(value)
