"""Tasks of a mission: leased in groups or alone, tried again, given up."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.analytics.rows import Row, log

if TYPE_CHECKING:
    from tests.support.analytics.history import History

AGENTS = ("researcher", "writer", "compliance")
ENDS = ("COMPLETED",) * 5 + ("FAILED",)


def add_tasks(history: "History", mission: uuid.UUID, start: datetime) -> None:
    """Two batches with a chain each; the batches of an agent are leased together, now and then."""
    at = start
    for position, agent in enumerate(AGENTS, start=1):
        tasks = [uuid.UUID(int=history.luck.getrandbits(128)) for _ in range(2)]
        for batch, task in enumerate(tasks, start=1):
            history.rows.append(Row("rex_tasks", at, {
                "id": task, "user_id": history.account, "mission_id": mission, "agent": agent, "batch": batch, "position": position, "started_at": at,
            }))  # fmt: skip
        at = _run(history, mission, tasks, agent, at)


def _run(history: "History", mission: uuid.UUID, tasks: list[uuid.UUID], agent: str, at: datetime) -> datetime:
    luck, fence = history.luck, 1
    together = luck.random() < 0.5
    while True:
        done = at + timedelta(milliseconds=luck.randint(1, 400_000))
        retried = fence < 3 and luck.random() < 0.15
        end = "READY" if retried else luck.choice(ENDS)
        for group in [tasks] if together else [[task] for task in tasks]:
            _tell(history, mission, group, agent, fence, at, "claim_task", "READY", "RUNNING")
            _tell(history, mission, group, agent, fence, done, "complete_task", "RUNNING", end)
        if not retried:
            return done
        fence += 1
        at = done + timedelta(seconds=luck.randint(5, 40))


def _tell(
    history: "History", mission: uuid.UUID, tasks: list[uuid.UUID], agent: str, fence: int, at: datetime, action: str, before: str, after: str
) -> None:  # fmt: skip
    data = {"agent": agent} if len(tasks) == 1 else {"agent": agent, "tasks": [str(task) for task in tasks], "fences": [fence] * len(tasks)}
    one = tasks[0] if len(tasks) == 1 else None
    history.rows.append(log(history.account, at, "task", one, mission, action, before, after, fence=fence if one else None, data=data))
