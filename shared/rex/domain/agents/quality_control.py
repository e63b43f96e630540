"""Schedules what reads well, and sends the rest back to be written once more: a lead gets its whole sequence or nothing.

Reasons: those of `domain/quality.py`; `removed` and suppressions of `domain/reach.py`; `nothing_written`, `not_passed`, `step_missing`.
"""

from rex.domain.agents.results import ended, joined, judged_edit
from rex.domain.quality import problem_of
from rex.domain.reach import reject, why_closed
from rex.domain.states import OutreachState
from rex.domain.tasks import Draft, Lead, LeadResult, NextTask, OutreachResult, TaskContext, TaskInput, TaskResult

_ONCE_MORE = ("writer", "compliance", "quality_control")


def control_quality(context: TaskContext) -> TaskResult:
    """Every open lead is scheduled, sent back once, or left out; whether scheduled means held is up to the review."""
    if context.task.input.steps:
        return joined(_judge_edit(context, draft) for _, draft in context.edited_drafts())
    results = [_judge_lead(context, lead) for lead in context.open_leads()]
    again = tuple(lead.lead_id for result in results for lead in result.leads if lead.reworked)
    task, work = context.task, TaskInput(lead_ids=again, attempt=context.task.input.attempt + 1)
    following = tuple(NextTask(agent=agent, position=task.position + n, input=work) for n, agent in enumerate(_ONCE_MORE, start=1))
    return joined(results, following if again else (), reworked=len(again))


def _judge_lead(context: TaskContext, lead: Lead) -> TaskResult:
    drafts = context.drafts_of(lead, OutreachState.DRAFT, OutreachState.PASSED)
    refused = why_closed(lead) or _why_incomplete(lead, drafts)
    if refused:
        return ended(refused)
    problem = next((code for draft in drafts if (code := problem_of(draft, _link(context)))), None)
    if problem is None:
        return TaskResult(outreach=_moved(drafts, OutreachState.SCHEDULED))
    if lead.reworked or context.task.input.attempt > 1:
        return ended(reject(lead, problem))
    return TaskResult(leads=(LeadResult(lead_id=lead.lead_id, reworked=True),), outreach=_moved(drafts, OutreachState.DRAFT, problem))


def _judge_edit(context: TaskContext, draft: Draft) -> TaskResult:
    passed = draft.state is OutreachState.PASSED
    return judged_edit(draft, OutreachState.SCHEDULED, problem_of(draft, _link(context)) if passed else "not_passed")


def _link(context: TaskContext) -> str | None:
    return context.campaign.link if context.campaign else None


def _why_incomplete(lead: Lead, drafts: tuple[Draft, ...]) -> LeadResult | None:
    """A message that has not passed cannot be scheduled, and a step without the one before it never falls due."""
    if not drafts:
        return reject(lead, "nothing_written")
    if any(draft.state is not OutreachState.PASSED for draft in drafts):
        return reject(lead, "not_passed")
    return None if [draft.step for draft in drafts] == list(range(1, len(drafts) + 1)) else reject(lead, "step_missing")


def _moved(drafts: tuple[Draft, ...], state: OutreachState, reason: str | None = None) -> tuple[OutreachResult, ...]:
    return tuple(OutreachResult(lead_id=draft.lead_id, step=draft.step, state=state, reason=reason) for draft in drafts)
