"""What no handler of the bus could do: list it, have it tried again, or throw it away."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from rex.domain.commands import Call, Nudge
from rex.domain.cursors import read_cursor
from rex.domain.given_fields import at_least_one, exactly_one
from rex.domain.pages import page_of
from rex.domain.queues import Queue

MOST_LETTERS = 1000
_KEY = TypeAdapter(tuple[AwareDatetime, UUID])

type Handler = Annotated[str, Field(pattern="^[a-z0-9_]{1,100}$")]
type MessageTypeName = Annotated[str, Field(pattern=r"^[a-z_]{1,50}\.[a-z_]{1,50}$")]
type Code = Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,100}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeadLetterQuery(_Strict):
    """Which dead letters, the one that failed last first; `dead_letter_id` is one of them."""

    dead_letter_id: UUID | None = None
    handler: Handler | None = None
    type: MessageTypeName | None = None
    error_code: Code | None = None
    mission_id: UUID | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DeadLetterFilter(_Strict):
    """Which dead letters; at least one field is needed."""

    model_config = ConfigDict(json_schema_extra=at_least_one("handler", "type", "error_code", "mission_id"))

    handler: Handler | None = None
    type: MessageTypeName | None = None
    error_code: Code | None = None
    mission_id: UUID | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("An empty filter would mean every dead letter: name at least one field.")
        return self


class LetterSelection(_Strict):
    """Dead letters by their ids or by a filter, and how many the person expects that to be."""

    model_config = ConfigDict(json_schema_extra=exactly_one("ids", "filter"))

    ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_LETTERS)] | None = None
    filter: DeadLetterFilter | None = None
    expected_count: Annotated[int, Field(ge=0, le=MOST_LETTERS)]

    @model_validator(mode="after")
    def _chooses_one_way(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("Choose the dead letters either by ids or by a filter.")
        return self


def list_dead_letters(query: DeadLetterQuery, call: Call) -> dict[str, Any]:
    """One page, each with its message as it was."""
    before, before_id = read_cursor(query.cursor, _KEY) or (None, None)
    rows: list[dict[str, Any]] = call(
        "rex_list_dead_letters",
        p_id=query.dead_letter_id and str(query.dead_letter_id),
        p_filter=query.model_dump(mode="json", include={"handler", "type", "error_code", "mission_id"}),
        p_before=before and before.isoformat(),
        p_before_id=before_id and str(before_id),
        p_limit=query.limit,
    )
    return page_of(rows, query.limit, "last_at", "id")


def replay_dead_letters(selection: LetterSelection, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Each stays until its handler has done it; raises Rejected when others are meant than expected."""
    answer = _change("rex_replay_dead_letters", selection, call)
    nudge(Queue.BUS)
    return answer


def discard_dead_letters(selection: LetterSelection, call: Call) -> dict[str, Any]:
    """Gone for good; raises Rejected when others are meant than expected."""
    return _change("rex_discard_dead_letters", selection, call)


def _change(command: str, selection: LetterSelection, call: Call) -> dict[str, Any]:
    chosen = selection.model_dump(mode="json", exclude_none=True, exclude={"expected_count"})
    answer: dict[str, Any] = call(command, p_selection=chosen, p_expected_count=selection.expected_count)
    return answer
