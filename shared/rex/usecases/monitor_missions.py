"""Take back what a crash left, wake what waits, move on what a lost call left behind, and tell how missions and domains are."""

from collections.abc import Callable
from typing import Any

from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue
from rex.domain.retries import LONGEST_TASK_DELAYS
from rex.errors import RexError
from rex.usecases.boost_missions import boost_missions
from rex.usecases.move_missions import move_missions
from rex.usecases.use_idle_time import use_idle_time
from rex.usecases.watch_domains import watch_domains

BATCH = 100
WATCHED = 200


def monitor_missions(*, machinery: Machinery, nudge: Nudge) -> dict[str, Any]:
    """One pass; what each step did. A step that fails holds up no other; the first failure is raised at the end."""
    done: dict[str, Any] = {}
    failures: list[RexError] = []
    for name, step in _steps(machinery, nudge).items():
        try:
            done[name] = step()
        except RexError as error:
            failures.append(error)
    _tell(done, nudge)
    if failures:
        raise failures[0]
    return done


def _steps(machinery: Machinery, nudge: Nudge) -> dict[str, Callable[[], Any]]:
    return {
        "tasks": lambda: machinery.command("rex_recover_tasks", p_limit=BATCH, p_longest_waits=list(LONGEST_TASK_DELAYS)),
        "outreach": lambda: machinery.command("rex_recover_outreach", p_limit=BATCH),
        "expired": lambda: machinery.command("rex_expire_outreach", p_limit=BATCH),
        "woken": lambda: machinery.command("rex_wake_missions", p_limit=BATCH),
        "moved": lambda: move_missions(machinery=machinery, nudge=nudge),
        "watched": lambda: machinery.command("rex_watch_missions", p_limit=WATCHED),
        "boosted": lambda: boost_missions(machinery=machinery),
        "supplied": lambda: machinery.command("rex_supply_campaigns"),
        "domains": lambda: watch_domains(machinery=machinery, nudge=nudge),
        "idle": lambda: use_idle_time(machinery=machinery, nudge=nudge),
        "pruned": lambda: machinery.call("rex_prune_requests"),
        "messages": lambda: machinery.call("rex_prune_messages"),
    }


def _tell(done: dict[str, Any], nudge: Nudge) -> None:
    if done.get("tasks", {}).get("recovered"):
        nudge(Queue.TASKS, delay_seconds=LONGEST_TASK_DELAYS[0])
    if done.get("outreach", {}).get("freed"):
        nudge(Queue.SEND)
    if done.get("supplied", {}).get("domains"):
        nudge(Queue.SEND)
    if done.get("woken", {}).get("woken") or done.get("woken", {}).get("released"):
        nudge(Queue.SCHEDULE)
