"""Claim what may start, and plan it."""

from rex.domain.actions import Layer
from rex.domain.commands import Machinery, Nudge
from rex.domain.missions import ClaimedMission
from rex.domain.rules import resource_allocation
from rex.domain.tallies import Tally
from rex.usecases.count_decisions import count_decisions
from rex.usecases.plan_missions import plan_missions

BATCH = 100
MOST_BATCHES = 200
"""What a claim held back makes room for others of its crew."""


def schedule_missions(*, machinery: Machinery, nudge: Nudge) -> dict[str, int]:
    """Until nothing more may start; how many missions were claimed, planned and held back."""
    done, tally = {"claimed": 0, "planned": 0, "waiting": 0}, Tally()
    for _ in range(MOST_BATCHES):
        answer = machinery.command("rex_claim_missions", p_limit=BATCH)
        claimed = [ClaimedMission.model_validate(mission) for mission in answer["missions"]]
        done["claimed"] += len(claimed)
        _count(claimed, tally)
        done["waiting"] += len(answer["waiting"])
        done["planned"] += plan_missions(claimed, machinery=machinery, nudge=nudge)
        if len(claimed) < BATCH and not answer["waiting"]:
            break
    count_decisions(tally, machinery=machinery)
    return done


def _count(claimed: list[ClaimedMission], tally: Tally) -> None:
    """What a claim gave to one account is one decision."""
    for user_id in sorted({mission.user_id for mission in claimed}):
        tally.add_made(user_id, Layer.RULES, resource_allocation.RULE, effective=True)
