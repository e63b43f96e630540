"""Once a day an account, start what its crews can do while nothing else is under way."""

from rex.domain.actions import Decision
from rex.domain.commands import Machinery, Nudge
from rex.domain.decisions import decide
from rex.domain.queues import Queue
from rex.domain.subjects import IdleAccount
from rex.domain.tallies import Tally
from rex.usecases.count_decisions import count_decisions

BATCH = 100


def use_idle_time(*, machinery: Machinery, nudge: Nudge) -> int:
    """One batch of accounts; how many missions were started."""
    tally, started = Tally(), 0
    for row in machinery.call("rex_idle_accounts", p_limit=BATCH)["accounts"]:
        account = IdleAccount.model_validate(row)
        decision = decide(account)
        begun = decision.changes and _start(account, decision, machinery)
        tally.add(account.user_id, decision, effective=begun)
        started += begun
    count_decisions(tally, machinery=machinery)
    if started:
        nudge(Queue.SCHEDULE)
    return started


def _start(account: IdleAccount, decision: Decision, machinery: Machinery) -> bool:
    answer = machinery.command(
        "rex_start_idle_mission", p_user_id=str(account.user_id), p_type=decision.params["type"], p_decision=decision.as_argument()
    )
    return answer["mission_id"] is not None
