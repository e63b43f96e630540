"""Release, refuse or edit messages that are held for review."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class ReviewAction(StrEnum):
    """What a person does with a held message."""

    RELEASE = "release"
    REFUSE = "refuse"
    EDIT = "edit"


_NOTHING = {"type": "null"}
_NO_CONTENT: dict[str, Any] = {"subject": _NOTHING, "body_text": _NOTHING, "body_html": _NOTHING}
_BY_ACTION: dict[str, Any] = {
    "oneOf": [
        {"properties": {"action": {"const": ReviewAction.RELEASE}, "reason": _NOTHING} | _NO_CONTENT},
        {"properties": {"action": {"const": ReviewAction.REFUSE}} | _NO_CONTENT},
        {
            "properties": {
                "action": {"const": ReviewAction.EDIT},
                "outreach_ids": {"type": "array", "minItems": 1, "maxItems": 1},
                "body_text": {"type": "string"},
                "reason": _NOTHING,
            },
            "required": ["outreach_ids", "body_text"],
        },
    ]
}
"""What `Review` checks, in the words of JSON Schema."""
_QUEUES = {ReviewAction.RELEASE: Queue.SEND, ReviewAction.EDIT: Queue.TASKS}


class Review(BaseModel):
    """Some messages or, without ids, all that are held, 10,000 at once; an edit is of one, and has its whole text.

    What is held because its import does harm is released by its ids alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_BY_ACTION)

    action: ReviewAction
    outreach_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=1000)] | None = None
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")] | None = None
    subject: Annotated[str, Field(min_length=1, max_length=998, pattern=r"^[^\r\n]+$")] | None = None
    body_text: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None
    body_html: Annotated[str, Field(min_length=1, max_length=200_000)] | None = None

    @model_validator(mode="after")
    def _fits_its_action(self) -> Self:
        edits = self.action is ReviewAction.EDIT
        if edits and (self.outreach_ids is None or len(self.outreach_ids) != 1 or self.body_text is None):
            raise ValueError("An edit is of one message and has its whole text.")
        if not edits and (self.subject or self.body_text or self.body_html):
            raise ValueError("Only an edit has content.")
        if self.reason and self.action is not ReviewAction.REFUSE:
            raise ValueError("Only a refusal has a reason.")
        return self


def release_outreach(mission_id: UUID, review: Review, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """What is released goes out in its hours; an edited message stays held until compliance and quality control have passed it.

    `held` counts what is held still, `held_by_import` those of it that only their ids release.
    """
    answer: dict[str, Any] = call(
        "rex_release_outreach",
        p_mission_id=str(mission_id),
        p_action=review.action.value,
        p_outreach_ids=review.outreach_ids and [str(outreach_id) for outreach_id in review.outreach_ids],
        p_reason=review.reason,
        p_subject=review.subject,
        p_body_text=review.body_text,
        p_body_html=review.body_html,
    )
    if review.action in _QUEUES:
        nudge(_QUEUES[review.action])
    return answer
