"""Raise those who waited a day in the queue."""

from collections import defaultdict
from typing import Any

from rex.domain.commands import Machinery
from rex.domain.decisions import decide
from rex.domain.subjects import OldMission, OldMissions
from rex.domain.tallies import Tally
from rex.usecases.count_decisions import count_decisions

BATCH = 200


def boost_missions(*, machinery: Machinery) -> int:
    """One batch, those longest in the queue first; how many were raised."""
    tally = Tally()
    decided = [(account, decide(account)) for account in _old(machinery)]
    boosts = [
        {"user_id": str(account.user_id), "missions": decision.params["missions"], "decision": decision.as_argument()}
        for account, decision in decided
        if decision.changes
    ]
    boosted: dict[str, int] = machinery.command("rex_boost_missions", p_boosts=boosts)["boosted"] if boosts else {}
    for account, decision in decided:
        tally.add(account.user_id, decision, effective=str(account.user_id) in boosted)
    count_decisions(tally, machinery=machinery)
    return sum(boosted.values())


def _old(machinery: Machinery) -> list[OldMissions]:
    """By account: what is decided about one is one decision."""
    by_account: dict[Any, list[OldMission]] = defaultdict(list)
    for row in machinery.call("rex_missions_to_boost", p_limit=BATCH)["missions"]:
        mission = OldMission.model_validate(row)
        by_account[mission.user_id].append(mission)
    return [OldMissions(user_id=user_id, missions=tuple(missions)) for user_id, missions in by_account.items()]
