"""Whatever stands in a body, a route that reads one answers with a client error that says what to do, and saves nothing."""

import json
import uuid
from typing import Any

import pytest

from tests.support.api import request
from tests.support.database import Connection
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")

ANY = str(uuid.uuid4())
ROUTES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("create_mission", "POST", "/missions", {"type": "lead_reactivation", "audience": {"filter": {"min_score": 0}}}),
    (
        "import_leads",
        "POST",
        "/leads/import",
        {"file_name": "f", "content": "Email\na@x.example", "consent": {"basis": "consent", "source": "s"}},
    ),
    ("pause", "POST", "/pause", {"scope": "account"}),
    ("resume", "POST", "/resume", {"scope": "account"}),
    ("update_account", "PATCH", "/account", {"company": "Acme"}),
    ("create_campaign", "POST", "/campaigns", {"name": "Spring"}),
    ("update_campaign", "PATCH", "/campaigns/{campaign}", {"offer": "More"}),
    ("create_inbox", "POST", "/inboxes", {"domain_id": "{domain}", "address": "z@{name}", "host": "h.example", "username": "u"}),
    ("update_inbox", "PATCH", "/inboxes/{inbox}", {"username": "u"}),
]
WRONG: list[Any] = [True, -1, 1.5, 10**30, "", "\0", "\ud800", "x" * 100_001, [], [1], {}, {"a": {"b": 1}}]
BODIES = ["", "null", "5", "[]", '"x"', "{", "{}}", "NaN", '{"x": NaN}', '{"x": 1e999}', "[" * 100_000, '{"x":' * 100_000, '{"\\ud800": 1}']


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def digest(db: Connection) -> list[Any]:
    """All that people's commands could change."""
    tables = (
        "rex_accounts",
        "rex_missions",
        "rex_campaigns",
        "rex_inboxes",
        "rex_imports",
        "rex_leads",
        "rex_crews",
        "rex_logs",
        "rex_requests",
    )
    return [
        db.execute(f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from public.{table} t").fetchone()
        for table in tables
    ]


def placed(world: World, path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path and the body with ids of this account in them."""
    found = world.db.execute(
        "select d.id, d.domain, i.id from public.rex_domain_pool d join public.rex_inboxes i on i.domain_id = d.id"
    ).fetchone()
    assert found
    filled = {"campaign": str(world.campaign), "domain": str(found[0]), "name": found[1], "inbox": str(found[2])}
    text = json.dumps(body)
    for name, value in filled.items():
        text, path = text.replace(f"{{{name}}}", value), path.replace(f"{{{name}}}", value)
    return f"/api/rex{path}", json.loads(text)


@pytest.mark.parametrize(("function", "method", "path", "good"), ROUTES, ids=[route[0] for route in ROUTES])
def test_wrong_body_is_a_client_error_and_saves_nothing(world: World, function: str, method: str, path: str, good: dict[str, Any]) -> None:
    url, body = placed(world, path, good)
    before = digest(world.db)
    sent: list[dict[str, Any]] = [{"raw": raw} for raw in BODIES] + [{"base64_body": b"\xff\xfe{}"}]
    sent += [{"body": body | {name: value}} for name in body for value in WRONG] + [{"body": body | {"colour": "red"}}]
    faults = []
    for each in sent:
        answer = request(f"api.{function}", method, url, person=world.account, **each)
        if answer.status < 300:
            faults.append((answer.status, str(each)[:100], "accepted"))
        elif not (400 <= answer.status < 500 and answer.body["next"]):
            faults.append((answer.status, str(each)[:100], str(answer.body)))
    assert faults == []
    assert digest(world.db) == before
