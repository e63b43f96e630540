"""What a person sees of their missions: lists of them, and one with all that happened to it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from rex.domain.commands import Call
from rex.domain.cursors import read_cursor, read_cursor_of, write_cursor, write_cursor_of
from rex.domain.given_fields import Moment
from rex.domain.states import MissionState, MissionType
from rex.errors import Rejected

_KEY = TypeAdapter(tuple[str, tuple[int | AwareDatetime, UUID]])


class MissionSort(StrEnum):
    """By what a list of missions is sorted; a minus puts the greatest first."""

    CREATED_AT = "created_at"
    CREATED_AT_DOWN = "-created_at"
    STAGE_AT = "stage_at"
    STAGE_AT_DOWN = "-stage_at"
    PRIORITY = "priority"
    PRIORITY_DOWN = "-priority"


class MissionQuery(BaseModel):
    """Which missions; states are separated by commas, the cursor is the `next` of the page before.

    `q` is an id or its beginning, a lead's address or phone number, a domain, a type, a crew, an error code, or part of a campaign's name.
    `domain` finds the missions that a domain serves, that sent from it, or that are about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str | None = None
    type: MissionType | None = None
    campaign_id: UUID | None = None
    created_from: Moment | None = None
    created_until: Moment | None = None
    q: Annotated[str, Field(min_length=1, max_length=320, pattern=r"^[^\x00]*$")] | None = None
    domain: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\x00]*$")] | None = None
    sort: MissionSort = MissionSort.CREATED_AT_DOWN
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MissionPart(StrEnum):
    """A part of a mission that may be long."""

    TASKS = "tasks"
    LOGS = "logs"
    DECISIONS = "decisions"
    LEADS = "leads"
    MESSAGES = "messages"
    HELD = "held"


class PartQuery(BaseModel):
    """Without a part the whole mission with `limit` rows of each; with one the page of it that the cursor begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: MissionPart | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


_Id = Annotated[int, Field(ge=0, lt=2**63)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_PART_KEYS: dict[MissionPart, TypeAdapter[Any]] = {
    MissionPart.TASKS: TypeAdapter(tuple[_Count, _Count, _Count]),
    MissionPart.LOGS: TypeAdapter(tuple[_Id]),
    MissionPart.DECISIONS: TypeAdapter(tuple[_Id]),
    MissionPart.LEADS: TypeAdapter(tuple[UUID]),
    MissionPart.MESSAGES: TypeAdapter(tuple[UUID, _Count]),
    MissionPart.HELD: TypeAdapter(tuple[UUID, _Count]),
}


def list_missions(query: MissionQuery, call: Call) -> dict[str, Any]:
    """One page; `next` is the cursor of the page after it, None on the last."""
    after_key, after_id = read_cursor_of(query.sort, query.cursor, _KEY) or (None, None)
    found: dict[str, Any] = call(
        "rex_list_missions",
        p_states=_states(query.state),
        p_type=query.type,
        p_campaign_id=_text(query.campaign_id),
        p_from=_text(query.created_from),
        p_until=_text(query.created_until),
        p_text=query.q,
        p_domain=query.domain,
        p_sort=query.sort.removeprefix("-"),
        p_descending=query.sort.startswith("-"),
        p_after_key=_text(after_key),
        p_after_id=_text(after_id),
        p_limit=query.limit,
    )
    return {"items": found["items"], "next": write_cursor_of(query.sort, found["next"])}


def read_mission(mission_id: UUID, query: PartQuery, call: Call) -> dict[str, Any]:
    """One mission with stages, counts and the first page of each long part, or a page of one; Rejected 404 for another account's."""
    found: dict[str, Any] | None = call(
        "rex_read_mission", p_mission_id=str(mission_id), p_part=query.part, p_after=_after(query), p_limit=query.limit
    )
    if found is None:
        raise Rejected(404, "mission_not_found", "This account has no such mission.", "Read GET /missions for its ids.")
    if query.part:
        return _page(found)
    return found | {"parts": {name: _page(part) for name, part in found["parts"].items()}}


def _after(query: PartQuery) -> list[str] | None:
    if query.part is None and query.cursor:
        raise Rejected(422, "part_missing", "A cursor is one of a part.", "Name the part it came from.")
    key = query.part and read_cursor(query.cursor, _PART_KEYS[query.part])
    return [str(each) for each in key] if key else None


def _page(part: dict[str, Any]) -> dict[str, Any]:
    return {"items": part["items"], "next": write_cursor(part["next"])}


def _states(text: str | None) -> list[str] | None:
    known = {state.value for state in MissionState}
    states = text.split(",") if text else None
    if states and not known.issuperset(states):
        raise Rejected(422, "state_unknown", "A state is not known.", f"Use some of {', '.join(sorted(known))}, separated by commas.")
    return states


def _text(value: object) -> str | None:
    return None if value is None else str(value)
