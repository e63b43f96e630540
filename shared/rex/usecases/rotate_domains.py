"""Do something about domains that do harm: stop what harms them first, and rotate them when that is not enough."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rex.domain.actions import Action, Decision
from rex.domain.commands import Machinery, Nudge
from rex.domain.decisions import decide
from rex.domain.queues import Queue
from rex.domain.subjects import SickDomain
from rex.domain.tallies import Tally
from rex.errors import Rejected, RexError
from rex.usecases.count_decisions import count_decisions

BATCH = 10


def rotate_domains(domain_ids: Sequence[UUID] | None = None, *, machinery: Machinery, nudge: Nudge) -> dict[str, int]:
    """Those named, or one batch of all; how many imports were held, causes paused and rotations started.

    One that fails holds up no other; the first failure is raised at the end.
    """
    named = None if domain_ids is None else [str(domain_id) for domain_id in domain_ids]
    done = dict.fromkeys((Action.HOLD_IMPORT, Action.PAUSE_CAUSE, Action.START_ROTATION), 0)
    tally, failure = Tally(), None
    for row in machinery.call("rex_domains_to_judge", p_limit=BATCH, p_domain_ids=named)["domains"]:
        domain = SickDomain.model_validate(row)
        decision = decide(domain)
        try:
            effective = decision.changes and _carry_out(domain, decision, machinery)
        except RexError as error:
            failure = failure or error
            continue
        tally.add(domain.user_id, decision, effective=effective)
        if effective:
            done[decision.action] += 1
    if done[Action.START_ROTATION]:
        nudge(Queue.SCHEDULE)
    count_decisions(tally, machinery=machinery)
    if failure:
        raise failure
    return {action.value: count for action, count in done.items()}


def _carry_out(domain: SickDomain, decision: Decision, machinery: Machinery) -> bool:
    """Whether it changed something; a mission that ended meanwhile is not paused."""
    command, wanted = _command(decision)
    try:
        answer = machinery.command(command, p_domain_id=str(domain.domain_id), p_decision=decision.as_argument(), **wanted)
    except Rejected as error:
        if error.status != 409:
            raise
        return False
    return bool(answer.get("done") or answer.get("mission_id"))


def _command(decision: Decision) -> tuple[str, dict[str, Any]]:
    match decision.action:
        case Action.HOLD_IMPORT:
            return "rex_hold_import", {"p_import_id": decision.params["import_id"]}
        case Action.PAUSE_CAUSE:
            return "rex_pause_cause", {"p_kind": decision.params["kind"], "p_id": decision.params["id"]}
        case _:
            return "rex_start_rotation", {}
