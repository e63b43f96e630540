"""Quality control schedules a lead's whole sequence, sends it back once, or leaves the lead out."""

from typing import Any

from rex.domain.states import LeadOutcome, OutreachState
from rex.domain.tasks import Draft, Lead, LeadResult, TaskInput, TaskResult
from tests.support.contexts import make_context, make_draft, make_lead, outcomes, reason, work

BAD: dict[str, Any] = {"subject": "Act now!!"}


def control(lead: Lead, *drafts: Draft, attempt: int = 1) -> TaskResult:
    return work(make_context(lead, outreach=drafts), "quality_control", position=4, attempt=attempt)


def test_good_sequence_is_scheduled() -> None:
    lead = make_lead()
    result = control(lead, make_draft(lead, 1), make_draft(lead, 2))
    assert [(each.step, each.state) for each in result.outreach] == [(1, OutreachState.SCHEDULED), (2, OutreachState.SCHEDULED)]
    assert (result.leads, result.next) == ((), ())


def test_bad_step_sends_the_sequence_back_once() -> None:
    lead = make_lead()
    result = control(lead, make_draft(lead, 1), make_draft(lead, 2, **BAD))
    assert result.leads == (LeadResult(lead_id=lead.lead_id, reworked=True),)
    assert {(each.state, each.address_id, each.reason) for each in result.outreach} == {(OutreachState.DRAFT, None, "spam_words")}
    assert [(each.agent, each.position) for each in result.next] == [("writer", 5), ("compliance", 6), ("quality_control", 7)]
    assert {each.input for each in result.next} == {TaskInput(lead_ids=(lead.lead_id,), attempt=2)}


def test_only_leads_sent_back_are_worked_on_again() -> None:
    good, bad = make_lead(), make_lead()
    result = work(make_context(good, bad, outreach=(make_draft(good), make_draft(bad, **BAD))), "quality_control", position=4)
    assert result.next[0].input.lead_ids == (bad.lead_id,)
    assert result.output["reworked"] == 1


def test_what_is_bad_again_is_left_out() -> None:
    reworked, lead = make_lead(reworked=True), make_lead()
    assert outcomes(control(reworked, make_draft(reworked, **BAD))) == {reworked.lead_id: (LeadOutcome.REJECTED, "spam_words")}
    assert reason(control(lead, make_draft(lead, **BAD), attempt=2)) == "spam_words"


def test_no_lead_is_left_behind() -> None:
    lead = make_lead()
    assert reason(control(lead)) == "nothing_written"
    assert reason(control(lead, make_draft(lead), make_draft(lead, 2, OutreachState.DRAFT))) == "not_passed"
    assert reason(control(lead, make_draft(lead, 2))) == "step_missing"
    assert reason(control(make_lead(removed=True))) == "removed"
