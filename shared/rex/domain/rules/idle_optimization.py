"""While nothing is under way: look once a day at what works, as soon as a crew can.

Warm-ups begin by themselves, with the first login that works.
"""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.chains import has_plan
from rex.domain.states import MissionType
from rex.domain.subjects import IdleAccount

RULE, VERSION = "idle_optimization", 1


def decide_idle_account(account: IdleAccount) -> Decision:
    """What an account's crews do with their free time."""
    if account.active_missions:
        return _decide(account, Action.WAIT, "missions_active")
    if not account.analyzed_today and has_plan(MissionType.PERFORMANCE_OPTIMIZATION):
        return _decide(account, Action.START_MISSION, "not_analyzed_today", type=MissionType.PERFORMANCE_OPTIMIZATION.value)
    wanted = account.cold_domains or not account.analyzed_today
    return _decide(account, Action.WAIT, "crew_missing" if wanted else "nothing_to_do")


def _decide(account: IdleAccount, action: Action, reason: str, **params: str) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=action, reason=reason, params=params, context=account
    )  # fmt: skip
