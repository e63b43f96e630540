"""The routes of dead letters: found page by page, tried again and thrown away, only as many as are meant."""

import uuid
from typing import Any

import pytest

from rex.domain.queues import Queue
from tests.support.api import Answer, request
from tests.support.bus import Memory, add_letter, consume, handlers
from tests.support.database import Clock, Connection, connect, one, sign_up

pytestmark = pytest.mark.usefixtures("deployment")

PATH = "/api/rex/dead-letters"


@pytest.fixture
def account(db: Connection) -> uuid.UUID:
    return sign_up(db)


def find(person: uuid.UUID, **query: str) -> Answer:
    return request("api.list_dead_letters", "GET", PATH, person=person, query=query)


def found(person: uuid.UUID, **query: str) -> list[str]:
    answer = find(person, **query)
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.body["items"]]


def change(verb: str, person: uuid.UUID, body: Any, **asked: Any) -> Answer:
    return request(f"api.{verb}_dead_letters", "POST", f"{PATH}/{verb}", person=person, body=body, **asked)


def test_list_goes_page_by_page_and_shows_each_message_as_it_was(db: Connection, clock: Clock, account: uuid.UUID) -> None:
    letters = []
    for _ in range(3):
        letters.append(str(add_letter(db, account)))
        clock.advance(seconds=1)
    first = find(account, limit="2").body
    second = find(account, limit="2", cursor=first["next"]).body
    assert [item["id"] for item in first["items"] + second["items"]] == letters[::-1]
    assert second["next"] is None
    letter = first["items"][0]
    assert (letter["type"], letter["handler"], letter["error_code"], letter["attempts"]) == ("mission.progress", "memory", "away", 4)
    assert (letter["message"]["seq"], letter["replay_at"]) == (7, None)
    assert letter["first_at"] < letter["last_at"]


def test_list_finds_by_each_field_and_by_id(db: Connection, account: uuid.UUID) -> None:
    mission = uuid.uuid4()
    plain = str(add_letter(db, account))
    special = str(add_letter(db, account, mission=mission, code="gone", handler="other", type_="domain.health"))
    for query in ({"handler": "other"}, {"type": "domain.health"}, {"error_code": "gone"}, {"mission_id": str(mission)}):
        assert found(account, **query) == [special], query
    assert found(account, dead_letter_id=plain) == [plain]
    assert found(account, dead_letter_id=plain, handler="other") == []


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"limit": "0"}, {"handler": "%"}, {"type": "mission"}, {"cursor": "x"}, {"mission_id": "x"}]
)
def test_unclear_question_is_refused(account: uuid.UUID, query: dict[str, str]) -> None:
    assert find(account, **query).status == 422


def test_replay_asks_the_consumer_to_try_again(db: Connection, database: str, account: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    nudged: list[Queue] = []
    monkeypatch.setattr("rex.wiring.nudge", lambda: nudged.append)
    letter = str(add_letter(db, account))
    other = str(add_letter(db, account, code="gone"))
    answer = change("replay", account, {"ids": [letter], "expected_count": 1})
    assert (answer.status, answer.body) == (200, {"dead_letters": 1, "dead_letter_ids": [letter]})
    assert nudged == [Queue.BUS]
    assert find(account, dead_letter_id=letter).body["items"][0]["replay_at"] is not None
    memory = Memory()
    with connect(database) as worker:
        assert consume(worker, handlers(memory))["replayed"] == 1
    assert (len(memory.had), found(account)) == (1, [other])


def test_discard_by_filter_takes_what_it_names_and_a_repeat_answers_the_same(db: Connection, account: uuid.UUID) -> None:
    gone = {str(add_letter(db, account)) for _ in range(2)}
    kept = str(add_letter(db, account, handler="other"))
    body = {"filter": {"handler": "memory"}, "expected_count": 2}
    first, second = (change("discard", account, body, key="same") for _ in range(2))
    assert (first.status, set(first.body["dead_letter_ids"])) == (200, gone)
    assert second.body == first.body
    assert found(account) == [kept]


@pytest.mark.parametrize("verb", ["replay", "discard"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"filter": {}, "expected_count": 1}, 422),
        ({"filter": {"handler": None}, "expected_count": 1}, 422),
        ({"filter": {"colour": "red"}, "expected_count": 1}, 422),
        ({"filter": {"handler": "memory"}}, 422),
        ({"filter": {"handler": "memory"}, "expected_count": 2}, 409),
        ({"expected_count": 1}, 422),
        ({"ids": [], "expected_count": 0}, 422),
        ({"ids": ["0192f3a4-5b6c-7d8e-9f01-23456789abcd"], "expected_count": 1}, 404),
    ],
)
def test_unclear_selection_changes_nothing(db: Connection, account: uuid.UUID, verb: str, body: Any, status: int) -> None:
    add_letter(db, account)
    answer = change(verb, account, body)
    assert (answer.status, bool(answer.body["next"])) == (status, True)
    assert one(db, "select count(*) from public.rex_dead_letters where replay_at is null") == 1


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_viewer_looks_and_changes_nothing(db: Connection, account: uuid.UUID, verb: str) -> None:
    viewer, letter = sign_up(db), str(add_letter(db, account))
    db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (account, viewer))
    answer = request("api.list_dead_letters", "GET", PATH, person=viewer, account=account)
    assert [item["id"] for item in answer.body["items"]] == [letter]
    refused = change(verb, viewer, {"ids": [letter], "expected_count": 1}, account=account)
    assert (refused.status, refused.body["code"]) == (403, "role_too_low")


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_change_needs_a_key(account: uuid.UUID, verb: str) -> None:
    assert change(verb, account, {"filter": {"handler": "memory"}, "expected_count": 0}, key=None).status == 400
