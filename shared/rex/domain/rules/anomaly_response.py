"""A domain that an anomaly comes from and that is no longer healthy is rotated before it is sick: when its reputation has fallen far.

What the rule of rotations spares or stops first, this one leaves to it: complaints are not dodged, a single source of harm is stopped.
"""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.rules.domain_rotation import IN_SERVICE
from rex.domain.signals import Signal
from rex.domain.subjects import AnomalousDomain

RULE, VERSION = "anomaly_response", 1
HEALTHY = 0.8
"""At which a rested domain comes back."""
FAR = 0.15
OF_THE_DOMAIN = frozenset({Signal.BOUNCES, Signal.REPUTATION})


def decide_anomaly(domain: AnomalousDomain) -> Decision:
    """What is to be done about the domain an open anomaly comes from."""
    if domain.signal not in OF_THE_DOMAIN or domain.complaints:
        return _decide(domain, Action.WAIT, "complaints_are_not_dodged" if domain.complaints else "not_of_the_domain")
    if domain.status not in IN_SERVICE:
        return _decide(domain, Action.WAIT, "not_in_service")
    if domain.cause:
        return _decide(domain, Action.WAIT, "cause_is_stopped_first")
    if domain.reputation >= HEALTHY or domain.usual_reputation is None or domain.usual_reputation - domain.reputation < FAR:
        return _decide(domain, Action.WAIT, "not_fallen_far")
    return _decide(domain, Action.START_ROTATION, "fallen_far", (Action.WAIT,), domain_id=str(domain.domain_id))


def _decide(domain: AnomalousDomain, action: Action, reason: str, alternatives: tuple[Action, ...] = (), **params: str) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=action, reason=reason,
        params=params, alternatives=alternatives, context=domain,
    )  # fmt: skip
