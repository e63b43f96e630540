"""A preview shows what the writer would write, for any lead, with what speaks against it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from rex.domain.agents.writer import write
from rex.domain.previews import PreviewScene, preview
from rex.domain.states import Channel, ConsentBasis, MissionType, SuppressionReason
from rex.domain.tasks import Account, Address, Angle, Campaign, ClaimedTask, Lead, Mission, Step, TaskContext, Template

NOW, ID = datetime(2026, 11, 26, 12, tzinfo=UTC), UUID(int=1)
HELLO = Template(subject="For {{ lead.first_name }}", text="Hello {{ lead.first_name }}, we have something new for you. Shall we talk?")
ADDRESS = Address(address_id=ID, channel=Channel.EMAIL, consent_basis=ConsentBasis.CONSENT)
LEAD = Lead(lead_id=ID, first_name="Ann", addresses=(ADDRESS,), last_contact_at=date(2020, 1, 1))


def scene(*steps: Step, lead: Lead = LEAD) -> PreviewScene:
    campaign = Campaign(campaign_id=ID, sender_name="Rex", reply_to="r@rex.example", steps=steps)
    return PreviewScene(now=NOW, account=Account(user_id=ID, company="Rex", postal_address="1 Main Street"), campaign=campaign, lead=lead)


def step(**templates: Template) -> Step:
    return Step(delay_hours=48, templates=templates)


def test_messages_are_those_of_the_writer() -> None:
    shown = scene(
        step(default=HELLO), step(default=HELLO, long_dormant=Template(subject="Long ago", text="It has been a while, Ann. Shall we talk?"))
    )
    seen = preview(shown)
    task = ClaimedTask(task_id=ID, mission_id=ID, user_id=ID, fence=1, agent="writer", batch=1, position=2)
    context = TaskContext(
        now=NOW, account=shown.account, campaign=shown.campaign, mission=Mission(mission_id=ID, type=MissionType.LEAD_REACTIVATION), task=task,
        leads=(LEAD.model_copy(update={"angle": seen.angle}),),
    )  # fmt: skip
    written = [(draft.step, draft.delay_hours, draft.subject, draft.body_text, draft.body_html) for draft in write(context).outreach]
    assert [(each.step, each.delay_hours, each.subject, each.body_text, each.body_html) for each in seen.messages] == written
    assert (seen.angle, seen.messages[1].subject, seen.left_out) == (Angle.LONG_DORMANT, "Long ago", None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"addresses": ()}, "no_email_address"),
        ({"addresses": (ADDRESS.model_copy(update={"suppressed": SuppressionReason.UNSUBSCRIBED}),)}, "unsubscribed"),
        ({"removed": True}, "removed"),
    ],
)
def test_lead_nobody_may_write_to_is_previewed_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    seen = preview(scene(step(default=HELLO), lead=LEAD.model_copy(update=changes)))
    assert (seen.left_out, seen.messages[0].subject) == (reason, "For Ann")


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (HELLO, None),
        (Template(subject="RE: For you", text="Hello, we have something new for you. Shall we talk?"), "fake_reply"),
        (Template(subject="x", text="{{ lead.secret }}"), "template_broken"),
    ],
)
def test_problem_of_a_message_is_told(template: Template, problem: str | None) -> None:
    (message,) = preview(scene(step(default=template))).messages
    assert (message.problem, message.body_text is None) == (problem, problem == "template_broken")


def test_step_without_a_template_for_the_lead_has_no_content() -> None:
    (message,) = preview(scene(step(recent=HELLO))).messages
    assert (message.problem, message.subject) == ("template_missing", None)
