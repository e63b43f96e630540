"""Whatever leads and templates they meet, the agents together decide every lead and crash over none."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rex.domain.agents import AGENTS, run_agent
from rex.domain.states import Channel, ConsentBasis, LeadOutcome, OutreachState, SuppressionReason
from rex.domain.tasks import Account, Address, AgentUnknown, Angle, Campaign, History, Lead, Step, TaskContext, Template
from tests.support.contexts import (
    CHAIN,
    GOOD,
    NOW,
    make_address,
    make_campaign,
    make_context,
    make_draft,
    make_lead,
    make_task,
    work,
    work_through,
)

LOUD = Template(subject="Good news, {{ lead.first_name }}!!!", text="WE HAVE GOOD NEWS FOR YOU AND YOUR TEAM {{ link }}")
SPAM = Template(subject="Hello", text="Click here to earn money")
OPEN = {OutreachState.DRAFT, OutreachState.PASSED}


def test_unknown_agent_says_so() -> None:
    with pytest.raises(AgentUnknown, match="billing"):
        run_agent(make_context(task=make_task("billing")))


@pytest.mark.parametrize("agent", AGENTS)
def test_batch_without_open_leads_has_nothing_to_do(agent: str) -> None:
    result = work(make_context(make_lead(outcome=LeadOutcome.SENT)), agent)
    assert (result.leads, result.outreach, result.next) == ((), (), ())


@pytest.mark.parametrize("agent", CHAIN)
def test_agent_answers_the_same_each_time(agent: str) -> None:
    lead = make_lead()
    context = make_context(lead, outreach=(make_draft(lead),))
    assert work(context, agent) == work(context, agent)


@pytest.mark.parametrize(
    ("template", "outcome"),
    [(GOOD, LeadOutcome.SCHEDULED), (LOUD, LeadOutcome.SCHEDULED), (SPAM, LeadOutcome.REJECTED)],
    ids=["good", "loud", "spam"],
)
def test_loud_template_is_calmed_down_and_a_spammer_is_not(template: Template, outcome: LeadOutcome) -> None:
    done = work_through(make_context(make_lead(), campaign=make_campaign(template, GOOD)))
    assert done.leads[0].outcome is outcome
    assert done.leads[0].reworked is (template is not GOOD)
    assert {draft.state for draft in done.outreach} == {OutreachState(outcome.value)}


def mostly(usual: Any, others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Most leads meet nothing odd, or else none would come through."""
    return st.integers(0, 7).flatmap(lambda luck: others if luck == 7 else st.just(usual))


_moments = st.timedeltas(timedelta(days=-9_000), timedelta(days=25_000)).map(NOW.__add__)
_texts = st.sampled_from([None, "Ann", "None", "{{ x }}", "https://x.example", "CEO", "\x00"]) | st.text(max_size=20)
_zones = st.lists(st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "Nowhere", ""]), max_size=2).map(tuple)
_minutes = st.integers(0, 1440)
_days = st.lists(st.integers(1, 7), max_size=7).map(tuple)
_addresses = st.builds(
    Address,
    address_id=st.uuids(),
    channel=mostly(Channel.EMAIL, st.sampled_from(Channel)),
    consent_basis=mostly(ConsentBasis.CONSENT, st.none() | st.sampled_from(ConsentBasis)),
    suppressed=mostly(None, st.sampled_from(SuppressionReason)),
)
_leads = st.builds(
    Lead,
    lead_id=st.uuids(),
    **dict.fromkeys(("first_name", "last_name", "company", "title", "country", "language"), _texts),
    time_zones=mostly((), _zones),
    last_contact_at=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    removed=mostly(False, st.just(True)),
    outcome=mostly(LeadOutcome.PENDING, st.just(LeadOutcome.REPLIED)),
    addresses=st.lists(_addresses, min_size=1, max_size=2).map(tuple) | mostly((make_address(),), st.just(())),
    history=mostly(History(), st.builds(History, recent=st.integers(0, 5), last_sent_at=st.none() | _moments)),
)
_sources = mostly(
    "Hello {{ lead.first_name }},",
    st.sampled_from(["{{ offer }}", "{{ lead.x }}", "{{", "ACT NOW", "http://x.example"]) | st.text(max_size=9),
)
_loud = st.sampled_from(["{{ link }}", "it is GOOD!!!", "a word", "{{ lead.company or '' }}"])
_templates = st.builds(
    Template,
    subject=mostly("A word", _sources),
    text=st.builds(lambda start, rest: " ".join([start, "how are you?", *rest]), _sources, st.lists(_loud, max_size=3)),
    html=mostly(None, _sources),
)
_steps = st.builds(
    lambda default, **step: Step(**step | {"templates": step["templates"] | {"default": default}}),
    default=_templates,
    delay_hours=st.integers(-5, 9_999),
    templates=st.dictionaries(st.sampled_from([each.value for each in Angle]), _templates, max_size=2),
)
_campaigns = st.builds(
    Campaign,
    campaign_id=st.uuids(),
    **dict.fromkeys(("offer", "sender_name", "reply_to", "call_to_action"), mostly("a word", st.sampled_from(["\x00", None]))),
    link=mostly("https://rex.example", st.none()),
    steps=mostly((Step(templates={"default": GOOD}),), st.just(())) | st.lists(_steps, min_size=1, max_size=3).map(tuple),
    window_start=mostly(None, _minutes),
    window_end=mostly(None, _minutes),
    window_days=mostly(None, _days),
)
_accounts = st.builds(
    Account,
    user_id=st.just(uuid.UUID(int=1)),
    company=mostly("Rex", st.none()),
    postal_address=st.just("1 Main Street"),
    time_zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    window_start=mostly(540, _minutes),
    window_end=mostly(1020, _minutes),
    window_days=mostly((1, 2, 3), _days),
    frequency_cap_messages=st.none() | st.integers(1, 3),
)
_contexts = st.builds(
    lambda leads, **fields: make_context(*leads, **fields),
    leads=st.lists(_leads, min_size=1, max_size=3, unique_by=lambda lead: lead.lead_id),
    now=_moments,
    account=_accounts,
    campaign=st.integers(0, 9).flatmap(lambda luck: _campaigns if luck else st.none()),
)


def dangling(context: TaskContext) -> list[Any]:
    return [draft for draft in context.outreach if draft.state in OPEN]


@settings(max_examples=200, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(_contexts)
def test_every_lead_is_decided_and_no_draft_is_left(context: TaskContext) -> None:
    done = work_through(context)
    assert not [lead for lead in done.leads if lead.outcome is LeadOutcome.PENDING], "a lead was left behind"
    assert not dangling(done), "a draft was left behind"


@settings(max_examples=100, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(_contexts, st.data())
def test_quality_control_decides_whatever_state_it_finds_at_its_second_attempt(context: TaskContext, data: st.DataObject) -> None:
    states = st.sampled_from([*sorted(OPEN), OutreachState.REJECTED, OutreachState.CANCELLED])
    drafts = [make_draft(lead, step, data.draw(states)) for lead in context.leads for step in data.draw(st.sets(st.integers(1, 3)))]
    result = work(context.model_copy(update={"outreach": tuple(drafts)}), "quality_control", position=7, attempt=2)
    decided = {lead.lead_id for lead in result.leads if lead.outcome} | {message.lead_id for message in result.outreach}
    assert decided == {lead.lead_id for lead in context.open_leads()}
    assert result.next == ()
