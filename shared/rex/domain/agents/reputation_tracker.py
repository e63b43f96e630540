"""Reckons whether a domain still has to be rotated: a person asked for it, or both of its newest hourly values are too low."""

from rex.domain.rules.domain_rotation import LEAST_REPUTATION
from rex.domain.tasks import Domain, TaskContext, TaskResult


def needs_rotation(domain: Domain) -> bool:
    """A domain that recovered while its rotation waited stays in service."""
    return domain.by_hand or (len(domain.values) == 2 and max(domain.values) < LEAST_REPUTATION)


def track_reputation(context: TaskContext) -> TaskResult:
    """What the rotation goes by."""
    domain = context.domain
    if domain is None:
        return TaskResult(output={"needed": False})
    return TaskResult(output={"needed": needs_rotation(domain), "reputation": domain.reputation, "values": list(domain.values)})
