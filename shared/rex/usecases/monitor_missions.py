"""Take back what a crash left, wake what waits, move on what a lost call left behind, and tell how missions and domains are."""

from collections.abc import Callable
from typing import Any

from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue
from rex.domain.retries import LONGEST_TASK_DELAYS
from rex.usecases.boost_missions import boost_missions
from rex.usecases.move_missions import move_missions
from rex.usecases.rotate_domains import rotate_domains
from rex.usecases.use_idle_time import use_idle_time
from rex.usecases.watch_domains import measure_domains, pause_harmful_domains

BATCH = 100
WATCHED = 200
MOST_BATCHES = 5
"""Of missions to wake or to watch, in one pass."""


def monitor_missions(*, machinery: Machinery, nudge: Nudge) -> dict[str, Any]:
    """One pass; what each step did. A step that fails holds up no other; the first failure is raised at the end."""
    done: dict[str, Any] = {}
    failures: list[Exception] = []
    for name, step in _steps(machinery, nudge).items():
        try:
            done[name] = step()
        except Exception as error:  # also what the code did not expect: everything else is still looked after
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
        "woken": lambda: _wake(machinery),
        "moved": lambda: move_missions(machinery=machinery, nudge=nudge),
        "watched": lambda: _watch(machinery),
        "boosted": lambda: boost_missions(machinery=machinery),
        "supplied": lambda: machinery.command("rex_supply_campaigns"),
        "harm": lambda: pause_harmful_domains(machinery=machinery),
        "measured": lambda: measure_domains(machinery=machinery, nudge=nudge),
        "rotated": lambda: rotate_domains(machinery=machinery, nudge=nudge),
        "idle": lambda: use_idle_time(machinery=machinery, nudge=nudge),
        "pruned": lambda: machinery.call("rex_prune_requests"),
        "messages": lambda: machinery.call("rex_prune_messages"),
    }


def _wake(machinery: Machinery) -> dict[str, int]:
    done = {"woken": 0, "released": 0}
    for _ in range(MOST_BATCHES):
        answer = machinery.command("rex_wake_missions", p_limit=3 * BATCH)
        done = {name: count + answer[name] for name, count in done.items()}
        if not answer["more"]:
            break
    return done


def _watch(machinery: Machinery) -> dict[str, int]:
    watched = 0
    for _ in range(MOST_BATCHES):
        batch: int = machinery.command("rex_watch_missions", p_limit=WATCHED)["watched"]
        watched += batch
        if batch < WATCHED:
            break
    return {"watched": watched}


def _tell(done: dict[str, Any], nudge: Nudge) -> None:
    if done.get("tasks", {}).get("recovered"):
        nudge(Queue.TASKS, delay_seconds=LONGEST_TASK_DELAYS[0])
    if done.get("outreach", {}).get("freed"):
        nudge(Queue.SEND)
    if done.get("supplied", {}).get("domains"):
        nudge(Queue.SEND)
    if done.get("woken", {}).get("woken") or done.get("woken", {}).get("released"):
        nudge(Queue.SCHEDULE)
