"""Let the handlers of the bus do what its messages ask for: each message once in effect, in the order of its channel."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rex.domain.bus import Envelope
from rex.domain.bus.consuming import MOST_ATTEMPTS, Batch, Handlers, Replay, Tools
from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.lost import LOST
from rex.domain.queues import Queue
from rex.domain.retries import retry_delay
from rex.errors import Rejected, RexError

BATCHES = 20
MESSAGES = 20
LEASE_SECONDS = 60
SECONDS_FOR_A_ROUND = 25.0
"""The next round begins only when the function may run as long as this."""


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """Who consumes, and with what; `report` is told of what a handler should not have raised."""

    machinery: Machinery
    nudge: Nudge
    handlers: Handlers
    report: Callable[[Exception], None]
    draw_luck: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a handler could not; `final`: another try changes nothing."""

    code: str
    final: bool = False


@dataclass(kw_only=True)
class Round:
    """What was done, and who is to look once that is on record."""

    done: Counter[str] = field(default_factory=Counter)
    queues: dict[Queue, int] = field(default_factory=dict)

    def nudge(self, queue: Queue, delay_seconds: int = 0) -> None:
        """One nudge for however often it is asked for, as early as the first time."""
        self.queues[queue] = min(self.queues.get(queue, delay_seconds), delay_seconds)

    def send(self, nudge: Nudge) -> None:
        """Before a message is finished: who ends in between handles it again, but one that is finished asks for nothing any more."""
        for queue, delay in self.queues.items():
            nudge(queue, delay)
        self.queues.clear()


@dataclass(frozen=True, kw_only=True)
class Once:
    """The machinery as the handling of one message sees it: what is asked a second time was done the first time."""

    machinery: Machinery
    key: str
    asked: Counter[str] = field(default_factory=Counter)

    def call(self, function: str, **arguments: Any) -> Any:
        """As the machinery's."""
        return self.machinery.call(function, **arguments)

    def command(self, command: str, **arguments: Any) -> Any:
        """Under an id of the message and of how often this handling asked for the command."""
        self.asked[command] += 1
        return self.machinery.call(command, p_request_id=f"{self.key}:{self.asked[command]}", **arguments)


def consume_bus(consumer: Consumer, *, seconds_left: SecondsLeft) -> dict[str, int]:
    """Until nothing is left or the time is up; how many messages were handled, will be tried again, and were given up."""
    done: Counter[str] = Counter()
    while seconds_left() > SECONDS_FOR_A_ROUND:
        this = Round()
        found = _consume_messages(consumer, this) + _replay_letters(consumer, this)
        done += this.done
        this.send(consumer.nudge)
        if not found:
            break
    else:
        consumer.nudge(Queue.BUS)
    return {name: done[name] for name in ("handled", "retried", "buried", "replayed")}


def _consume_messages(consumer: Consumer, this: Round) -> int:
    answer = consumer.machinery.command(
        "rex_claim_messages", p_handlers=sorted(consumer.handlers), p_limit=BATCHES, p_messages=MESSAGES, p_lease_seconds=LEASE_SECONDS
    )
    batches = [Batch.model_validate(batch) for batch in answer["batches"]]
    for batch in batches:
        _consume(batch, consumer, this)
    return len(batches)


def _consume(batch: Batch, consumer: Consumer, this: Round) -> None:
    """One after the other; the first that fails, or that is another's by now, ends it."""
    for number, message in enumerate(batch.messages):
        attempts = max(1, batch.attempts) if number == 0 else 1
        place = batch.place() | {"p_seq": message["seq"]}
        failure = Failure(code="handler_crashed") if attempts > MOST_ATTEMPTS else _run(batch.handler, message, consumer, this)
        if failure:
            return _fail(failure, attempts, place, consumer, this)
        this.send(consumer.nudge)
        if not consumer.machinery.command("rex_finish_message", **place, p_more=number + 1 < len(batch.messages))["done"]:
            return None
        this.done["handled"] += 1
    return None


def _run(handler: str, message: Mapping[str, Any], consumer: Consumer, this: Round) -> Failure | None:
    once = Once(machinery=consumer.machinery, key=f"{handler}:{message['id']}")
    tools = Tools(machinery=once, anew=consumer.machinery, nudge=this.nudge)
    try:
        consumer.handlers[handler].handle(Envelope.model_validate(message), tools)
    except RexError as error:
        return Failure(code=error.code, final=isinstance(error, Rejected))
    except Exception as error:
        consumer.report(error)
        return Failure(code="handler_failed")
    return None


def _fail(failure: Failure, attempts: int, place: Mapping[str, Any], consumer: Consumer, this: Round) -> None:
    final = failure.final or attempts >= MOST_ATTEMPTS
    wait = None if final else retry_delay(attempts - 1, consumer.draw_luck())
    answer = consumer.machinery.command("rex_fail_message", **place, p_error_code=failure.code, p_retry_in_seconds=wait)
    if wait is not None:
        this.nudge(Queue.BUS, wait)
    this.done["retried" if wait is not None else "buried"] += answer["done"]


def _replay_letters(consumer: Consumer, this: Round) -> int:
    answer = consumer.machinery.command(
        "rex_claim_replays", p_handlers=[*sorted(consumer.handlers), LOST], p_limit=BATCHES, p_lease_seconds=LEASE_SECONDS
    )
    letters = [Replay.model_validate(letter) for letter in answer["dead_letters"]]
    for letter in letters:
        failure = _nudge_again(letter.message, this) if letter.handler == LOST else _run(letter.handler, letter.message, consumer, this)
        this.send(consumer.nudge)
        consumer.machinery.command(
            "rex_finish_replay", p_dead_letter_id=str(letter.dead_letter_id), p_fence=letter.fence, p_error_code=failure and failure.code
        )
        this.done["buried" if failure else "replayed"] += 1
    return len(letters)


def _nudge_again(message: Mapping[str, Any], this: Round) -> Failure | None:
    """A lost tick needs none: the next came a minute later."""
    queue = message.get("queue")
    if queue is None:
        return None
    if queue not in list(Queue):
        return Failure(code="queue_unknown")
    this.nudge(Queue(queue))
    return None
