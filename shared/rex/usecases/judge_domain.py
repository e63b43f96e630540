"""A domain whose reputation was measured: when it does harm, something is done about it at once."""

from rex.domain.bus import Envelope, read_as
from rex.domain.bus.consuming import Tools
from rex.domain.bus.settings_data import DomainHealth
from rex.domain.rules.domain_rotation import LEAST_REPUTATION
from rex.usecases.rotate_domains import rotate_domains


def judge_domain(message: Envelope, tools: Tools) -> None:
    """The hourly watch looks at some sick domains of all accounts; this one is looked at now, as it is by now."""
    health = read_as(DomainHealth, message)
    if health.reputation < LEAST_REPUTATION:
        rotate_domains([health.domain_id], machinery=tools.anew, nudge=tools.nudge)
