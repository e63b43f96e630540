"""Move missions on whose stage has ended."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from rex.domain.commands import Machinery, Nudge
from rex.domain.decisions import Action, Decision, decide
from rex.domain.missions import MissionToMove
from rex.domain.queues import Queue
from rex.domain.states import MissionState
from rex.domain.tallies import Tally
from rex.usecases.count_decisions import count_decisions
from rex.usecases.plan_missions import plan_missions

BATCH = 100
MOST_STAGES = 6
"""From ASSIGNED to COMPLETED, when every stage has nothing to wait for."""


def move_missions(
    mission_ids: Iterable[UUID] | None = None, *, machinery: Machinery, nudge: Nudge, tally: Tally | None = None
) -> dict[str, int]:
    """Those named, or else all that can be found in bounded sweeps; how many came into each state.

    A caller that decides more in the same run hands in its tally and counts it itself.
    """
    counts = Tally() if tally is None else tally
    wanted = None if mission_ids is None else [str(mission_id) for mission_id in mission_ids]
    moved: Counter[MissionState] = Counter()
    for _ in range(MOST_STAGES):
        if wanted == []:
            break
        reached = _move(_to_move(wanted, machinery), machinery=machinery, nudge=nudge, tally=counts)
        moved.update(reached)
        if not reached:
            break
    _tell(moved, nudge)
    if tally is None:
        count_decisions(counts, machinery=machinery)
    return {state.value: count for state, count in moved.items()}


def _to_move(mission_ids: list[str] | None, machinery: Machinery) -> list[MissionToMove]:
    answer = machinery.call("rex_missions_to_move", p_limit=BATCH, p_mission_ids=mission_ids)
    return [MissionToMove.model_validate(mission) for mission in answer["missions"]]


def _move(missions: Sequence[MissionToMove], *, machinery: Machinery, nudge: Nudge, tally: Tally) -> list[MissionState]:
    """The states they came into; one that stays, or that another moved meanwhile, comes into none."""
    decided = [(mission, decide(mission)) for mission in missions]
    for mission, decision in decided:
        if decision.action is Action.PLAN:
            planned = plan_missions([mission], machinery=machinery, nudge=nudge)
            tally.add(mission.user_id, decision, effective=planned > 0)
        elif decision.target_state is None:
            tally.add(mission.user_id, decision, effective=False)
    return _advance([pair for pair in decided if pair[1].target_state is not None], machinery=machinery, tally=tally)


def _advance(decided: Sequence[tuple[MissionToMove, Decision]], *, machinery: Machinery, tally: Tally) -> list[MissionState]:
    """All in one command, which checks each again."""
    if not decided:
        return []
    answer = machinery.command("rex_advance_missions", p_moves=[_as_move(*pair) for pair in decided])
    reached = []
    for (mission, decision), moved in zip(decided, answer["missions"], strict=True):
        tally.add(mission.user_id, decision, effective=moved["moved"])
        if moved["moved"] and decision.target_state is not None:
            reached.append(decision.target_state)
    return reached


def _as_move(mission: MissionToMove, decision: Decision) -> dict[str, Any]:
    return {
        "mission_id": str(mission.mission_id),
        "version": mission.version,
        "to": decision.target_state,
        "reason": decision.reason,
        "error_code": decision.error_code,
    }


def _tell(moved: Counter[MissionState], nudge: Nudge) -> None:
    if moved[MissionState.COLLECTING] or moved[MissionState.FAILED] or moved[MissionState.ESCALATED]:
        nudge(Queue.SCHEDULE)
    if moved[MissionState.COLLECTING]:
        nudge(Queue.SEND)
    if moved[MissionState.COMPLETED]:
        nudge(Queue.BUS)
