"""Show a campaign as one of its leads would get it, and send a step of it to who asks, at their own address."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.commands import Call, Nudge
from rex.domain.previews import Preview, PreviewScene, preview
from rex.domain.queues import Queue
from rex.errors import Rejected


class PreviewAs(BaseModel):
    """As which lead; `send_step` is a step to be sent to the caller as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lead_id: UUID
    send_step: Annotated[int, Field(ge=1, le=5)] | None = None


def preview_campaign(campaign_id: UUID, shown: PreviewAs, *, read: Call, call: Call, nudge: Nudge) -> dict[str, Any]:
    """The messages of all steps; `test_mail` says what becomes of the one asked for. Rejected 404 for others' ids.

    A test mail is written anew by the sender: what is kept of it are ids. It goes to the address the caller has confirmed with Auth, to
    nobody else, within the caps of an inbox of the account.
    """
    names = {"p_campaign_id": str(campaign_id), "p_lead_id": str(shown.lead_id)}
    scene = read("rex_read_preview", **names)
    if scene is None:
        raise Rejected(404, "preview_unknown", "This account has no such campaign or lead.", "Use ids that a list gave you.")
    seen = preview(PreviewScene.model_validate(scene))
    answer = seen.model_dump(mode="json") | {"test_mail": None}
    if shown.send_step is None:
        return answer
    _check(seen, shown.send_step)
    queued = call("rex_queue_test_mail", **names, p_step=shown.send_step)
    nudge(Queue.SEND)
    return answer | {"test_mail": queued}


def _check(seen: Preview, step: int) -> None:
    """What is asked for can be written."""
    asked = next((message for message in seen.messages if message.step == step), None)
    if asked is None:
        raise Rejected(422, "step_unknown", "The campaign has no such step.", "Choose one of its steps, counted from 1.")
    if asked.body_text is None:
        raise Rejected(409, asked.problem or "template_broken", f"Step {step} cannot be written for this lead.", "Mend its template first.")
