"""Every list of the API, beside JSON, as CSV."""

import csv
import io

import pytest

from functions.api.description.document import Place, build
from functions.api.description.every import ROUTES
from rex import http
from tests.support.api import request
from tests.support.database import Connection
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")
LISTED = {route.handler for route in ROUTES if route.listed}
PLACES = {route.handler: Place.of(route.handler) for route in ROUTES}
DOCUMENT = build(ROUTES)
LISTS = sorted(
    name
    for name, place in PLACES.items()
    if name not in LISTED
    and "text/csv" in DOCUMENT["paths"][place.path][place.method]["responses"].get("200", {}).get("content", {})
    and "{" not in place.path
)


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def test_lists_are_those_that_page() -> None:
    assert {"list_missions", "list_campaigns", "list_domains", "list_inboxes", "list_members", "list_suppressions"} <= set(LISTS)
    pagers = [route.handler for route in ROUTES if route.asks is not None and "cursor" in type(route.asks).model_fields]
    assert sorted(name for name in pagers if "{" not in PLACES[name].path) == LISTS


@pytest.mark.parametrize("name", LISTS)
def test_list_as_csv_says_what_it_says_as_json(world: World, name: str) -> None:
    world.create()
    world.ask("rex_add_suppressions", p_channel="email", p_hashes=["a" * 64], p_reason="manual")
    path = http.PREFIX + PLACES[name].path
    told = {
        accept: request(f"api.{name}", "GET", path, person=world.account, headers={"accept": accept})
        for accept in ("*/*", "application/json", "text/csv")
    }
    assert {told["*/*"].headers["content-type"], told["application/json"].headers["content-type"]} == {"application/json"}
    assert told["text/csv"].status == 200
    assert told["text/csv"].headers["content-type"].startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(told["text/csv"].body, newline="")))
    items = told["*/*"].body["items"]
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        assert list(row) == list(item)
        for field, value in item.items():
            if isinstance(value, str):
                assert row[field].removeprefix("'") == value
            elif value is None:
                assert row[field] == ""


def test_agents_are_a_row_each_with_their_crew(world: World) -> None:
    path = "/api/rex/agents/status"
    whole = request("api.get_agents", "GET", path, person=world.account)
    known = {"accept": "text/csv", "if-none-match": whole.headers["etag"]}
    told = request("api.get_agents", "GET", path, person=world.account, headers=known)
    rows = list(csv.DictReader(io.StringIO(told.body, newline="")))
    assert told.headers["content-type"].startswith("text/csv")
    assert "Accept" in whole.headers["vary"], "a kept answer in JSON is none to who asks for CSV"
    seats = [(crew["crew"], agent["agent"]) for crew in whole.body["crews"] for agent in crew["agents"]]
    assert [(row["crew"], row["agent"]) for row in rows] == seats
    assert len(rows) == 28


def test_name_that_looks_like_a_formula_is_text(world: World) -> None:
    world.add_campaign("=cmd|' /C calc'!A0")
    told = request("api.list_campaigns", "GET", "/api/rex/campaigns", person=world.account, headers={"accept": "text/csv"})
    names = [row["name"] for row in csv.DictReader(io.StringIO(told.body, newline=""))]
    assert "'=cmd|' /C calc'!A0" in names


def test_page_of_a_missions_part_is_csv_and_the_mission_is_not(world: World) -> None:
    mission = world.create()
    path = f"/api/rex/missions/{mission}"
    whole = request("api.get_mission", "GET", path, person=world.account, headers={"accept": "text/csv"})
    assert whole.headers["content-type"] == "application/json"
    part = request(
        "api.get_mission", "GET", path, person=world.account, query={"part": "leads", "limit": "1"}, headers={"accept": "text/csv"}
    )
    assert part.headers["content-type"].startswith("text/csv")
    assert 'rel="next"' in part.headers["link"]


def test_refusal_stays_a_problem(world: World) -> None:
    told = request("api.list_missions", "GET", "/api/rex/missions", person=world.account, query={"x": "y"}, headers={"accept": "text/csv"})
    assert (told.status, told.headers["content-type"]) == (422, "application/problem+json")
