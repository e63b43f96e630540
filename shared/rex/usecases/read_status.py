"""How the account is doing, in one look."""

from typing import Any

from rex import VERSION
from rex.domain.commands import Call

PASSING = ("now", "queue_age_seconds", "uptime_seconds")
"""What changes although nothing happened."""


def read_status(call: Call) -> dict[str, Any]:
    """Missions by state, what 24 hours brought, crews, domains, quotas, shares of decisions, age of the queue, uptime, versions."""
    status: dict[str, Any] = call("rex_read_status")
    return status | {"versions": status["versions"] | {"rex": VERSION}}
