"""Compliance lets a lead's drafts pass, or leaves the lead out with all of them."""

import uuid
from typing import Any

import pytest

from rex.domain.states import Channel, ConsentBasis, LeadOutcome, OutreachState, SuppressionReason
from rex.domain.tasks import Account, Draft, History, Lead, TaskResult
from tests.support.contexts import make_address, make_campaign, make_context, make_draft, make_lead, outcomes, reason, work

ACCOUNT = Account(user_id=uuid.uuid4(), company="Rex", postal_address="1 Main Street")


def comply(lead: Lead, *drafts: Draft, account: dict[str, Any] | None = None, **campaign: Any) -> TaskResult:
    written = drafts or (make_draft(lead, state=OutreachState.DRAFT),)
    context = make_context(lead, outreach=written, account=ACCOUNT.model_copy(update=account or {}), campaign=make_campaign(**campaign))
    return work(context, "compliance")


def test_all_drafts_of_a_lead_pass() -> None:
    lead = make_lead()
    result = comply(lead, make_draft(lead, 2, OutreachState.DRAFT), make_draft(lead, 1, OutreachState.DRAFT))
    assert [(each.step, each.state) for each in result.outreach] == [(1, OutreachState.PASSED), (2, OutreachState.PASSED)]
    assert result.leads == ()


@pytest.mark.parametrize("suppressed", SuppressionReason)
def test_suppressed_address_ends_the_lead(suppressed: SuppressionReason) -> None:
    lead = make_lead(addresses=(make_address(suppressed=suppressed),))
    assert outcomes(comply(lead)) == {lead.lead_id: (LeadOutcome.SUPPRESSED, suppressed.value)}


def test_removed_lead_is_cancelled() -> None:
    lead = make_lead(removed=True)
    assert outcomes(comply(lead)) == {lead.lead_id: (LeadOutcome.CANCELLED, "removed")}


def test_draft_to_an_address_that_is_gone_ends_the_lead() -> None:
    lead = make_lead()
    assert reason(comply(lead, make_draft(lead, state=OutreachState.DRAFT, address_id=uuid.uuid4()))) == "address_gone"
    assert reason(comply(lead, make_draft(lead, state=OutreachState.DRAFT, address_id=None))) == "address_gone"


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize("basis", [None, ConsentBasis.LEGITIMATE_INTEREST, ConsentBasis.CONTRACT])
def test_phone_needs_consent_itself(channel: Channel, basis: ConsentBasis | None) -> None:
    assert reason(comply(make_lead(addresses=(make_address(channel, basis),)))) == "no_consent"
    assert comply(make_lead(addresses=(make_address(channel),))).leads == ()


@pytest.mark.parametrize("basis", ConsentBasis)
def test_email_needs_a_basis(basis: ConsentBasis) -> None:
    assert comply(make_lead(addresses=(make_address(basis=basis),))).leads == ()
    assert reason(comply(make_lead(addresses=(make_address(basis=None),)))) == "no_consent"


@pytest.mark.parametrize("field", ["company", "postal_address"])
@pytest.mark.parametrize("value", [None, " "])
def test_nobody_writes_anonymously(field: str, value: str | None) -> None:
    assert reason(comply(make_lead(), account={field: value})) == f"no_{field}"


@pytest.mark.parametrize("field", ["sender_name", "reply_to"])
def test_nobody_writes_without_a_way_to_answer(field: str) -> None:
    assert reason(comply(make_lead(), **{field: None})) == f"no_{field}"


def test_lead_without_a_draft_is_not_left_behind() -> None:
    assert reason(work(make_context(make_lead()), "compliance")) == "nothing_written"


@pytest.mark.parametrize(("recent", "cap", "code"), [(3, 3, "frequency_cap"), (4, 3, "frequency_cap"), (2, 3, None), (99, None, None)])
def test_frequency_cap_counts_all_missions(recent: int, cap: int | None, code: str | None) -> None:
    result = comply(make_lead(history=History(recent=recent)), account={"frequency_cap_messages": cap})
    assert (reason(result) if result.leads else None) == code


@pytest.mark.parametrize(
    ("zones", "window", "code"),
    [
        (("Europe/Berlin",), {}, None),
        ((), {}, None),
        (("America/Los_Angeles", "America/New_York"), {}, None),
        (("America/Los_Angeles", "Europe/Berlin"), {}, "no_permitted_hours"),
        (("America/Los_Angeles", "Asia/Tokyo"), {"window_start": "00:00", "window_end": "24:00"}, None),
        (("Asia/Tokyo",), {"window_start": "09:00", "window_end": "09:01", "window_days": (7,)}, None),
        (
            ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
            {"window_start": "00:00", "window_end": "24:00", "window_days": (3,)},
            "no_permitted_hours",
        ),
        (("Nowhere/Else",), {}, "time_zone_unknown"),
        (("../etc",), {}, "time_zone_unknown"),
        (("Europe",), {}, "time_zone_unknown"),
    ],
)
def test_hours_must_suit_every_clock_of_a_lead(zones: tuple[str, ...], window: dict[str, Any], code: str | None) -> None:
    result = comply(make_lead(time_zones=zones), **window)
    assert (reason(result) if result.leads else None) == code


def test_mission_without_a_campaign_passes_nothing() -> None:
    lead = make_lead()
    context = make_context(lead, campaign=None, outreach=(make_draft(lead, state=OutreachState.DRAFT),))
    assert reason(work(context, "compliance")) == "no_campaign"
