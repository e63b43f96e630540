"""What a template may say: the campaign's own words and what a lead would expect to be known. Notes and dates are not among it."""

import re
from types import SimpleNamespace
from typing import Any

from jinja2 import Undefined

from rex.domain.tasks import Account, Campaign, Lead
from rex.domain.wording import one_line, printable

VARIABLES = {
    "lead.first_name": "The lead's first name.",
    "lead.last_name": "The lead's last name.",
    "lead.company": "Where the lead works.",
    "lead.title": "What the lead does there.",
    "lead.country": "The lead's country as two capital letters.",
    "lead.language": "The lead's language as a code.",
    "offer": "What the campaign offers.",
    "sender_name": "Who writes.",
    "reply_to": "Where an answer goes.",
    "call_to_action": "What the lead is asked to do.",
    "link": "Where the campaign's link leads.",
    "company": "The account's company.",
    "postal_address": "The account's postal address; every message has it below anyway.",
}
"""All of them; one that is not known is empty, and false in a condition."""

_NAMES = frozenset({"first_name", "last_name"})
_PLACEHOLDERS = frozenset({"-", "n/a", "nan", "none", "null", "test", "undefined", "unknown"})
# A lead's field with markup, a merge field or a link in it is no name, and would speak in the sender's.
_FOREIGN = re.compile(r"(?i)[{}<>\[\]|%\\]|://|www\.")


def variables_for(lead: Lead, campaign: Campaign, account: Account) -> dict[str, Any]:
    """The values of VARIABLES for one lead."""
    return _nested({name: _value(name, lead, campaign, account) for name in VARIABLES})


def trial_values(*, lead_known: bool) -> dict[str, Any]:
    """What a template is tried with: a complete campaign, and a lead of whom everything or nothing is known."""
    return _nested({name: Undefined(name=name) if name.startswith("lead.") and not lead_known else "x" for name in VARIABLES})


def _nested(values: dict[str, str | Undefined]) -> dict[str, Any]:
    own = {name.removeprefix("lead."): value for name, value in values.items() if name.startswith("lead.")}
    return {name: value for name, value in values.items() if not name.startswith("lead.")} | {"lead": SimpleNamespace(**own)}


def _value(name: str, lead: Lead, campaign: Campaign, account: Account) -> str | Undefined:
    owner, _, field = name.rpartition(".")
    if owner:
        found = _of_lead(field, getattr(lead, field))
    else:
        found = printable(getattr(account if field in {"company", "postal_address"} else campaign, field) or "").strip()
    return found or Undefined(name=name)


def _of_lead(field: str, stored: str | None) -> str | None:
    value = one_line(stored or "")
    if not value or value.lower() in _PLACEHOLDERS or _FOREIGN.search(value):
        return None
    return value.title() if field in _NAMES and (value.isupper() or value.islower()) else value
