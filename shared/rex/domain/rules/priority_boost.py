"""Who waited a day in the queue comes 20 earlier, once, and never above 100."""

from typing import Any

from rex.domain.actions import Action, Decision, Layer
from rex.domain.subjects import OldMission, OldMissions

RULE, VERSION = "priority_boost", 1
BOOST_AFTER_SECONDS = 86_400.0
BOOST = 20
HIGHEST = 100


def decide_old_mission(mission: OldMission) -> Decision:
    """Whether a queued mission is raised now."""
    if mission.boosted:
        return _decide(mission, Action.WAIT, "boosted_before")
    if mission.queued_seconds < BOOST_AFTER_SECONDS:
        return _decide(mission, Action.WAIT, "not_old_enough")
    if mission.priority >= HIGHEST:
        return _decide(mission, Action.WAIT, "highest_already")
    return _decide(mission, Action.BOOST, "a_day_in_the_queue", priority=min(HIGHEST, mission.priority + BOOST))


def decide_old_missions(account: OldMissions) -> Decision:
    """Whom of an account's queue `rex_boost_missions` raises now, and to what."""
    decided = [(mission, decide_old_mission(mission)) for mission in account.missions]
    boosts = [{"mission_id": str(mission.mission_id), **decision.params} for mission, decision in decided if decision.changes]
    if not boosts:
        return _decide(account, Action.WAIT, "none_to_raise")
    return _decide(account, Action.BOOST, "a_day_in_the_queue", missions=boosts)


def _decide(subject: OldMission | OldMissions, action: Action, reason: str, **params: Any) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=action, reason=reason, params=params, context=subject
    )  # fmt: skip
