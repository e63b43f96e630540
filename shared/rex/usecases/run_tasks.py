"""Let the agents work: claim tasks, run each under its lease, and move missions on whose last task is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.decisions import decide
from rex.domain.queues import Queue
from rex.domain.subjects import FailedTask
from rex.domain.tallies import Tally
from rex.domain.tasks import AgentUnknown, ClaimedTask, LeadResult, OutreachResult, TaskContext, TaskResult
from rex.errors import Rejected, RexError, Transient
from rex.usecases.count_decisions import count_decisions
from rex.usecases.move_missions import move_missions

BATCH = 4
LEASE_SECONDS = 60
SECONDS_FOR_A_TASK = 20.0
"""A task begins only when the function may run as long as this."""
UNANSWERED = "database_unreachable"
"""Nobody knows whether the command was carried out; every other error of the database says that it was not."""

for model in (TaskContext, TaskResult, LeadResult, OutreachResult):
    model.model_rebuild()  # as the function starts, not during its first task


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who works, and with what."""

    name: str
    machinery: Machinery
    run_agent: Callable[[TaskContext], TaskResult]
    draw_luck: Callable[[], float]


@dataclass(kw_only=True)
class TasksDone:
    """How tasks ended, and which missions have none left."""

    completed: int = 0
    failed: int = 0
    left: int = 0
    ended: set[UUID] = field(default_factory=set)
    scheduled: bool = False
    tally: Tally = field(default_factory=Tally)
    errors: list[RexError] = field(default_factory=list)


def run_tasks(worker: Worker, *, seconds_left: SecondsLeft, nudge: Nudge) -> dict[str, int]:
    """Until none is ready or the time is up; how many were completed, failed, and left to others.

    A task that cannot be recorded holds up no other: the first such error is raised at the end.
    """
    done = TasksDone()
    while seconds_left() > SECONDS_FOR_A_TASK:
        tasks = _claim(worker)
        for number, task in enumerate(tasks):
            _take_turn(worker, task, done, first=number == 0)
        move_missions(done.ended, machinery=worker.machinery, nudge=nudge, tally=done.tally)
        if done.scheduled:
            nudge(Queue.SEND)
        done.ended, done.scheduled = set(), False
        if not tasks:
            break
    else:
        nudge(Queue.TASKS)
    count_decisions(done.tally, machinery=worker.machinery)
    if done.errors:
        raise done.errors[0]
    return {"completed": done.completed, "failed": done.failed, "left": done.left}


def _claim(worker: Worker) -> list[ClaimedTask]:
    """Those of missions under way; when none is ready, the checks of messages that were edited while they wait for their release."""
    for command in ("rex_claim_tasks", "rex_claim_review_tasks"):
        answer = worker.machinery.command(command, p_worker=worker.name, p_limit=BATCH, p_lease_seconds=LEASE_SECONDS)
        if answer["tasks"]:
            return [ClaimedTask.model_validate(task) for task in answer["tasks"]]
    return []


def _still_held(worker: Worker, task: ClaimedTask) -> bool:
    """Those claimed together waited for their turn: the lease begins anew."""
    answer = worker.machinery.command("rex_heartbeat_task", p_task_id=str(task.task_id), p_fence=task.fence, p_lease_seconds=LEASE_SECONDS)
    return bool(answer["held"])


def _take_turn(worker: Worker, task: ClaimedTask, done: TasksDone, *, first: bool) -> None:
    try:
        _run(worker, task, done, held=first or _still_held(worker, task))
    except RexError as error:
        done.left += 1
        done.errors.append(error)


def _run(worker: Worker, task: ClaimedTask, done: TasksDone, *, held: bool) -> None:
    if not held:
        done.left += 1
        return
    try:
        result = _work(worker, task)
        answer = _complete(worker, task, result)
    except Rejected as error:
        if error.code == "stale":
            done.left += 1
        else:
            _fail(worker, task, done, code=error.code, text=error.message, recoverable=False)
    except Transient as error:
        if error.code == UNANSWERED:
            raise
        _fail(worker, task, done, code=error.code, text=error.message, recoverable=True)
    except AgentUnknown as error:
        _fail(worker, task, done, code="agent_unknown", text=str(error), recoverable=False)
    except AgentFailed as error:
        _fail(worker, task, done, code="agent_failed", text=repr(error.__cause__), recoverable=True)
    else:
        done.completed += answer["done"]
        done.left += not answer["done"]
        done.scheduled = done.scheduled or any(message.state == "scheduled" for message in result.outreach)
        _note_end(task, answer["open_tasks"], done)


class AgentFailed(Exception):
    """An agent raised what it should not; the cause tells what."""


def _work(worker: Worker, task: ClaimedTask) -> TaskResult:
    context = worker.machinery.call("rex_task_context", p_task_id=str(task.task_id), p_fence=task.fence)
    try:
        return worker.run_agent(TaskContext.model_validate(context | {"task": task}))
    except AgentUnknown:
        raise
    except Exception as error:
        raise AgentFailed from error


def _complete(worker: Worker, task: ClaimedTask, result: TaskResult) -> dict[str, int]:
    for command in result.commands:
        worker.machinery.command(command.value, p_task_id=str(task.task_id), p_fence=task.fence)
    answer: dict[str, int] = worker.machinery.command(
        "rex_complete_task", p_task_id=str(task.task_id), p_fence=task.fence, p_result=result.as_argument()
    )
    return answer


def _fail(worker: Worker, task: ClaimedTask, done: TasksDone, *, code: str, text: str, recoverable: bool) -> None:
    decision = decide(FailedTask.of(task, error_code=code, luck=worker.draw_luck(), recoverable=recoverable))
    answer = worker.machinery.command(
        "rex_fail_task",
        p_task_id=str(task.task_id),
        p_fence=task.fence,
        p_error_code=code,
        p_error=text[:2000],
        p_retry_in_seconds=decision.params.get("retry_in_seconds"),
        p_decision=decision.as_argument(),
    )
    done.failed += 1
    done.tally.add(task.user_id, decision, effective="code" not in answer)
    _note_end(task, answer["open_tasks"], done)


def _note_end(task: ClaimedTask, open_tasks: int, done: TasksDone) -> None:
    if open_tasks == 0:
        done.ended.add(task.mission_id)
