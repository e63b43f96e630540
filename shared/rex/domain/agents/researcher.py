"""Finds out what is known of each lead, how long it has been dormant, and from where to speak to it.

Reasons: those of `domain/reach.py`.
"""

import re
from collections import Counter
from datetime import UTC, datetime

from rex.domain.agents.results import ended, joined
from rex.domain.reach import why_unreachable
from rex.domain.states import ConsentBasis
from rex.domain.tasks import Angle, Lead, LeadResult, TaskContext, TaskResult

LONG_DORMANT_DAYS, RECENT_DAYS = 365, 90
_FACTS = ("first_name", "last_name", "company", "title", "country", "language", "last_contact_at")
_DECIDES = re.compile(
    r"(?i)\b(?:c[efimot]o|chief|founder|co-?founder|owner|president|partner|principal|director|head|vp|vice president|managing|"
    r"inhaber(?:in)?|geschäftsführer(?:in)?|leiter(?:in)?|directeur|directrice|gérante?|fondateur|fondatrice|director[a]|dueñ[oa])\b",
)


def research(context: TaskContext) -> TaskResult:
    """Every open lead gets its angle, or the reason why it cannot be written to."""
    leads = context.open_leads()
    results = [_research_lead(lead, context.now) for lead in leads]
    angles = Counter(found.angle.value for result in results for found in result.leads if found.angle)
    known = {fact: sum(getattr(lead, fact) is not None for lead in leads) for fact in _FACTS}
    return joined(results, angles=dict(sorted(angles.items())), known=known)


def dormant_days(lead: Lead, now: datetime) -> int | None:
    """Since the last contact on record, else since the last message of ours: one left unanswered makes nobody less dormant."""
    last = lead.last_contact_at or (lead.history.last_sent_at and lead.history.last_sent_at.astimezone(UTC).date())
    return max(0, (now.astimezone(UTC).date() - last).days) if last else None


def angle_of(lead: Lead, dormant: int | None) -> Angle:
    """What a lead would expect to be known: that it was a customer, what it does, that it was long ago."""
    if any(address.consent_basis is ConsentBasis.CONTRACT for address in lead.addresses):
        return Angle.RETURNING_CUSTOMER
    if lead.title and _DECIDES.search(lead.title):
        return Angle.DECISION_MAKER
    if dormant is not None and dormant >= LONG_DORMANT_DAYS:
        return Angle.LONG_DORMANT
    return Angle.RECENT if dormant is not None and dormant < RECENT_DAYS else Angle.DEFAULT


def _research_lead(lead: Lead, now: datetime) -> TaskResult:
    unreachable = why_unreachable(lead)
    if unreachable:
        return ended(unreachable)
    dormant = dormant_days(lead, now)
    return TaskResult(leads=(LeadResult(lead_id=lead.lead_id, angle=angle_of(lead, dormant), dormant_days=dormant),))
