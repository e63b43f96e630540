"""Lets pass only what suppressions, consent, permitted hours and the frequency cap allow.

Reasons: those of `domain/reach.py`; `no_campaign`, `no_company`, `no_postal_address`, `no_sender_name`, `no_reply_to`, `nothing_written`,
`frequency_cap`, `no_permitted_hours`, `time_zone_unknown`. The sender looks at what may have changed once more as a message begins.
"""

from rex.domain.agents.results import ended, joined, judged_edit
from rex.domain.hours import hours_of, why_closed_hours
from rex.domain.reach import reject, why_closed, why_not_at
from rex.domain.states import OutreachState
from rex.domain.tasks import Draft, Lead, LeadResult, OutreachResult, TaskContext, TaskResult

_STANDING = (OutreachState.DRAFT, OutreachState.PASSED)


def comply(context: TaskContext) -> TaskResult:
    """Every draft of an open lead passes, or the lead is left out with its drafts."""
    if context.task.input.steps:
        return joined(_judge_edit(context, lead, draft) for lead, draft in context.edited_drafts())
    return joined(_judge_lead(context, lead) for lead in context.open_leads())


def _judge_lead(context: TaskContext, lead: Lead) -> TaskResult:
    drafts = context.drafts_of(lead, *_STANDING)
    refused = why_closed(lead) or _why_not_from(context, lead) or _why_not_drafts(lead, drafts) or _why_not_when(context, lead)
    if refused:
        return ended(refused)
    return TaskResult(outreach=tuple(OutreachResult(lead_id=lead.lead_id, step=draft.step, state=OutreachState.PASSED) for draft in drafts))


def _judge_edit(context: TaskContext, lead: Lead, draft: Draft) -> TaskResult:
    """The frequency cap is left to the sender, who waits until it has room."""
    refused = why_closed(lead) or _why_not_from(context, lead) or _why_not_drafts(lead, (draft,))
    return judged_edit(draft, OutreachState.PASSED, refused.reason if refused else None)


def _why_not_from(context: TaskContext, lead: Lead) -> LeadResult | None:
    """Without these no message can say who sends it, where they are, and how to answer."""
    campaign = context.campaign
    if campaign is None:
        return reject(lead, "no_campaign")
    needed = (
        ("no_company", context.account.company),
        ("no_postal_address", context.account.postal_address),
        ("no_sender_name", campaign.sender_name),
        ("no_reply_to", campaign.reply_to),
    )
    return next((reject(lead, reason) for reason, value in needed if not (value or "").strip()), None)


def _why_not_drafts(lead: Lead, drafts: tuple[Draft, ...]) -> LeadResult | None:
    if not drafts:
        return reject(lead, "nothing_written")
    addresses = {address.address_id: address for address in lead.addresses}
    found = (addresses.get(draft.address_id) if draft.address_id else None for draft in drafts)
    return next((refused for address in found if (refused := why_not_at(lead, address))), None)


def _why_not_when(context: TaskContext, lead: Lead) -> LeadResult | None:
    cap = context.account.frequency_cap_messages
    if cap is not None and lead.history.recent >= cap:
        return reject(lead, "frequency_cap")
    if context.campaign is None:
        return None
    closed = why_closed_hours(hours_of(lead, context.campaign, context.account), context.now)
    return reject(lead, closed) if closed else None
