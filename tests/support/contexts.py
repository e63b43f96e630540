"""What an agent is shown, built in one line, and what the database makes of its answer, as far as agents see it."""

import uuid
from datetime import UTC, datetime
from typing import Any

from rex.domain.agents import run_agent
from rex.domain.states import Channel, ConsentBasis, LeadOutcome, MissionType, OutreachState
from rex.domain.tasks import (
    Account,
    Address,
    Campaign,
    ClaimedTask,
    Draft,
    Lead,
    LeadResult,
    Mission,
    OutreachResult,
    Step,
    TaskContext,
    TaskInput,
    TaskResult,
    Template,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LINK = "https://rex.example/offer"
GOOD = Template(subject="A word about planning", text="Hello {{ lead.first_name or 'there' }},\n\nwould {{ offer }} help?\n\n{{ link }}")
CHAIN = ("researcher", "writer", "compliance", "quality_control")


def make_address(channel: Channel = Channel.EMAIL, basis: ConsentBasis | None = ConsentBasis.CONSENT, **fields: Any) -> Address:
    return Address(address_id=uuid.uuid4(), channel=channel, consent_basis=basis, **fields)


def make_lead(**fields: Any) -> Lead:
    return Lead(**({"lead_id": uuid.uuid4(), "first_name": "Ann", "addresses": (make_address(),)} | fields))


def make_campaign(*templates: Template, **fields: Any) -> Campaign:
    """One step for each template, its default one."""
    steps = tuple(Step(templates={"default": template}) for template in templates or (GOOD,))
    given = {"offer": "a shorter week", "sender_name": "Nora", "reply_to": "nora@rex.example", "link": LINK, "steps": steps}
    return Campaign(**({"campaign_id": uuid.uuid4()} | given | fields))


def make_task(agent: str = "researcher", position: int = 1, **given: Any) -> ClaimedTask:
    ids = {name: uuid.uuid4() for name in ("task_id", "mission_id", "user_id")}
    return ClaimedTask(**ids, fence=1, agent=agent, batch=1, position=position, input=TaskInput(**given))


def make_context(*leads: Lead, task: ClaimedTask | None = None, **fields: Any) -> TaskContext:
    account = Account(user_id=uuid.uuid4(), company="Rex", postal_address="1 Main Street")
    mission = Mission(mission_id=uuid.uuid4(), type=MissionType.LEAD_REACTIVATION)
    given = {"now": NOW, "account": account, "campaign": make_campaign(), "mission": mission, "task": task or make_task()}
    return TaskContext(**(given | {"leads": leads} | fields))


def make_draft(lead: Lead, step: int = 1, state: OutreachState = OutreachState.PASSED, **fields: Any) -> Draft:
    written = {"subject": "A word about planning", "body_text": f"Hello Ann,\n\nwould it help?\n\n{LINK}"}
    address = lead.addresses[0].address_id if lead.addresses else None
    given = {"lead_id": lead.lead_id, "step": step, "state": state, "channel": Channel.EMAIL, "address_id": address}
    return Draft(**(given | written | fields))


def work(context: TaskContext, agent: str, position: int = 1, **given: Any) -> TaskResult:
    """What one agent answers."""
    return run_agent(context.model_copy(update={"task": make_task(agent, position, **given)}))


def outcomes(result: TaskResult) -> dict[uuid.UUID, tuple[LeadOutcome | None, str | None]]:
    return {lead.lead_id: (lead.outcome, lead.reason) for lead in result.leads}


def reason(result: TaskResult) -> str | None:
    """Of the only lead that was left out."""
    (lead,) = result.leads
    assert lead.outcome is not None, "the lead was not left out"
    return lead.reason


def work_through(context: TaskContext) -> TaskContext:
    """The whole chain, with what quality control sends back."""
    tasks = [make_task(agent, position) for position, agent in enumerate(CHAIN, start=1)]
    while tasks:
        task = tasks.pop(0)
        result = run_agent(context.model_copy(update={"task": task}))
        tasks += [make_task(each.agent, each.position, **each.input.model_dump()) for each in result.next]
        assert len(tasks) < 5, "a lead is sent back more than once"
        context = apply(context, result)
    return context


def apply(context: TaskContext, result: TaskResult) -> TaskContext:
    """As `rex_complete_task` does: messages first, then leads, whose end takes their drafts along."""
    drafts = {(draft.lead_id, draft.step): draft for draft in context.outreach}
    leads = {lead.lead_id: lead for lead in context.leads}
    for message in result.outreach:
        key = (message.lead_id, message.step)
        drafts[key] = _written(drafts.get(key), message)
        if message.state is OutreachState.SCHEDULED:
            leads[message.lead_id] = leads[message.lead_id].model_copy(update={"outcome": LeadOutcome.SCHEDULED})
    for lead in result.leads:
        leads[lead.lead_id] = _told(leads[lead.lead_id], lead)
        if lead.outcome:
            drafts |= {key: _rejected(draft) for key, draft in drafts.items() if draft.lead_id == lead.lead_id}
    return context.model_copy(update={"leads": tuple(leads.values()), "outreach": tuple(drafts.values())})


def _written(old: Draft | None, message: OutreachResult) -> Draft:
    if message.state is OutreachState.SCHEDULED:
        assert old is not None, "scheduled what nobody wrote"
        assert old.state is OutreachState.PASSED, "scheduled what has not passed"
    if old is None:
        assert message.address_id is not None, "a first draft without an address"
    if message.state is OutreachState.DRAFT and message.address_id is not None:
        return Draft.model_validate(message.model_dump(exclude={"delay_hours"}, exclude_none=True))
    assert old is not None
    return old.model_copy(update={"state": message.state, "reason": message.reason})


def _told(lead: Lead, result: LeadResult) -> Lead:
    told = result.model_dump(include={"outcome", "angle", "dormant_days", "reworked"}, exclude_none=True)
    return lead.model_copy(update=told)


def _rejected(draft: Draft) -> Draft:
    open_state = draft.state in (OutreachState.DRAFT, OutreachState.PASSED)
    return draft.model_copy(update={"state": OutreachState.REJECTED}) if open_state else draft
