"""Examine the hours that were closed: open, follow and close anomalies, and start what helps where the cause is known."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rex.domain.anomalies import AccountFigures, find_anomalies
from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.decisions import decide
from rex.domain.queues import Queue
from rex.domain.subjects import AnomalousDomain
from rex.domain.tallies import Tally
from rex.usecases.count_decisions import count_decisions

LONGEST_ACCOUNT = 20.0
"""Seconds; an account that sends a lot takes two."""


def examine_accounts(*, machinery: Machinery, nudge: Nudge, seconds_left: SecondsLeft) -> dict[str, Any]:
    """One account after the other, those that waited longest first, as long as the function may run; what it did.

    One that fails holds up no other; the first failure is raised at the end.
    """
    done: Counter[str] = Counter(examined=0)
    failed: dict[UUID, Exception] = {}
    tally = Tally()
    while seconds_left() > LONGEST_ACCOUNT:
        waiting = machinery.call("rex_account_to_examine", p_without=[str(user_id) for user_id in failed] or None)
        if waiting is None:
            break
        try:
            done.update(_examine(AccountFigures.model_validate(waiting), tally, machinery))
        except Exception as error:  # also what its figures make the code do: those after it are examined all the same
            failed[UUID(waiting["user_id"])] = error
    _tell(done, nudge)
    count_decisions(tally, machinery=machinery)
    if failed:
        raise next(iter(failed.values()))
    return dict(done)


def _examine(account: AccountFigures, tally: Tally, machinery: Machinery) -> dict[str, int]:
    saved = _save(account, machinery)
    rotations = _answer(saved["domains"], tally, machinery)
    return {"examined": 1, "opened": saved["opened"], "closed": saved["closed"], "rotations": rotations}


def _tell(done: Counter[str], nudge: Nudge) -> None:
    if done["opened"] or done["closed"]:
        nudge(Queue.BUS)
    if done["rotations"]:
        nudge(Queue.SCHEDULE)


def _save(account: AccountFigures, machinery: Machinery) -> dict[str, Any]:
    found = [anomaly.model_dump(mode="json") for anomaly in find_anomalies(account)]
    saved: dict[str, Any] = machinery.command(
        "rex_save_anomalies", p_user_id=str(account.user_id), p_until=account.until.isoformat(), p_found=found
    )
    return saved


def _answer(domains: Iterable[dict[str, Any]], tally: Tally, machinery: Machinery) -> int:
    """How many rotations were started."""
    started = 0
    rotated: set[UUID] = set()
    for row in domains:
        domain = AnomalousDomain.model_validate(row)
        decision = decide(domain)
        effective = decision.changes and domain.domain_id not in rotated
        if effective:
            answer = machinery.command("rex_answer_anomaly", p_anomaly_id=str(domain.anomaly_id), p_decision=decision.as_argument())
            effective = answer["mission_id"] is not None
            rotated.add(domain.domain_id)
        tally.add(domain.user_id, decision, effective=effective)
        started += effective
    return started
