"""A domain that does harm: first stop the one source of the harm, then, below 0.7 in two hourly values running, rotate it.

People's complaints follow what is written, not the domain: for them no fresh domain takes over.
"""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.subjects import Cause, CauseKind, SickDomain

RULE, VERSION = "domain_rotation", 1
LEAST_REPUTATION = 0.7
IN_SERVICE = frozenset({"warming", "active"})


def decide_domain(domain: SickDomain) -> Decision:
    """What is to be done about a domain's reputation."""
    if domain.status not in IN_SERVICE:
        return _decide(domain, Action.WAIT, "not_in_service")
    if domain.reputation >= LEAST_REPUTATION:
        return _decide(domain, Action.WAIT, "healthy")
    if domain.cause:
        return _stop(domain, domain.cause)
    if domain.complaints:
        return _decide(domain, Action.WAIT, "complaints_are_not_dodged")
    if domain.previous_reputation is None or domain.previous_reputation >= LEAST_REPUTATION:
        return _decide(domain, Action.WAIT, "low_once")
    return _decide(domain, Action.START_ROTATION, "low_twice", (Action.WAIT,), domain_id=str(domain.domain_id))


def _stop(domain: SickDomain, cause: Cause) -> Decision:
    if cause.kind is CauseKind.IMPORT:
        return _decide(domain, Action.HOLD_IMPORT, "import_harms", (Action.START_ROTATION,), import_id=str(cause.id))
    kind = cause.kind.value
    return _decide(domain, Action.PAUSE_CAUSE, f"{kind}_harms", (Action.START_ROTATION,), kind=kind, id=str(cause.id))


def _decide(domain: SickDomain, action: Action, reason: str, alternatives: tuple[Action, ...] = (), **params: str) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=action, reason=reason,
        params=params, alternatives=alternatives, context=domain,
    )  # fmt: skip
