"""Try failed missions again, later each time, or hand them to a person."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rex.domain.commands import Machinery, SecondsLeft
from rex.domain.decisions import Action, Decision, decide
from rex.domain.subjects import FailedMission
from rex.domain.tallies import Tally
from rex.errors import RexError
from rex.usecases.count_decisions import count_decisions

BATCH = 50
SECONDS_FOR_A_MISSION = 15.0
"""The next is looked at only when the function may run as long as this: the reasoner may be asked about it."""


@dataclass(frozen=True, kw_only=True)
class Recoverer:
    """Who recovers, and with what; `ask` decides what no rule can place."""

    machinery: Machinery
    ask: Callable[[FailedMission], Decision]
    draw_luck: Callable[[], float]


@dataclass(kw_only=True)
class Recovered:
    """What was done, and what could not be."""

    actions: Counter[Action] = field(default_factory=Counter)
    failures: list[RexError] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def recover_missions(recoverer: Recoverer, *, seconds_left: SecondsLeft) -> dict[str, int]:
    """Until a look finds nothing more to help, or the time is up; how many were retried and escalated.

    One whose recovery fails holds up no other: those longest unseen come first, and the first failure is raised at the end.
    """
    done = Recovered()
    while _recover_some(recoverer, done, seconds_left):
        pass
    count_decisions(done.tally, machinery=recoverer.machinery)
    if done.failures:
        raise done.failures[0]
    return {"retried": done.actions[Action.RETRY], "escalated": done.actions[Action.ESCALATE]}


def _recover_some(recoverer: Recoverer, done: Recovered, seconds_left: SecondsLeft) -> bool:
    """Whether to look for more."""
    before = done.actions.total()
    missions = _to_recover(recoverer)
    for mission in missions:
        if seconds_left() <= SECONDS_FOR_A_MISSION:
            return False
        try:
            _recover(mission, recoverer, done)
        except RexError as error:
            done.failures.append(error)
    return len(missions) == BATCH and done.actions.total() > before


def _to_recover(recoverer: Recoverer) -> list[FailedMission]:
    answer = recoverer.machinery.call("rex_missions_to_recover", p_limit=BATCH)
    missions = [FailedMission.model_validate(mission | {"luck": recoverer.draw_luck()}) for mission in answer["missions"]]
    return sorted(missions, key=lambda mission: mission.luck)  # one that takes up all the time is not before the same others each time


def _recover(mission: FailedMission, recoverer: Recoverer, done: Recovered) -> None:
    decision = decide(mission) or recoverer.ask(mission)
    if decision.target_state is None:
        return
    answer = recoverer.machinery.command(
        "rex_recover_mission",
        p_mission_id=str(mission.mission_id),
        p_version=mission.version,
        p_to=decision.target_state.value,
        p_reason=decision.reason,
        p_error_code=decision.error_code,
        p_retry_in_seconds=decision.params.get("retry_in_seconds"),
        p_decision=decision.as_argument(),
    )
    done.tally.add(mission.user_id, decision, effective=answer["moved"])
    done.actions.update([decision.action] if answer["moved"] else [])
