"""A question has one answer, in its time, and whoever asked learns whether it came."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from rex.domain.bus.settings_data import Ping
from rex.domain.queues import Queue
from rex.usecases.ask_bus import ask_bus
from rex.usecases.bus_handlers import HANDLERS
from tests.support.bus import consume
from tests.support.database import Clock, Connection, as_service, as_superuser, call, connect, one, refused, request_id, sign_up
from tests.support.machinery import Nudged, SqlMachinery


@pytest.fixture
def account(db: Connection) -> uuid.UUID:
    return sign_up(db)


@pytest.fixture
def worker(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def machinery(db: Connection, command: str, **arguments: Any) -> Any:
    as_service(db)
    try:
        return call(db, command, **arguments)
    finally:
        as_superuser(db)


def ask(db: Connection, account: uuid.UUID, **arguments: Any) -> uuid.UUID:
    given = {"p_request_id": request_id(), "p_user_id": account, "p_type": "system.ping"} | arguments
    return uuid.UUID(machinery(db, "rex_ask", **given)["message_id"])


def reply(db: Connection, message: uuid.UUID, **arguments: Any) -> Any:
    given = {"p_request_id": request_id(), "p_sender": "test", "p_type": "system.pong"} | arguments
    return machinery(db, "rex_reply", p_message_id=message, **given)


def state(db: Connection, message: uuid.UUID) -> Any:
    return machinery(db, "rex_read_reply", p_message_id=message)["state"]


def test_ping_is_answered_by_whoever_consumes_the_bus(db: Connection, worker: Connection, database: str, account: uuid.UUID) -> None:
    nudged = Nudged()

    def consume_meanwhile(seconds: float) -> None:
        assert seconds > 0
        consume(worker, HANDLERS)

    with connect(database) as own:
        answer = ask_bus(Ping(), account, machinery=SqlMachinery(own), nudge=nudged, pause=consume_meanwhile)

    assert answer is not None
    question = one(db, "select to_jsonb(m) from public.rex_messages m where type = 'system.ping'")
    assert (answer.type, answer.sender, str(answer.reply_to), str(answer.correlation_id)) == (
        "system.pong", "answer_ping", question["id"], question["correlation_id"],
    )  # fmt: skip
    assert nudged.queues == [Queue.BUS]


def test_question_nobody_answers_times_out(database: str, clock: Clock, account: uuid.UUID) -> None:
    with connect(database) as own:
        answer = ask_bus(
            Ping(), account, machinery=SqlMachinery(own), nudge=Nudged(), timeout_seconds=5, pause=lambda _: clock.advance(seconds=3)
        )
    assert answer is None


def test_answer_that_comes_too_late_changes_nothing(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    question = ask(db, account, p_timeout_seconds=5)
    assert state(db, question) == "waiting"
    clock.advance(seconds=5)
    assert reply(db, question) == {"replied": False, "code": "timed_out"}
    assert state(db, question) == "timed_out"
    assert one(db, "select count(*) from public.rex_messages where type = 'system.pong'") == 0


def test_second_answer_changes_nothing_and_a_repeat_is_the_first(db: Connection, account: uuid.UUID) -> None:
    question = ask(db, account)
    assert [reply(db, question, p_request_id="same") for _ in range(2)] == [{"replied": True}] * 2
    assert reply(db, question) == {"replied": False, "code": "answered"}
    assert state(db, question) == "answered"
    assert one(db, "select count(*) from public.rex_messages where type = 'system.pong'") == 1


def test_nobody_answers_what_nobody_asked(db: Connection) -> None:
    assert reply(db, uuid.uuid4()) == {"replied": False, "code": "unknown"}


def test_answer_goes_to_the_account_that_asked(db: Connection, account: uuid.UUID) -> None:
    sign_up(db)
    reply(db, ask(db, account))
    assert one(db, "select user_id from public.rex_messages where type = 'system.pong'") == account


def test_repeated_question_is_asked_once(db: Connection, account: uuid.UUID) -> None:
    assert ask(db, account, p_request_id="same") == ask(db, account, p_request_id="same")
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"p_type": "system.dream"}, 422, "type_unknown"),
        ({"p_timeout_seconds": 0}, 422, "timeout_invalid"),
        ({"p_timeout_seconds": 3601}, 422, "timeout_invalid"),
        ({"p_user_id": uuid.uuid4()}, 404, "account_unknown"),
    ],
)
def test_unclear_question_is_refused(db: Connection, account: uuid.UUID, arguments: dict[str, Any], status: int, code: str) -> None:
    with refused(status, code):
        ask(db, account, **arguments)
