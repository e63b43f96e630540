"""Who of a crew's queue starts: from 80 at once, from 50 in turn, below 50 only when nothing else there can start.

`rex_claim_missions` carries it out: highest priority first, then oldest, as many as there are slots.
"""

from rex.domain.actions import Action, Decision, Layer
from rex.domain.subjects import CrewQueue, QueuedMission

RULE, VERSION = "resource_allocation", 1
AT_ONCE, STANDARD = 80, 50


def decide_queue(queue: CrewQueue) -> Decision:
    """Whom a crew takes from its queue now, in order."""
    startable = sorted((mission for mission in queue.missions if mission.startable), key=_turn)
    taken = startable[: max(0, queue.free_slots)]
    if not taken:
        return _decide(queue, Action.WAIT, "nothing_startable" if queue.free_slots > 0 else "no_slot")
    missions = tuple(str(mission.mission_id) for mission in taken)
    return _decide(queue, Action.ASSIGN, _tier(taken[0].priority), missions)


def _turn(mission: QueuedMission) -> tuple[int, float]:
    return -mission.priority, -mission.queued_seconds


def _tier(priority: int) -> str:
    if priority >= AT_ONCE:
        return "at_once"
    return "standard" if priority >= STANDARD else "nothing_else_can_start"


def _decide(queue: CrewQueue, action: Action, reason: str, missions: tuple[str, ...] = ()) -> Decision:
    return Decision(
        layer=Layer.RULES, rule=RULE, rule_version=VERSION, action=action, reason=reason,
        params={"missions": missions} if missions else {}, context=queue,
    )  # fmt: skip
