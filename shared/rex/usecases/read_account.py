"""What a person sees of their account: status, missions, campaigns, inboxes."""

import base64
import binascii
import json
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rex.domain.commands import Call
from rex.domain.states import MissionState
from rex.errors import Rejected


class MissionQuery(BaseModel):
    """Which missions, newest first; states are separated by commas, the cursor is the `next` of the page before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str | None = None
    campaign_id: UUID | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def get_status(call: Call) -> dict[str, Any]:
    """Missions by state, outcomes of 24 hours, crews and domains."""
    status: dict[str, Any] = call("rex_read_status")
    return status


def get_account(call: Call) -> dict[str, Any]:
    """The settings of the account."""
    row: dict[str, Any] = call("rex_read_account")
    return row


def list_campaigns(call: Call) -> dict[str, Any]:
    """Every campaign; accounts have few."""
    return {"items": call("rex_list_campaigns"), "next": None}


def list_inboxes(call: Call) -> dict[str, Any]:
    """Every inbox, with whether its login is checked."""
    return {"items": call("rex_list_inboxes"), "next": None}


def get_mission(mission_id: UUID, call: Call) -> dict[str, Any]:
    """One mission with its outcomes, tasks, messages and newest log rows; Rejected 404 for another account's."""
    mission: dict[str, Any] | None = call("rex_read_mission", p_mission_id=str(mission_id))
    if mission is None:
        raise Rejected(404, "mission_not_found", "This account has no such mission.", "Read GET /missions for its ids.")
    return mission


def list_missions(query: MissionQuery, call: Call) -> dict[str, Any]:
    """One page; `next` is the cursor of the page after it, None on the last."""
    before, before_id = _read_cursor(query.cursor)
    rows: list[dict[str, Any]] = call(
        "rex_list_missions",
        p_states=_states(query.state),
        p_campaign_id=_text(query.campaign_id),
        p_before=before,
        p_before_id=before_id,
        p_limit=query.limit,
    )
    page = rows[: query.limit]
    return {"items": page, "next": _cursor(page[-1]) if len(rows) > len(page) else None}


def _states(text: str | None) -> list[str] | None:
    known = {state.value for state in MissionState}
    states = text.split(",") if text else None
    if states and not known.issuperset(states):
        raise Rejected(422, "state_unknown", "A state is not known.", f"Use some of {', '.join(sorted(known))}, separated by commas.")
    return states


def _cursor(row: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["created_at"], row["id"]]).encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[str | None, str | None]:
    if cursor is None:
        return None, None
    try:
        at, mission_id = TypeAdapter(tuple[AwareDatetime, UUID]).validate_json(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValidationError, ValueError) as error:
        raise Rejected(422, "cursor_invalid", "The cursor is not one that a list gave.", "Leave it out to start at the newest.") from error
    return at.isoformat(), str(mission_id)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
