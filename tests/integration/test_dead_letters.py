"""What no handler could do is kept with a copy of its own, tried again when somebody asks, and never more than 1,000 of an account."""

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from rex.domain.bus import Envelope
from rex.domain.bus.consuming import Tools
from rex.domain.lost import LOST
from rex.domain.queues import Queue
from rex.errors import Rejected, Transient
from tests.support.bus import Memory, add_letter, consume, handlers, publish, subscribe, unsubscribe_all
from tests.support.database import (
    Clock,
    Connection,
    as_person,
    as_service,
    as_superuser,
    call,
    connect,
    one,
    refused,
    request_id,
    sign_up,
)
from tests.support.machinery import Nudged

PROGRESS = "mission.progress"


@pytest.fixture
def account(db: Connection) -> uuid.UUID:
    unsubscribe_all(db)
    subscribe(db)
    return sign_up(db)


@pytest.fixture
def worker(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def ask(db: Connection, person: uuid.UUID, command: str, selection: Any, expected: int | None, **arguments: Any) -> Any:
    as_person(db, person)
    try:
        given = {"p_request_id": request_id(), "p_selection": Jsonb(selection), "p_expected_count": expected} | arguments
        return call(db, command, **given)
    finally:
        as_superuser(db)


def replay(db: Connection, person: uuid.UUID, *letters: uuid.UUID) -> Any:
    return ask(db, person, "rex_replay_dead_letters", {"ids": [str(letter) for letter in letters]}, len(letters))


def shown(db: Connection, person: uuid.UUID, **arguments: Any) -> list[Any]:
    as_person(db, person)
    try:
        rows: list[Any] = call(db, "rex_list_dead_letters", **({"p_account": person} | arguments))
    finally:
        as_superuser(db)
    return rows


def said(db: Connection) -> list[str]:
    rows = db.execute("select type from public.rex_messages where type like 'dead_letter.%' order by seq").fetchall()
    return [row[0] for row in rows]


def give_up(_: Envelope, __: Tools) -> None:
    raise Rejected(409, "not_now", "Not now.", "Look later.")


def test_letter_keeps_its_own_copy_when_the_message_is_gone(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    publish(db, account, PROGRESS, data={"leads": 3})
    consume(worker, handlers(Memory(first=give_up)))
    message = one(db, "select to_jsonb(m) from public.rex_messages m where type = %s", PROGRESS)
    clock.advance(days=8)
    as_service(db)
    call(db, "rex_prune_messages")
    as_superuser(db)
    assert one(db, "select count(*) from public.rex_messages where type = %s", PROGRESS) == 0

    (letter,) = shown(db, account)

    assert letter["message"] == message
    assert (letter["handler"], letter["type"], letter["error_code"], letter["attempts"], letter["replay_at"]) == (
        "memory", PROGRESS, "not_now", 1, None,
    )  # fmt: skip
    memory = Memory()
    replay(db, account, uuid.UUID(letter["id"]))
    assert consume(worker, handlers(memory))["replayed"] == 1
    assert memory.had[0].data == {"leads": 3}
    assert (shown(db, account), said(db)[-1]) == ([], "dead_letter.replayed")


def test_replay_that_fails_puts_it_back_to_rest(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    letter = add_letter(db, account)
    replay(db, account, letter)

    def fail(_: Envelope, __: Tools) -> None:
        raise Transient("still_away")

    memory = Memory(first=fail)
    assert consume(worker, handlers(memory))["buried"] == 1
    (row,) = shown(db, account)
    assert (row["error_code"], row["attempts"], row["replay_at"]) == ("still_away", 5, None)
    assert row["first_at"] < row["last_at"]
    assert consume(worker, handlers(memory))["buried"] == 0, "until somebody asks again"


def test_replay_after_a_crash_repeats_no_effect(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    letter = add_letter(db, account)
    replay(db, account, letter)

    class Killed(BaseException):
        pass

    deaths = [1]

    def act(_: Envelope, tools: Tools) -> None:
        tools.machinery.command("rex_ask", p_user_id=str(account), p_type="system.ping")
        if deaths:
            deaths.pop()
            raise Killed

    with pytest.raises(Killed):
        consume(worker, handlers(Memory(first=act)))
    assert consume(worker, handlers(Memory(first=act)))["replayed"] == 0, "it is leased"
    clock.advance(seconds=61)
    assert consume(worker, handlers(Memory(first=act)))["replayed"] == 1
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1


def test_replay_that_ends_the_process_is_put_to_rest_and_takes_no_others_with_it(
    db: Connection, worker: Connection, clock: Clock, account: uuid.UUID
) -> None:
    class Killed(BaseException):
        pass

    letters = [add_letter(db, account) for _ in range(3)]
    replay(db, account, *letters)
    poison = one(db, "select message ->> 'id' from public.rex_dead_letters where id = %s", letters[1])

    def die(message: Envelope, _: Tools) -> None:
        if str(message.id) == poison:
            raise Killed

    memory = Memory(first=die)
    for _ in range(2):
        with pytest.raises(Killed):
            consume(worker, handlers(memory))
        clock.advance(seconds=61)
    consume(worker, handlers(memory))
    (row,) = shown(db, account)
    assert (row["id"], row["error_code"], row["attempts"], row["replay_at"]) == (str(letters[1]), "handler_crashed", 5, None)
    assert len(memory.had) == 2
    replay(db, account, letters[1])
    assert consume(worker, handlers(Memory()))["replayed"] == 1, "when it is asked for again, it is tried again"


def prune_requests(db: Connection) -> None:
    as_service(db)
    call(db, "rex_prune_requests")
    as_superuser(db)


def test_replay_after_days_repeats_no_effect(db: Connection, worker: Connection, clock: Clock, account: uuid.UUID) -> None:
    def act_and_fail(_: Envelope, tools: Tools) -> None:
        tools.machinery.command("rex_ask", p_user_id=str(account), p_type="system.ping")
        raise Rejected(409, "not_now", "Not now.", "Look later.")

    publish(db, account, PROGRESS)
    assert consume(worker, handlers(Memory(first=act_and_fail)))["buried"] == 1
    for _ in range(2):
        clock.advance(hours=25)
        prune_requests(db)
    (letter,) = shown(db, account)
    replay(db, account, uuid.UUID(letter["id"]))
    assert consume(worker, handlers(Memory(first=act_and_fail)))["buried"] == 1
    assert one(db, "select count(*) from public.rex_messages where type = 'system.ping'") == 1

    ask(db, account, "rex_discard_dead_letters", {"ids": [letter["id"]]}, 1)
    clock.advance(hours=25)
    prune_requests(db)
    assert one(db, "select count(*) from public.rex_requests where command = 'ask'") == 0, "nobody can replay it any more"


def test_old_fence_changes_no_letter(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    replay(db, account, add_letter(db, account))
    claims = []
    as_service(db)
    for _ in range(2):
        claims += call(db, "rex_claim_replays", p_request_id=request_id(), p_handlers=["memory"])["dead_letters"]
        clock_connection = as_superuser(db)
        clock.advance(seconds=61)
        as_service(clock_connection)
    stale, fresh = claims
    answers = [
        call(db, "rex_finish_replay", p_request_id=request_id(), p_dead_letter_id=claimed["dead_letter_id"], p_fence=claimed["fence"])
        for claimed in (stale, fresh, fresh)
    ]
    as_superuser(db)
    assert [answer["done"] for answer in answers] == [False, True, False]


def test_newest_thousand_of_each_account_are_kept(db: Connection, account: uuid.UUID) -> None:
    other = sign_up(db)
    kept = add_letter(db, other)
    lost = add_letter(db, None)
    first = add_letter(db, account, code="first")
    db.execute(
        "insert into public.rex_dead_letters (user_id, handler, type, message, error_code, attempts, first_at, last_at)"
        " select %s, 'memory', 'mission.progress', '{}', 'away', 1, rex.now(), rex.now() from generate_series(1, 999)",
        (account,),
    )
    assert one(db, "select count(*) from public.rex_dead_letters where user_id = %s", account) == 1000
    newest = add_letter(db, account)
    ids = {row[0] for row in db.execute("select id from public.rex_dead_letters").fetchall()}
    assert one(db, "select count(*) from public.rex_dead_letters where user_id = %s", account) == 1000
    assert {kept, lost, newest} <= ids
    assert first not in ids, "the oldest went"


def test_two_that_add_at_once_leave_no_more_than_a_thousand(db: Connection, database: str, account: uuid.UUID) -> None:
    db.execute(
        "insert into public.rex_dead_letters (user_id, handler, type, message, error_code, attempts, first_at, last_at)"
        " select %s, 'memory', 'mission.progress', '{}', 'away', 1, rex.now(), rex.now() from generate_series(1, 1000)",
        (account,),
    )
    with connect(database) as slow, connect(database) as fast:
        with slow.transaction():
            add_letter(slow, account)
            adding = threading.Thread(target=add_letter, args=(fast, account))
            adding.start()
            while not one(
                db, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
            ):
                assert adding.is_alive(), "the second did not wait"
        adding.join()
    assert one(db, "select count(*) from public.rex_dead_letters where user_id = %s", account) == 1000


@pytest.mark.parametrize(
    ("filter_", "count"),
    [
        ({"error_code": "away"}, 2),
        ({"handler": "other"}, 1),
        ({"type": "domain.health"}, 1),
        ({"error_code": "away", "handler": "other"}, 0),
        ({"mission_id": str(uuid.uuid4())}, 0),
    ],
)
@pytest.mark.parametrize("command", ["rex_replay_dead_letters", "rex_discard_dead_letters"])
def test_filter_takes_what_it_names(db: Connection, account: uuid.UUID, command: str, filter_: Any, count: int) -> None:
    add_letter(db, account)
    add_letter(db, account, type_="domain.health")
    add_letter(db, account, code="gone", handler="other")
    assert len(shown(db, account, p_filter=filter_)) == count
    answer = ask(db, account, command, {"filter": filter_}, count)
    assert (answer["dead_letters"], len(answer["dead_letter_ids"])) == (count, count)
    left = one(db, "select count(*) from public.rex_dead_letters where replay_at is null")
    assert left == 3 - count


@pytest.mark.parametrize("command", ["rex_replay_dead_letters", "rex_discard_dead_letters"])
@pytest.mark.parametrize(
    ("selection", "expected", "status", "code"),
    [
        ({"filter": {}}, 1, 422, "filter_empty"),
        ({"filter": {"handler": None}}, 1, 422, "filter_empty"),
        ({"filter": {"colour": "red"}}, 1, 422, "filter_unknown"),
        ({}, 1, 422, "selection_invalid"),
        ({"ids": []}, 0, 422, "ids_invalid"),
        ({"filter": {"error_code": "away"}}, None, 422, "expected_count_missing"),
        ({"filter": {"error_code": "away"}}, 2, 409, "count_differs"),
        ({"ids": [str(uuid.uuid4())]}, 1, 404, "dead_letter_unknown"),
    ],
)
def test_unclear_selection_changes_nothing(
    db: Connection, account: uuid.UUID, command: str, selection: Any, expected: int | None, status: int, code: str
) -> None:
    add_letter(db, account)
    with refused(status, code):
        ask(db, account, command, selection, expected)
    assert one(db, "select count(*) from public.rex_dead_letters where replay_at is null") == 1


def test_discard_is_on_record_and_told_and_a_repeat_answers_the_same(db: Connection, account: uuid.UUID) -> None:
    letter = add_letter(db, account)
    answers = [ask(db, account, "rex_discard_dead_letters", {"ids": [str(letter)]}, 1, p_request_id="same") for _ in range(2)]
    assert answers[0] == answers[1] == {"dead_letters": 1, "dead_letter_ids": [str(letter)]}
    assert one(db, "select actor from public.rex_logs where action = 'discard_dead_letters' and entity_id = %s", letter) == account
    assert said(db) == ["dead_letter.discarded"]


def test_viewer_sees_and_may_change_nothing(db: Connection, account: uuid.UUID) -> None:
    viewer, letter = sign_up(db), add_letter(db, account)
    db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (account, viewer))
    as_person(db, viewer)
    assert len(call(db, "rex_list_dead_letters", p_account=account)) == 1
    as_superuser(db)
    for command in ("rex_replay_dead_letters", "rex_discard_dead_letters"):
        with refused(403, "role_too_low"):
            ask(db, viewer, command, {"ids": [str(letter)]}, 1, p_account=account)


def test_letters_of_others_and_of_the_deployment_are_unknown(db: Connection, account: uuid.UUID) -> None:
    theirs, lost = add_letter(db, sign_up(db)), add_letter(db, None)
    assert shown(db, account) == []
    for letter in (theirs, lost):
        with refused(404, "dead_letter_unknown"):
            replay(db, account, letter)
    with refused(409, "count_differs"):
        ask(db, account, "rex_discard_dead_letters", {"filter": {"error_code": "away"}}, 2)


def test_letters_of_the_deployment_are_listed_page_by_page_for_who_runs_it_alone(db: Connection, account: uuid.UUID) -> None:
    lost = {str(add_letter(db, None)) for _ in range(3)}
    add_letter(db, account)
    as_service(db)
    first = call(db, "rex_list_lost", p_limit=2)
    assert len(first) == 3, "one more than asked for says that there are more"
    rest = call(db, "rex_list_lost", p_before=first[1]["last_at"], p_before_id=first[1]["id"])
    assert {letter["id"] for letter in first[:2] + rest} == lost
    as_superuser(db)
    as_person(db, account)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call(db, "rex_list_lost")
    as_superuser(db)


def test_lost_nudge_is_sent_again_by_whoever_runs_the_deployment(db: Connection, worker: Connection, account: uuid.UUID) -> None:
    as_service(db)
    kept = [
        call(
            db, "rex_keep_lost", p_request_id="sqs-1", p_handler=LOST, p_type="nudge", p_message={"queue": "tasks"}, p_error_code="nudge_failed",
            p_attempts=3, p_first_at="2026-11-26T08:00:00Z", p_last_at="2026-11-26T08:05:00Z",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert kept[0] == kept[1], "SQS may deliver it twice"
    (listed,) = call(db, "rex_list_lost", p_filter=Jsonb({"error_code": "nudge_failed"}))
    assert (listed["id"], listed["message"], listed["attempts"]) == (kept[0]["dead_letter_id"], {"queue": "tasks"}, 3)
    selection = Jsonb({"filter": {"handler": LOST}})
    assert call(db, "rex_replay_lost", p_request_id=request_id(), p_selection=selection, p_expected_count=1)["dead_letters"] == 1
    as_superuser(db)
    nudged = Nudged()
    assert consume(worker, handlers(Memory()), nudged)["replayed"] == 1
    assert nudged.queues == [Queue.TASKS]
    add_letter(db, account)
    as_service(db)
    with refused(409, "count_differs"):
        call(db, "rex_discard_lost", p_request_id=request_id(), p_selection=Jsonb({"filter": {"error_code": "away"}}), p_expected_count=1)
    as_superuser(db)


def test_list_goes_page_by_page_newest_first(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    letters = []
    for _ in range(3):
        letters.append(str(add_letter(db, account)))
        clock.advance(seconds=1)
    first = shown(db, account, p_limit=1)
    assert [row["id"] for row in first] == letters[:0:-1], "one more than asked for says that there are more"
    second = shown(db, account, p_limit=1, p_before=first[0]["last_at"], p_before_id=first[0]["id"])
    assert [row["id"] for row in second] == letters[1::-1]
    assert [row["id"] for row in shown(db, account, p_id=letters[0])] == letters[:1]
