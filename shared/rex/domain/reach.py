"""Whether a person may be written to at all, and at which address.

Reasons: `removed`; a suppression's own; `no_email_address`; `no_consent`; `address_gone`.
"""

from rex.domain.states import Channel, ConsentBasis, LeadOutcome, SuppressionReason
from rex.domain.tasks import Address, Lead, LeadResult

# A bounce is the address's fault; everything else was said by or about the person, whatever other address they have.
_OF_THE_ADDRESS = frozenset({SuppressionReason.HARD_BOUNCED})
_NEEDS_CONSENT = frozenset({Channel.SMS, Channel.WHATSAPP})


def end_lead(lead: Lead, outcome: LeadOutcome, reason: str) -> LeadResult:
    """The lead gets nothing (more) of this mission."""
    return LeadResult(lead_id=lead.lead_id, outcome=outcome, reason=reason)


def reject(lead: Lead, reason: str) -> LeadResult:
    """The lead is left out for what is missing or wrong."""
    return end_lead(lead, LeadOutcome.REJECTED, reason)


def why_closed(lead: Lead) -> LeadResult | None:
    """Why nothing may be sent to this person, whatever the address; None when nothing speaks against it."""
    if lead.removed:
        return end_lead(lead, LeadOutcome.CANCELLED, "removed")
    said = next((each.suppressed for each in lead.addresses if each.suppressed and each.suppressed not in _OF_THE_ADDRESS), None)
    return end_lead(lead, LeadOutcome.SUPPRESSED, said.value) if said else None


def why_not_at(lead: Lead, address: Address | None) -> LeadResult | None:
    """Why nothing may be sent to this address; None when it may be used."""
    if address is None:
        return reject(lead, "address_gone")
    if address.suppressed:
        return end_lead(lead, LeadOutcome.SUPPRESSED, address.suppressed.value)
    return None if _has_consent(address) else reject(lead, "no_consent")


def email_of(lead: Lead) -> Address | None:
    """The first email address that may be used."""
    return next((each for each in _emails(lead) if why_not_at(lead, each) is None), None)


def why_unreachable(lead: Lead) -> LeadResult | None:
    """Why no email may be sent to this lead; None when there is an address for it."""
    closed = why_closed(lead)
    if closed or email_of(lead):
        return closed
    allowed = [each for each in _emails(lead) if _has_consent(each)] or _emails(lead)
    return why_not_at(lead, allowed[0]) if allowed else reject(lead, "no_email_address")


def _emails(lead: Lead) -> list[Address]:
    return [each for each in lead.addresses if each.channel is Channel.EMAIL]


def _has_consent(address: Address) -> bool:
    """A basis for email; consent itself for a phone."""
    if address.channel in _NEEDS_CONSENT:
        return address.consent_basis is ConsentBasis.CONSENT
    return address.consent_basis is not None
