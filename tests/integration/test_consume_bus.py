"""Each handler has each message of its types once in effect and in order, whoever else consumes, dies or comes late."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from rex.domain.bus import Envelope, MessageType
from rex.domain.bus.consuming import Tools
from rex.domain.queues import Queue
from rex.errors import Rejected, Transient
from rex.usecases.consume_bus import Consumer, consume_bus
from tests.support.bus import Memory, consume, cursor, handlers, publish, subscribe, unread, unsubscribe_all
from tests.support.database import Clock, Connection, as_service, as_superuser, call, connect, one, request_id, sign_up
from tests.support.machinery import Nudged, SqlMachinery

PROGRESS, COMPLETED, ASSIGNED = "mission.progress", "mission.completed", "mission.assigned"


class Killed(BaseException):
    """A process that ends in the middle."""


@pytest.fixture
def account(db: Connection) -> uuid.UUID:
    unsubscribe_all(db)
    subscribe(db)
    return sign_up(db)


@pytest.fixture
def worker(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def claim(db: Connection, *names: str, **arguments: Any) -> list[Any]:
    as_service(db)
    try:
        answer = call(db, "rex_claim_messages", **({"p_request_id": request_id(), "p_handlers": list(names or ("memory",))} | arguments))
    finally:
        as_superuser(db)
    batches: list[Any] = answer["batches"]
    return batches


def finish(db: Connection, batch: Any, seq: int, **arguments: Any) -> bool:
    place = {f"p_{name}": batch[name] for name in ("handler", "user_id", "channel", "fence")}
    as_service(db)
    try:
        return bool(call(db, "rex_finish_message", p_request_id=request_id(), **place, p_seq=seq, **arguments)["done"])
    finally:
        as_superuser(db)


def test_handler_has_its_types_once_and_in_order(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    memory = Memory()
    publish(db, account, PROGRESS, ASSIGNED, COMPLETED)
    publish(db, account, PROGRESS)

    assert consume(worker, handlers(memory))["handled"] == 3
    assert consume(worker, handlers(memory))["handled"] == 0
    assert memory.seqs == [1, 3, 4]
    assert {message.type for message in memory.had} == {MessageType.MISSION_PROGRESS, MessageType.MISSION_COMPLETED}


def test_only_counters_with_something_to_handle_are_marked_and_read(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    other = sign_up(db)
    publish(db, other, ASSIGNED, "agent.status")
    assert unread(db, other) == [], "nobody consumes these types"
    publish(db, account, PROGRESS)
    assert unread(db, account) == ["missions"]

    consume(worker, handlers(Memory()))

    assert unread(db, account) == []
    assert one(db, "select count(*) from rex.cursors where handler = 'memory'") == 1, "the other account was not looked at"
    publish(db, account, ASSIGNED)
    assert unread(db, account) == []


def test_each_handler_has_a_cursor_of_its_own(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    subscribe(db, "second", (MessageType.MISSION_COMPLETED,))
    first, second = Memory(), Memory()
    publish(db, account, PROGRESS, COMPLETED)

    consume(worker, handlers(first))
    assert unread(db, account) == ["missions"], "the second has not come up"
    consume(worker, handlers(second, "second"))

    assert (first.seqs, second.seqs) == ([1, 2], [2])
    assert unread(db, account) == []


def test_handler_this_code_does_not_know_keeps_its_messages_and_holds_up_no_other(
    db: Connection, worker: Connection, account: uuid.UUID
) -> None:
    subscribe(db, "of_tomorrow")
    memory = Memory()
    publish(db, account, PROGRESS)
    assert consume(worker, handlers(memory))["handled"] == 1
    assert unread(db, account) == ["missions"]
    tomorrow = Memory()
    assert consume(worker, handlers(tomorrow, "of_tomorrow"))["handled"] == 1
    assert unread(db, account) == []


def test_new_handler_has_what_was_kept_before_it_came(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS)
    consume(worker, handlers(Memory()))
    subscribe(db, "of_tomorrow")
    tomorrow = Memory()
    assert consume(worker, handlers(tomorrow, "of_tomorrow"))["handled"] == 1
    assert unread(db, account) == []


def test_who_is_to_look_is_told_before_the_message_counts_as_handled(worker: Connection, db: Connection, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS)

    class Ended(SqlMachinery):
        def call(self, function: str, **arguments: Any) -> Any:
            answer = super().call(function, **arguments)
            if function == "rex_finish_message":
                raise Killed
            return answer

    nudged = Nudged()
    memory = Memory(first=lambda _message, tools: tools.nudge(Queue.SCHEDULE))
    consumer = Consumer(machinery=Ended(worker), nudge=nudged, handlers=handlers(memory), report=print, draw_luck=lambda: 0.5)
    with suppress(Killed):
        consume_bus(consumer, seconds_left=lambda: 60.0)
    assert (nudged.queues, memory.seqs) == ([Queue.SCHEDULE], [1])
    assert consume(worker, handlers(Memory()))["handled"] == 0


def test_messages_of_overlapping_transactions_are_handled_each(
    db: Connection, worker: Connection, database: str, account: uuid.UUID
) -> None:
    memory = Memory()
    with connect(database) as slow:
        with slow.transaction():
            publish(slow, account, PROGRESS)
            consume(worker, handlers(memory))
            assert memory.seqs == [], "what is not committed is not there"
        publish(db, account, COMPLETED)
    consume(worker, handlers(memory))
    assert memory.seqs == [1, 2]


def test_message_that_comes_while_the_mark_is_cleared_is_not_lost(
    db: Connection, worker: Connection, database: str, account: uuid.UUID
) -> None:
    """A command holds the counter, uncommitted, as a consumer that has nothing left wants to clear its mark."""
    memory = Memory()
    publish(db, account, PROGRESS)
    consume(worker, handlers(memory))
    db.execute("update public.rex_channels set unread = true where user_id = %s and channel = 'missions'", (account,))
    with connect(database) as slow, slow.transaction():
        publish(slow, account, PROGRESS)
        waiting = threading.Thread(target=consume, args=(worker, handlers(memory)))
        waiting.start()
        while not one(db, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"):
            assert waiting.is_alive(), "the consumer did not wait for the counter"
    waiting.join()
    consume(worker, handlers(memory))
    assert memory.seqs == [1, 2]


def test_two_consumers_at_once_share_and_repeat_nothing(db: Connection, database: str, account: uuid.UUID) -> None:
    memory = Memory()
    accounts = [account, *(sign_up(db) for _ in range(5))]
    for _ in range(10):
        for each in accounts:
            publish(db, each, PROGRESS)

    def run() -> None:
        with connect(database) as connection:
            consume(connection, handlers(memory))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect(database) as connection:
        consume(connection, handlers(memory))

    assert sorted((str(m.user_id), m.seq) for m in memory.had) == sorted((str(each), seq) for each in accounts for seq in range(1, 11))
    for each in accounts:
        assert [m.seq for m in memory.had if m.user_id == each] == list(range(1, 11)), "in order"


def test_leased_cursor_is_nobody_elses_until_the_lease_ends(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS, PROGRESS)
    (stale,) = claim(db)
    assert claim(db) == []
    clock.advance(seconds=61)
    (fresh,) = claim(db)
    assert (stale["attempts"], len(stale["messages"])) == (1, 2)
    assert (fresh["attempts"], len(fresh["messages"])) == (2, 1), "after a try that did not end well one goes alone"
    assert not finish(db, stale, 1), "an old fence changes nothing"
    assert finish(db, fresh, 1)
    assert not finish(db, fresh, 1), "a cursor goes forward only"


def test_cursor_goes_forward_only_while_it_is_leased(db: Connection, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS, PROGRESS)
    (leased,) = claim(db)
    assert finish(db, leased, 2, p_more=True)
    assert not finish(db, leased, 1, p_more=True)
    assert one(db, "select seq from rex.cursors where user_id = %s and fence = %s", account, leased["fence"]) == 2


def test_repeated_claim_answers_the_same_leases(db: Connection, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS)
    answers = [claim(db, p_request_id="same") for _ in range(2)]
    assert answers[0] == answers[1] != []
    assert finish(db, answers[0][0], 1)
    assert claim(db, p_request_id="same") == [], "what was finished meanwhile is not leased any more"


def test_crash_between_effect_and_cursor_repeats_no_effect(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, COMPLETED)

    def act(message: Envelope, tools: Tools) -> None:
        tools.machinery.command("rex_ask", p_user_id=str(message.user_id), p_type="system.ping")

    def act_and_die(message: Envelope, tools: Tools) -> None:
        act(message, tools)
        raise Killed

    with pytest.raises(Killed):
        consume(worker, handlers(Memory(first=act_and_die)))
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1
    clock.advance(seconds=61)
    memory = Memory(first=act)
    assert consume(worker, handlers(memory))["handled"] == 1
    assert memory.seqs == [1]
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1


def test_consumer_that_stood_still_for_days_repeats_no_effect(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    broken = [True]

    def act(message: Envelope, tools: Tools) -> None:
        tools.machinery.command("rex_ask", p_user_id=str(message.user_id), p_type="system.ping")
        if broken[0]:
            raise Transient("away")

    publish(db, account, COMPLETED)
    assert consume(worker, handlers(Memory(first=act)))["retried"] == 1
    for _ in range(2):
        clock.advance(hours=25)
        as_service(db)
        call(db, "rex_prune_requests")
        as_superuser(db)
    broken[0] = False
    assert consume(worker, handlers(Memory(first=act)))["handled"] == 1
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1


def test_failed_message_is_tried_later_and_nothing_of_its_channel_before_it(
    db: Connection, worker: Connection, clock: Clock, account: uuid.UUID
) -> None:
    broken = [True]

    def fail(message: Envelope, _: Tools) -> None:
        if broken[0] and message.seq == 1:
            raise Transient("away")

    memory, nudged = Memory(first=fail), Nudged()
    publish(db, account, PROGRESS, PROGRESS)
    assert consume(worker, handlers(memory), nudged) == {"handled": 0, "retried": 1, "buried": 0, "replayed": 0}
    assert nudged.queues == [Queue.BUS]
    assert consume(worker, handlers(memory))["retried"] == 0, "not before its time"
    broken[0] = False
    clock.advance(seconds=11)
    assert consume(worker, handlers(memory))["handled"] == 2
    assert memory.seqs == [1, 2]
    assert cursor(db)["attempts"] == 0


def test_message_that_ends_the_process_is_given_up_in_the_end(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    def die(message: Envelope, _: Tools) -> None:
        if message.seq == 2:
            raise Killed

    memory = Memory(first=die)
    publish(db, account, PROGRESS, PROGRESS, PROGRESS)
    for _ in range(4):
        with pytest.raises(Killed):
            consume(worker, handlers(memory))
        clock.advance(seconds=61)
    assert consume(worker, handlers(memory)) == {"handled": 1, "retried": 0, "buried": 1, "replayed": 0}
    assert memory.seqs == [1, 3]
    assert one(db, "select error_code from public.rex_dead_letters") == "handler_crashed"


def test_message_that_ends_the_process_takes_no_others_with_it(
    db: Connection, worker: Connection, clock: Clock, account: uuid.UUID
) -> None:
    others = [sign_up(db) for _ in range(5)]

    def die(message: Envelope, _: Tools) -> None:
        if message.user_id == account:
            raise Killed

    memory = Memory(first=die)
    for each in (account, *others):
        publish(db, each, PROGRESS)
    while one(db, "select count(*) from public.rex_dead_letters") == 0:
        with suppress(Killed):
            consume(worker, handlers(memory))
        clock.advance(seconds=61)
    consume(worker, handlers(memory))
    assert {message.user_id for message in memory.had} == set(others)
    assert one(db, "select (user_id, error_code) from public.rex_dead_letters") == (str(account), "handler_crashed")


def test_processes_that_end_before_the_first_message_bury_none(
    db: Connection, worker: Connection, clock: Clock, account: uuid.UUID
) -> None:
    for each in (account, *(sign_up(db) for _ in range(4))):
        publish(db, each, PROGRESS)
    for _ in range(4):
        claim(db)
        clock.advance(seconds=61)
    assert consume(worker, handlers(Memory())) == {"handled": 5, "retried": 0, "buried": 0, "replayed": 0}


@pytest.mark.parametrize(("error", "code"), [(Rejected(404, "gone", "It is gone.", "Leave it."), "gone"), (None, "handler_failed")])
def test_what_can_never_succeed_is_given_up_at_once_and_a_fault_after_three_retries(
    db: Connection, worker: Connection, clock: Clock, account: uuid.UUID, error: Exception | None, code: str
) -> None:
    reports: list[Exception] = [ValueError("before")]

    def fail(_: Envelope, __: Tools) -> None:
        raise error or KeyError("a fault")

    publish(db, account, PROGRESS)
    runs = 0
    while one(db, "select count(*) from public.rex_dead_letters") == 0:
        consume(worker, handlers(Memory(first=fail)), reports=reports)
        clock.advance(seconds=41)
        runs += 1
    letter = one(db, "select to_jsonb(l) from public.rex_dead_letters l")
    assert (runs, letter["attempts"], letter["error_code"]) == ((1, 1, code) if error else (4, 4, code))
    assert letter["first_at"] < letter["last_at"]
    assert len(reports) == (1 if error else 5)
    assert unread(db, account) == [], "the channel goes on"


def test_consumer_stops_when_its_time_is_up_and_says_that_there_is_more(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS)
    nudged, memory = Nudged(), Memory()
    consumer = Consumer(machinery=SqlMachinery(worker), nudge=nudged, handlers=handlers(memory), report=print, draw_luck=lambda: 0.5)
    assert consume_bus(consumer, seconds_left=lambda: 1.0)["handled"] == 0
    assert (nudged.queues, memory.seqs) == ([Queue.BUS], [])


def test_cursors_of_one_account_say_nothing_of_anothers_messages(db: Connection, account: uuid.UUID) -> None:
    other = sign_up(db)
    publish(db, account, PROGRESS)
    publish(db, other, PROGRESS)
    (mine,) = [batch for batch in claim(db) if batch["user_id"] == str(account)]
    assert {message["user_id"] for message in mine["messages"]} == {str(account)}
    assert finish(db, mine | {"user_id": str(other)}, 1), "each account's cursor has its own fence"
    assert one(db, "select seq from rex.cursors where user_id = %s", account) == 0
