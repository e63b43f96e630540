"""A campaign as one of its leads would get it."""

from typing import Literal
from uuid import UUID

from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.previews import PreviewMessage
from rex.domain.tasks import Angle
from rex.usecases.preview_campaign import PreviewAs


class MailQueued(Answered):
    """The step that is sent to the caller's own address, for whoever asked for it."""

    test_mail_id: UUID
    state: Literal["queued"]


class CampaignPreview(Answered):
    """The messages of all steps; `left_out` is why a mission would write nothing to this lead."""

    angle: Angle
    left_out: str | None
    messages: tuple[PreviewMessage, ...]
    test_mail: MailQueued | None


MESSAGE = PreviewMessage(
    step=1, delay_hours=0, subject="Hi Ann", body_text="Shall we talk again?", body_html="<p>Shall we talk again?</p>", problem=None
)

ROUTES = (
    Route(
        handler="preview_campaign",
        sends=PreviewAs(lead_id=AN_ID, send_step=1),
        answers={
            200: CampaignPreview(
                angle=Angle.RECENT, left_out=None, messages=(MESSAGE,), test_mail=MailQueued(test_mail_id=ANOTHER_ID, state="queued")
            )
        },
        refuses=(409,),
    ),
)
