"""A campaign's messages as one lead would get them, written and judged by the same code as in a mission."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from rex.domain.agents.researcher import angle_of, dormant_days
from rex.domain.agents.writer import TemplateMissing, write_step
from rex.domain.quality import problem_of
from rex.domain.reach import why_unreachable
from rex.domain.states import Channel, OutreachState
from rex.domain.tasks import Account, Angle, Campaign, Draft, Lead, Step
from rex.domain.template_variables import variables_for
from rex.domain.templates import TemplateBroken


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class PreviewScene(_Frozen):
    """All a preview is made from: the answer of `rex_read_preview`."""

    now: datetime
    account: Account
    campaign: Campaign
    lead: Lead


class PreviewMessage(_Frozen):
    """One step; `problem` is what quality control would send it back for, or why it cannot be written at all, then without content."""

    step: int
    delay_hours: int
    subject: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    problem: str | None = None


class Preview(_Frozen):
    """The sequence; `left_out` is why a mission would write nothing to this lead, who is previewed all the same."""

    angle: Angle
    left_out: str | None
    messages: tuple[PreviewMessage, ...]


def preview(scene: PreviewScene) -> Preview:
    """As the writer's first attempt would be."""
    unreachable = why_unreachable(scene.lead)
    angle = angle_of(scene.lead, dormant_days(scene.lead, scene.now))
    steps = enumerate(scene.campaign.steps, start=1)
    messages = tuple(_message(scene, angle, number, step) for number, step in steps)
    return Preview(angle=angle, left_out=unreachable.reason if unreachable else None, messages=messages)


def _message(scene: PreviewScene, angle: Angle, number: int, step: Step) -> PreviewMessage:
    try:
        written = write_step(step, angle, variables_for(scene.lead, scene.campaign, scene.account))
    except TemplateMissing:
        return PreviewMessage(step=number, delay_hours=step.delay_hours, problem="template_missing")
    except TemplateBroken as error:
        return PreviewMessage(step=number, delay_hours=step.delay_hours, problem=error.code)
    content = {"subject": written.subject, "body_text": written.text, "body_html": written.html}
    draft = Draft(lead_id=scene.lead.lead_id, step=number, state=OutreachState.DRAFT, channel=Channel.EMAIL, **content)
    problem = problem_of(draft, scene.campaign.link)
    return PreviewMessage(step=number, delay_hours=step.delay_hours, problem=problem, **content)
