"""A route that reads asks the database once, whatever it shows: the rest of its time is its own."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.api.description.every import ROUTES
from functions.api.description.route import AN_ID, Route
from rex import http, wiring
from tests.support.api import Answer, request
from tests.support.database import Connection
from tests.support.described_world import make_examples_real
from tests.support.template import read_routes

pytestmark = pytest.mark.usefixtures("deployment")

DESCRIBED = {route.handler: route for route in ROUTES}
READS = {
    place.module.rpartition(".")[2]: place for place in read_routes() if place.method == "GET" and place.path.startswith(http.PREFIX)
} | {place.module.rpartition(".")[2]: place for place in read_routes() if place.path == f"{http.PREFIX}/missions/estimate"}
"""The estimate changes nothing either."""
NO_DATA = {"get_openapi"}


def query_of(route: Route) -> dict[str, str]:
    if route.asks is None:
        return {}
    return {name: str(value) for name, value in route.asks.model_dump(mode="json", exclude_unset=True).items() if value is not None}


def test_every_read_asks_the_database_once(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_examples_real(db).world.account
    asked: list[str] = []
    told = {"request": [lambda sent: asked.append(f"{sent.method} {sent.url.path}")]}
    monkeypatch.setattr(wiring.http(), "event_hooks", told)

    def ask(handler: str, query: dict[str, str]) -> Answer:
        place, route = READS[handler], DESCRIBED[handler]
        body: Any = None if route.sends is None else route.sends.model_dump(mode="json", exclude_unset=True)
        asked.clear()
        return request(f"api.{handler}", place.method, place.path.replace("{id}", str(AN_ID)), person=account, query=query, body=body)

    assert len(READS) > 15
    link = ""
    for handler in sorted(READS.keys() - {"show_outreach"}):
        answer = ask(handler, query_of(DESCRIBED[handler]))
        assert answer.status == 200, f"{handler}: {answer.body}"
        assert len(asked) == (0 if handler in NO_DATA else 1), f"{handler} asks for {asked}"
        link = answer.body["html_link"] if handler == "get_outreach" else link
    assert ask("show_outreach", dict(parse_qsl(urlsplit(link).query))).status == 200
    assert len(asked) == 1, f"show_outreach asks for {asked}"
