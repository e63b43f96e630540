"""Invariant 10, by the API's description: each route asked by another account's person, with the first one's ids wherever it takes any.

Routes, bodies and queries come from the template and the description, so a new route is covered by itself.
"""

from typing import Any

import pytest

from functions.api.description.every import ROUTES
from functions.api.description.route import AN_ID, ANOTHER_ID, Route
from rex import http
from tests.integration.test_isolation import MARK, Two, snapshot, two
from tests.support.api import Answer, request
from tests.support.database import Connection
from tests.support.template import read_routes

pytestmark = pytest.mark.usefixtures("deployment")

EXAMPLES = {str(AN_ID), str(ANOTHER_ID)}
DESCRIBED = {route.handler: route for route in ROUTES}
PLACES = {
    place.module.rpartition(".")[2]: place for place in read_routes() if place.path.startswith(http.PREFIX) and place.method != "ANY"
}  # fmt: skip
__all__ = ["two"]
TELLS_EVERYBODY = {"get_openapi"}
"""What is the same for all, and asks nobody who they are."""


def id_for(of: Two, name: str) -> str:
    """The first account's id for a field or a part of a path; one of nobody where it has no such thing."""
    known = {
        "missions": "p_mission_id", "campaigns": "p_campaign_id", "inboxes": "p_inbox_id", "outreach": "p_outreach_id", "members": "p_member_id",
        "imports": "p_import_id", "domains": "p_domain_id", "leads": "p_lead_id", "ids": "p_mission_id", "id": "p_mission_id",
    }  # fmt: skip
    singular = name.removesuffix("s").removesuffix("_id") + "_id"
    return str(of.ids.get(known.get(name, f"p_{singular}"), ANOTHER_ID))


def with_ids(two: Two, given: Any, name: str = "id") -> Any:
    """An example whose ids are the first account's."""
    if isinstance(given, dict):
        if given.get("scope") in ("campaign", "domain", "inbox"):
            return given | {"id": id_for(two, f"{given['scope']}_id")}
        return {key: with_ids(two, value, key) for key, value in given.items()}
    if isinstance(given, list):
        return [with_ids(two, value, name) for value in given]
    return id_for(two, name) if given in EXAMPLES else given


def query_of(two: Two, route: Route) -> dict[str, str]:
    """The example's filters, and every id that can be asked for."""
    if route.asks is None:
        return {}
    ids = {name: id_for(two, name) for name in type(route.asks).model_fields if name.endswith("_id")}
    return {name: str(value) for name, value in (route.asks.model_dump(mode="json", exclude_unset=True) | ids).items() if value is not None}


def ask(two: Two, handler: str, *, for_the_other: bool) -> Answer:
    place, route = PLACES[handler], DESCRIBED[handler]
    collection = place.path.partition("/{")[0].rpartition("/")[2]
    body = None if route.sends is None else with_ids(two, route.sends.model_dump(mode="json", exclude_unset=True))
    return request(
        f"api.{handler}", place.method, place.path.replace("{id}", id_for(two, collection)), person=two.stranger, body=body,
        query=query_of(two, route), account=two.world.account if for_the_other else None,
    )  # fmt: skip


@pytest.mark.parametrize("for_the_other", [True, False])
def test_stranger_changes_and_learns_nothing_by_any_route(db: Connection, two: Two, for_the_other: bool) -> None:
    before = snapshot(db, two.world.account)
    secrets = {MARK, str(two.world.account), *(str(known) for known in two.ids.values() if len(str(known)) == len(str(AN_ID)))}
    assert len(PLACES) > 20
    for handler in sorted(PLACES.keys() - TELLS_EVERYBODY):
        answer = ask(two, handler, for_the_other=for_the_other)
        told = f"{handler}: {answer.status} {answer.body}"
        assert answer.status < 500, told
        if for_the_other or "{id}" in PLACES[handler].path:
            assert answer.status in (403, 404), told
        assert not any(known in str(answer.body) for known in secrets), told
        assert snapshot(db, two.world.account) == before, f"{handler} changed what is not its caller's"


def test_nobody_signed_in_is_told_nothing_by_any_route() -> None:
    for handler in sorted(PLACES.keys() - TELLS_EVERYBODY):
        place = PLACES[handler]
        answer = request(f"api.{handler}", place.method, place.path.replace("{id}", str(AN_ID)), body={})
        assert answer.status in (401, 403, 422), f"{handler}: {answer.status} {answer.body}"
