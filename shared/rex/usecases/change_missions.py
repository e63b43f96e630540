"""Cancel or retry many missions, all together or none."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rex.domain.commands import Call, Nudge
from rex.domain.given_fields import at_least_one, exactly_one
from rex.domain.queues import Queue
from rex.domain.states import MissionState, MissionType

MOST_MISSIONS = 1000


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MissionFilter(_Strict):
    """Which missions, among those the command can change; at least one field is needed."""

    model_config = ConfigDict(json_schema_extra=at_least_one("states", "campaign_id", "type", "error_code"))

    states: Annotated[tuple[MissionState, ...], Field(min_length=1)] | None = None
    campaign_id: UUID | None = None
    type: MissionType | None = None
    error_code: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("An empty filter would mean every mission: name at least one field.")
        return self


class Selection(_Strict):
    """Missions by their ids or by a filter, and how many the person expects that to be."""

    model_config = ConfigDict(json_schema_extra=exactly_one("ids", "filter"))

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_MISSIONS)] | None = None
    filter: MissionFilter | None = None
    expected_count: Annotated[int, Field(ge=0, le=MOST_MISSIONS)]

    @model_validator(mode="after")
    def _chooses_one_way(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("Choose the missions either by ids or by a filter.")
        return self


def cancel_missions(selection: Selection, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """When it answers, no hand-over of any of them begins any more; raises Rejected when others are meant than expected."""
    answer = _change("rex_cancel_missions", selection, call)
    nudge(Queue.BUS)
    return answer


def retry_missions(selection: Selection, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Queue each in a new round and tell the scheduler; raises Rejected when others are meant than expected."""
    answer = _change("rex_retry_missions", selection, call)
    nudge(Queue.SCHEDULE)
    return answer


def _change(command: str, selection: Selection, call: Call) -> dict[str, Any]:
    chosen = selection.model_dump(mode="json", exclude_none=True, exclude={"expected_count"})
    answer: dict[str, Any] = call(command, p_selection=chosen, p_expected_count=selection.expected_count)
    return answer
