"""What every route refuses alike, each time with problem details that say what to do: who calls, how, under which key, with what."""

import uuid
from typing import Any

import pytest

from functions.api.description.document import Place
from functions.api.description.every import ROUTES
from functions.api.description.route import Route
from rex import http
from tests.support.api import Answer, request, token_of
from tests.support.database import Connection
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")

CLOSED = [route for route in ROUTES if not route.open]
CHANGES = [route for route in CLOSED if Place.of(route.handler).method != "get"]
SENDS = [route for route in CHANGES if route.sends is not None]
every = pytest.mark.parametrize


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def ask(route: Route, **sent: Any) -> Answer:
    place = Place.of(route.handler)
    path = place.path.replace("{id}", str(uuid.uuid4()))
    return request(f"api.{route.handler}", place.method.upper(), http.PREFIX + path, **sent)


def example(route: Route) -> Any:
    return None if route.sends is None else route.sends.model_dump(mode="json", exclude_unset=True)


def assert_refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.body["status"], answer.body["code"]) == (status, status, code), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["next"]


def test_nobody_without_a_token() -> None:
    for route in CLOSED:
        assert_refused(ask(route, body=example(route)), 401, "token_missing")


def test_nobody_for_an_account_they_are_no_member_of(world: World) -> None:
    stranger = make_world(world.db).account
    for route in CLOSED:
        assert_refused(ask(route, person=stranger, account=world.account, body=example(route)), 403, "not_a_member")


def test_no_change_without_a_key(world: World) -> None:
    for route in CHANGES:
        assert_refused(ask(route, person=world.account, body=example(route), key=None), 400, "idempotency_key_missing")


def test_no_body_that_is_not_called_json(world: World) -> None:
    for route in SENDS:
        assert_refused(ask(route, person=world.account, body=example(route), headers={"content-type": "text/plain"}), 415, "body_not_json")


def test_no_body_that_is_not_json(world: World) -> None:
    for route in SENDS:
        assert_refused(ask(route, person=world.account, raw="{"), 400, "body_not_json")


def test_no_body_that_is_too_large(world: World) -> None:
    for route in SENDS:
        assert_refused(ask(route, person=world.account, raw=" " * (http.LARGEST_BODY + 1)), 413, "body_too_large")


def test_no_unknown_field(world: World) -> None:
    for route in SENDS:
        answer = ask(route, person=world.account, body=example(route) | {"colour": "red"})
        assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json"), (route.handler, answer.body)
        assert answer.body["next"]


def test_no_unknown_query(world: World) -> None:
    for route in ROUTES:
        assert_refused(ask(route, person=world.account, body=example(route), query={"colour": "red"}), 422, "input_invalid")


def test_no_body_where_none_is_taken(world: World) -> None:
    bare = [route for route in CLOSED if route.sends is None]
    assert bare
    for route in bare:
        assert_refused(ask(route, person=world.account, body={"dry_run": True}), 422, "input_invalid")


def test_no_field_that_is_there_twice(world: World) -> None:
    answer = request("api.pause", "POST", "/api/rex/pause", person=world.account, raw='{"scope": "account", "scope": "mission"}')
    assert_refused(answer, 400, "body_not_json")


def test_nothing_by_what_is_no_id(world: World) -> None:
    for route in CLOSED:
        place = Place.of(route.handler)
        if "{id}" in place.path:
            path = http.PREFIX + place.path.replace("{id}", "none")
            answer = request(f"api.{route.handler}", place.method.upper(), path, person=world.account, body=example(route))
            assert_refused(answer, 404, "not_found")


def test_key_of_another_request_is_refused(world: World) -> None:
    pause = {"scope": "account"}
    request("api.pause", "POST", "/api/rex/pause", person=world.account, body=pause, key="k")
    other = request(
        "api.pause", "POST", "/api/rex/pause", person=world.account, body={"scope": "mission", "id": str(uuid.uuid4())}, key="k"
    )
    assert_refused(other, 422, "request_id_reused")


@every("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_unknown_method_of_a_known_address(method: str) -> None:
    answer = request("api.refuse_route", method, f"/api/rex/missions/{uuid.uuid4()}/cancel")
    assert_refused(answer, 405, "method_unknown")
    assert answer.headers["allow"] == "POST"


@every("path", ["/api/rex/", "/api/rex/missions/", "/api/rex/missions/a/b", "/api/rex/MISSIONS", "/api/rex/../status"])
def test_unknown_address(path: str) -> None:
    assert_refused(request("api.refuse_route", "GET", path), 404, "not_found")


def test_missing_token_is_challenged() -> None:
    assert request("api.get_status", "GET", "/api/rex/status").headers["www-authenticate"] == "Bearer"


def test_no_answer_is_kept_by_a_cache(world: World) -> None:
    answers = [request("api.get_account", "GET", "/api/rex/account", person=person) for person in (world.account, None)]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store", "no-store"]


@every("tag", ["{}", '"other", {}', "*", "W/{0}"])
def test_known_answer_is_not_sent_again(world: World, tag: str) -> None:
    def status(**headers: str) -> Answer:
        return request("api.get_status", "GET", "/api/rex/status", person=world.account, headers=headers)

    first = status()
    again = status(**{"if-none-match": tag.format(first.headers["etag"].removeprefix("W/"))})
    assert (again.status, again.body, again.headers["etag"]) == (304, "", first.headers["etag"])
    world.create()
    assert status(**{"if-none-match": first.headers["etag"]}).status == 200


def test_token_is_read_as_the_authorizer_reads_it(world: World) -> None:
    for header in (f"bearer {token_of(world.account)}", f"BEARER   {token_of(world.account)}"):
        answer = request("api.get_account", "GET", "/api/rex/account", headers={"authorization": header})
        assert answer.status == 200
    assert_refused(request("api.get_account", "GET", "/api/rex/account", headers={"authorization": "Basic YTpi"}), 401, "token_missing")
