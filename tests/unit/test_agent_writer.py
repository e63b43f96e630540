"""The writer drafts every step of the sequence, and leaves out leads whose template it cannot render."""

from typing import Any

import pytest

from rex.domain.states import LeadOutcome, OutreachState
from rex.domain.tasks import Angle, Lead, OutreachResult, Step, TaskResult, Template
from tests.support.contexts import GOOD, make_address, make_campaign, make_context, make_draft, make_lead, outcomes, reason, work

ANGLED = Step(templates={"default": GOOD, "recent": Template(subject="ACT NOW, {{ lead.first_name }}", text="Call us TODAY!!! {{ link }}")})


def write(lead: Lead, *templates: Template, attempt: int = 1, **campaign: Any) -> TaskResult:
    return work(make_context(lead, campaign=make_campaign(*templates, **campaign)), "writer", attempt=attempt)


def text(lead: Lead, source: str) -> str:
    (message,) = write(lead, Template(subject="s", text=source)).outreach
    return message.body_text or ""


def test_every_step_becomes_a_draft_to_the_first_usable_address() -> None:
    lead = make_lead(addresses=(make_address(basis=None), make_address()))
    steps = (Step(delay_hours=0, templates={"default": GOOD}), Step(delay_hours=72, templates={"default": GOOD}))
    messages = write(lead, steps=steps, template_version=3).outreach
    assert [(each.step, each.delay_hours, each.template_version) for each in messages] == [(1, 0, 3), (2, 72, 3)]
    assert {(each.state, each.address_id) for each in messages} == {(OutreachState.DRAFT, lead.addresses[1].address_id)}


def test_template_follows_the_angle_and_else_the_default() -> None:
    def subject(angle: Angle | None) -> str | None:
        return write(make_lead(angle=angle), steps=(ANGLED,)).outreach[0].subject

    assert subject(Angle.RECENT) == "ACT NOW, Ann"
    assert subject(Angle.LONG_DORMANT) == subject(None) == GOOD.subject


def test_html_is_made_from_the_text_and_escaped() -> None:
    (message,) = write(make_lead(company="A & B"), Template(subject="s", text="{{ lead.company }} <3\nline\n\n{{ link }}.")).outreach
    assert message.body_html == (
        '<p>A &amp; B &lt;3<br>\nline</p>\n<p><a href="https://rex.example/offer">https://rex.example/offer</a>.</p>'
    )


def test_html_of_a_template_escapes_what_is_filled_in() -> None:
    (message,) = write(make_lead(company="A & B"), Template(subject="s", text="t", html="<p>{{ lead.company }}</p>")).outreach
    assert message.body_html == "<p>A &amp; B</p>"


def test_subject_is_one_line() -> None:
    (message,) = write(make_lead(), Template(subject="One\r\nBcc: {{ offer }}\x0b\u2028 two", text="t"), offer="a\r\nb").outreach
    assert message.subject == "One Bcc: a b two"


@pytest.mark.parametrize("name", [None, "", "-", "None", "{{ 7 * 7 }}", "<b>", "www.evil.example", "https://evil.example"])
def test_name_that_is_none_is_as_good_as_missing(name: str | None) -> None:
    assert text(make_lead(first_name=name), "Hello {{ lead.first_name or 'there' }}") == "Hello there"
    assert text(make_lead(first_name=name), "Hi {{ lead.first_name }},\nagain") == "Hi,\nagain"


@pytest.mark.parametrize(("stored", "spoken"), [("DAAN", "Daan"), ("daan", "Daan"), ("McKay", "McKay"), ("JEAN-LUC", "Jean-Luc")])
def test_name_is_written_as_people_do(stored: str, spoken: str) -> None:
    assert text(make_lead(first_name=stored), "{{ lead.first_name }}") == spoken


def test_second_attempt_is_plain() -> None:
    lead = make_lead(angle=Angle.RECENT)
    loud = Template(subject="GREAT news!!", text="BUY it NOW!!! {{ link }}/ABCD", html="<p>BUY</p>")
    (message,) = write(lead, attempt=2, steps=(Step(templates={"recent": GOOD, "default": loud}),)).outreach
    assert (message.subject, message.body_text) == ("Great news!", "BUY it NOW! https://rex.example/offer/ABCD")
    assert "<a href=" in (message.body_html or "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"steps": ()}, "template_missing"),
        ({"steps": (Step(templates={"recent": GOOD}),)}, "template_missing"),
        ({"steps": (Step(templates={"default": Template(subject="{{", text="t")}),)}, "template_broken"),
        ({"steps": (Step(templates={"default": Template(subject="s" * 999, text="t")}),)}, "template_too_long"),
    ],
)
def test_template_that_cannot_be_used_leaves_the_lead_out(fields: dict[str, Any], code: str) -> None:
    assert reason(write(make_lead(), **fields)) == code


def test_broken_second_step_writes_nothing_at_all() -> None:
    assert write(make_lead(), GOOD, Template(subject="s", text="{{ lead.secret }}")).outreach == ()


def test_mission_without_a_campaign_writes_nothing() -> None:
    assert reason(work(make_context(make_lead(), campaign=None), "writer")) == "no_campaign"


def test_lead_that_became_unreachable_is_left_out() -> None:
    lead = make_lead(addresses=())
    assert outcomes(write(lead)) == {lead.lead_id: (LeadOutcome.REJECTED, "no_email_address")}


def test_only_the_leads_of_the_task_are_written() -> None:
    one, two = make_lead(), make_lead()
    result = work(make_context(one, two), "writer", attempt=2, lead_ids=(two.lead_id,))
    assert {message.lead_id for message in result.outreach} == {two.lead_id}


def test_draft_of_a_step_that_is_gone_is_rejected() -> None:
    lead = make_lead()
    old = make_draft(lead, step=2, state=OutreachState.DRAFT)
    result = work(make_context(lead, outreach=(old,)), "writer", attempt=2)
    assert result.outreach[-1] == OutreachResult(lead_id=lead.lead_id, step=2, state=OutreachState.REJECTED, reason="step_removed")
