"""Puts what was decided lead by lead into one answer."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rex.domain.states import OutreachState
from rex.domain.tasks import Draft, LeadResult, NextTask, OutreachResult, TaskResult


def ended(result: LeadResult) -> TaskResult:
    """The answer about a lead that gets nothing; its drafts go with it."""
    return TaskResult(leads=(result,))


def joined(results: Iterable[TaskResult], following: tuple[NextTask, ...] = (), **output: Any) -> TaskResult:
    """The answer about all leads, with how many were left out and why."""
    each = tuple(results)
    leads = tuple(lead for result in each for lead in result.leads)
    outreach: tuple[OutreachResult, ...] = tuple(message for result in each for message in result.outreach)
    left_out = Counter(lead.reason for lead in leads if lead.outcome and lead.reason)
    counts = {"leads": len(each), "messages": len(outreach), "left_out": dict(sorted(left_out.items()))}
    return TaskResult(leads=leads, outreach=outreach, next=following, output=counts | output)


def judged_edit(draft: Draft, state: OutreachState, reason: str | None) -> TaskResult:
    """The answer about a message that a person edited: one with something against it is held again, for that person."""
    to = OutreachState.HELD if reason else state
    return TaskResult(outreach=(OutreachResult(lead_id=draft.lead_id, step=draft.step, state=to, reason=reason),))
