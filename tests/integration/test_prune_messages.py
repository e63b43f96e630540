"""Messages go after 7 days, oldest first and without a gap, and none that a handler still has to see."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from rex.domain.sequences import take_page
from tests.support.bus import Memory, consume, handlers, publish, subscribe, unsubscribe_all
from tests.support.database import Clock, Connection, as_person, as_service, as_superuser, call, connect, one, sign_up

PROGRESS, ASSIGNED = "mission.progress", "mission.assigned"


@pytest.fixture
def account(db: Connection) -> uuid.UUID:
    unsubscribe_all(db)
    return sign_up(db)


@pytest.fixture
def worker(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def prune(db: Connection, rounds: int = 2, limit: int = 500) -> int:
    """A round of all counters; the first call of a round may begin in its middle."""
    as_service(db)
    try:
        return sum(call(db, "rex_prune_messages", p_limit=limit)["pruned"] for _ in range(rounds))
    finally:
        as_superuser(db)


def kept(db: Connection, account: uuid.UUID) -> list[int]:
    rows = db.execute("select seq from public.rex_messages where user_id = %s and channel = 'missions' order by seq", (account,)).fetchall()
    return [seq for (seq,) in rows]


def page(db: Connection, account: uuid.UUID, after: int) -> Any:
    as_person(db, account)
    try:
        return call(db, "rex_read_messages", p_account=account, p_after={"missions": after})["missions"]
    finally:
        as_superuser(db)


def test_messages_go_after_seven_days(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS, PROGRESS)
    clock.advance(days=6, hours=23)
    publish(db, account, PROGRESS)
    assert prune(db) == 0
    clock.advance(hours=2)
    assert prune(db) == 3, "two of this channel, and the account's first message"
    assert kept(db, account) == [3]


def test_no_message_goes_before_its_handler_passed_it(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    subscribe(db)
    publish(db, account, ASSIGNED, PROGRESS, ASSIGNED)
    clock.advance(days=8)
    prune(db)
    assert kept(db, account) == [2, 3], "what is before it goes, what comes after it stays: there is no gap"
    consume(worker, handlers(Memory()))
    prune(db)
    assert kept(db, account) == []


def test_slowest_of_several_handlers_decides(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    subscribe(db)
    subscribe(db, "slow")
    publish(db, account, PROGRESS)
    clock.advance(days=8)
    consume(worker, handlers(Memory()))
    prune(db)
    assert kept(db, account) == [1]
    slow = Memory()
    consume(worker, handlers(slow, "slow"))
    prune(db)
    assert (slow.seqs, kept(db, account)) == ([1], [])


def test_client_that_fell_behind_is_told_to_start_afresh(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, *[PROGRESS] * 5)
    clock.advance(days=8)
    publish(db, account, PROGRESS)
    prune(db)
    behind, current = take_page(2, page(db, account, 2)), take_page(5, page(db, account, 5))
    assert (behind.afresh, behind.last, list(behind.messages)) == (True, 6, [])
    assert (current.afresh, [message["seq"] for message in current.messages]) == (False, [6])


def test_client_is_told_too_when_nothing_is_left(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS, PROGRESS)
    clock.advance(days=8)
    prune(db)
    assert kept(db, account) == []
    assert take_page(1, page(db, account, 1)).afresh
    assert not take_page(2, page(db, account, 2)).afresh


def test_round_goes_over_every_counter_a_few_at_a_time(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    accounts = [account, *(sign_up(db) for _ in range(4))]
    for each in accounts:
        publish(db, each, PROGRESS)
    clock.advance(days=8)
    assert prune(db, rounds=6, limit=2) == 10
    assert one(db, "select count(*) from public.rex_messages") == 0


def test_old_questions_go_too(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    as_service(db)
    call(db, "rex_ask", p_request_id="x", p_user_id=account, p_type="system.ping")
    as_superuser(db)
    clock.advance(days=7)
    prune(db)
    assert one(db, "select count(*) from rex.open_requests") == 1
    clock.advance(minutes=1)
    prune(db)
    assert one(db, "select count(*) from rex.open_requests") == 0
