"""Claim what may start, and plan it."""

from rex.domain.commands import Machinery, Nudge
from rex.domain.missions import ClaimedMission
from rex.usecases.plan_missions import plan_missions

BATCH = 100
MOST_BATCHES = 20


def schedule_missions(*, machinery: Machinery, nudge: Nudge) -> dict[str, int]:
    """Until nothing more may start; how many missions were claimed, planned and held back."""
    done = {"claimed": 0, "planned": 0, "waiting": 0}
    for _ in range(MOST_BATCHES):
        answer = machinery.command("rex_claim_missions", p_limit=BATCH)
        claimed = [ClaimedMission.model_validate(mission) for mission in answer["missions"]]
        done["claimed"] += len(claimed)
        done["waiting"] += len(answer["waiting"])
        done["planned"] += plan_missions(claimed, machinery=machinery, nudge=nudge)
        if len(claimed) < BATCH:
            break
    return done
