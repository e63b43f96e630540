"""Writes each message of the sequence from the campaign's templates; the footer is the mailer's, who alone knows the unsubscribe link.

Reasons: those of `domain/reach.py`; `no_campaign`, `template_missing`, `template_broken`, `template_too_long`; of a message,
`step_removed`.
"""

from typing import Any

from rex.domain.agents.results import ended, joined
from rex.domain.reach import email_of, reject, why_unreachable
from rex.domain.states import OutreachState
from rex.domain.tasks import Address, Angle, Campaign, Lead, OutreachResult, Step, TaskContext, TaskResult, Template
from rex.domain.template_variables import variables_for
from rex.domain.templates import Rendered, TemplateBroken, render

_LONGEST_DELAY_HOURS = 2160


class TemplateMissing(LookupError):
    """A step has neither a template for the lead's angle nor a default one."""


def write(context: TaskContext) -> TaskResult:
    """A draft per open lead and step; from the second attempt on in the plainest form there is."""
    return joined(_write_lead(context, lead) for lead in context.open_leads())


def _write_lead(context: TaskContext, lead: Lead) -> TaskResult:
    unreachable, address = why_unreachable(lead), email_of(lead)
    if unreachable or address is None:
        return ended(unreachable or reject(lead, "no_email_address"))
    if context.campaign is None:
        return ended(reject(lead, "no_campaign"))
    try:
        return TaskResult(outreach=_messages(context, context.campaign, lead, address))
    except TemplateBroken as error:
        return ended(reject(lead, error.code))
    except TemplateMissing:
        return ended(reject(lead, "template_missing"))


def _messages(context: TaskContext, campaign: Campaign, lead: Lead, address: Address) -> tuple[OutreachResult, ...]:
    if not campaign.steps:
        raise TemplateMissing
    values = variables_for(lead, campaign, context.account)
    plainly = context.task.input.attempt > 1
    written = []
    for number, step in enumerate(campaign.steps, start=1):
        rendered = write_step(step, lead.angle or Angle.DEFAULT, values, plainly=plainly)
        written.append(
            OutreachResult(
                lead_id=lead.lead_id,
                step=number,
                state=OutreachState.DRAFT,
                channel=address.channel,
                address_id=address.address_id,
                delay_hours=min(max(step.delay_hours, 0), _LONGEST_DELAY_HOURS),
                subject=rendered.subject,
                body_text=rendered.text,
                body_html=rendered.html,
                template_version=campaign.template_version,
            )
        )
    return (*written, *_left_over(context, lead, len(written)))


def write_step(step: Step, angle: Angle, values: dict[str, Any], *, plainly: bool = False) -> Rendered:
    """One message from `variables_for` its lead; raises TemplateMissing or TemplateBroken."""
    return render(_template(step, Angle.DEFAULT if plainly else angle), values, plainly=plainly)


def _template(step: Step, angle: Angle) -> Template:
    found = step.templates.get(angle) or step.templates.get(Angle.DEFAULT)
    if found is None:
        raise TemplateMissing
    return found


def _left_over(context: TaskContext, lead: Lead, steps: int) -> list[OutreachResult]:
    """Drafts of an earlier attempt whose step the campaign no longer has."""
    old = context.drafts_of(lead, OutreachState.DRAFT, OutreachState.PASSED)
    return [
        OutreachResult(lead_id=lead.lead_id, step=draft.step, state=OutreachState.REJECTED, reason="step_removed")
        for draft in old
        if draft.step > steps
    ]
