"""The researcher finds the angle, or the reason why a lead cannot be written to."""

from datetime import date, timedelta

import pytest

from rex.domain.states import Channel, ConsentBasis, LeadOutcome, SuppressionReason
from rex.domain.tasks import Angle, History, Lead, TaskResult
from tests.support.contexts import NOW, make_address, make_context, make_lead, outcomes, work


def research(*leads: Lead) -> TaskResult:
    return work(make_context(*leads), "researcher")


def days_ago(days: int) -> date:
    return NOW.date() - timedelta(days=days)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"last_contact_at": days_ago(400)}, 400),
        ({"history": History(last_sent_at=NOW - timedelta(days=40))}, 40),
        ({"last_contact_at": days_ago(400), "history": History(last_sent_at=NOW - timedelta(days=40))}, 400),
        ({"last_contact_at": NOW.date() + timedelta(days=1)}, 0),
        ({}, None),
    ],
)
def test_dormancy_counts_from_the_last_contact(fields: dict[str, object], days: int | None) -> None:
    (found,) = research(make_lead(**fields)).leads
    assert found.dormant_days == days


@pytest.mark.parametrize(
    ("fields", "angle"),
    [
        ({"addresses": (make_address(basis=ConsentBasis.CONTRACT),), "title": "CEO"}, Angle.RETURNING_CUSTOMER),
        ({"title": "Head of Marketing", "last_contact_at": days_ago(400)}, Angle.DECISION_MAKER),
        ({"title": "Geschäftsführerin"}, Angle.DECISION_MAKER),
        ({"title": "Assistant", "last_contact_at": days_ago(365)}, Angle.LONG_DORMANT),
        ({"last_contact_at": days_ago(89)}, Angle.RECENT),
        ({"last_contact_at": days_ago(90)}, Angle.DEFAULT),
        ({"title": "Headhunter"}, Angle.DEFAULT),
        ({}, Angle.DEFAULT),
    ],
)
def test_angle_comes_from_what_a_lead_expects_to_be_known(fields: dict[str, object], angle: Angle) -> None:
    (found,) = research(make_lead(**fields)).leads
    assert (found.angle, found.outcome) == (angle, None)


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [
        ({"removed": True}, LeadOutcome.CANCELLED, "removed"),
        ({"addresses": ()}, LeadOutcome.REJECTED, "no_email_address"),
        ({"addresses": (make_address(Channel.SMS),)}, LeadOutcome.REJECTED, "no_email_address"),
        ({"addresses": (make_address(basis=None),)}, LeadOutcome.REJECTED, "no_consent"),
        ({"addresses": (make_address(suppressed=SuppressionReason.COMPLAINED),)}, LeadOutcome.SUPPRESSED, "complained"),
        ({"addresses": (make_address(suppressed=SuppressionReason.HARD_BOUNCED),)}, LeadOutcome.SUPPRESSED, "hard_bounced"),
    ],
)
def test_lead_that_cannot_be_written_to_is_left_out(fields: dict[str, object], outcome: LeadOutcome, reason: str) -> None:
    lead = make_lead(**fields)
    assert outcomes(research(lead)) == {lead.lead_id: (outcome, reason)}


def test_bounce_of_one_address_leaves_the_other() -> None:
    bounced = make_address(suppressed=SuppressionReason.HARD_BOUNCED)
    assert research(make_lead(addresses=(bounced, make_address()))).leads[0].outcome is None


@pytest.mark.parametrize("channel", Channel)
def test_opt_out_at_one_address_counts_for_the_person(channel: Channel) -> None:
    opted_out = make_address(channel, suppressed=SuppressionReason.UNSUBSCRIBED)
    assert research(make_lead(addresses=(make_address(), opted_out))).leads[0].outcome is LeadOutcome.SUPPRESSED


def test_output_holds_numbers_and_codes_only() -> None:
    output = research(make_lead(first_name="Secret", company="Hidden"), make_lead(addresses=())).output
    assert output["angles"] == {"default": 1}
    assert output["left_out"] == {"no_email_address": 1}
    assert output["known"]["company"] == 1
    assert not any(word in str(output) for word in ("Secret", "Hidden"))


def test_lead_whose_outcome_is_settled_is_left_alone() -> None:
    assert research(make_lead(outcome=LeadOutcome.REPLIED)).leads == ()
