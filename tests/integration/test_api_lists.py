"""The account and its lists: what the caller is in it, and pages with filters that skip and repeat nothing."""

import uuid
from typing import Any

import pytest

from tests.support.api import request
from tests.support.database import Connection, sign_up
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def pages(world: World, what: str, **query: str) -> list[list[Any]]:
    """All pages of a list."""
    found: list[list[Any]] = []
    cursor: str | None = None
    while True:
        asked = query | {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = request(f"api.list_{what}", "GET", f"/api/rex/{what}", person=world.account, query=asked)
        assert answer.status == 200, answer.body
        found.append(answer.body["items"])
        cursor = answer.body["next"]
        if cursor is None:
            return found


def join(world: World, role: str) -> uuid.UUID:
    person = sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (world.account, person, role))
    return person


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_account_says_what_the_caller_is_and_where_else_they_may_act(world: World, role: str) -> None:
    person = join(world, role)
    answer = request("api.get_account", "GET", "/api/rex/account", person=person, account=world.account)
    assert (answer.status, answer.body["role"], answer.body["company"]) == (200, role, "Rex")
    known = {account["user_id"]: (account["company"], account["role"]) for account in answer.body["accounts"]}
    assert known == {str(person): (None, "owner"), str(world.account): ("Rex", role)}


def test_accounts_of_other_members_are_not_told(world: World) -> None:
    join(world, "viewer")
    answer = request("api.get_account", "GET", "/api/rex/account", person=world.account)
    assert [account["user_id"] for account in answer.body["accounts"]] == [str(world.account)]


def test_campaigns_come_page_by_page_the_default_first(world: World) -> None:
    for name in ("beta", "Alpha", "gamma", "Ära"):
        world.add_campaign(name)
    found = pages(world, "campaigns")
    assert [len(page) for page in found] == [2, 2, 1]
    names = [row["name"] for page in found for row in page]
    assert (names[0], sorted(names)) == ("Default", sorted(["Default", "Alpha", "beta", "gamma", "Ära"]))
    assert names.index("Alpha") < names.index("beta") < names.index("gamma")


def test_campaigns_are_found_by_name_and_pause(world: World) -> None:
    paused = world.add_campaign("Spring offer")
    world.add_campaign("Spring sale")
    world.db.execute("update public.rex_campaigns set paused_at = rex.now() where id = %s", (paused,))
    by_name, by_pause, by_both = (
        pages(world, "campaigns", **query) for query in ({"q": "SPRING"}, {"paused": "true"}, {"q": "sale", "paused": "true"})
    )
    assert [[row["name"] for page in found for row in page] for found in (by_name, by_pause, by_both)] == [
        ["Spring offer", "Spring sale"], ["Spring offer"], [],
    ]  # fmt: skip


def test_inboxes_come_page_by_page(world: World) -> None:
    world.add_domain(inboxes=4)
    found = pages(world, "inboxes")
    addresses = [row["address"] for page in found for row in page]
    assert ([len(page) for page in found], addresses) == ([2, 2, 1], sorted(set(addresses)))


@pytest.mark.parametrize(
    ("change", "query"),
    [
        ("login_version = 2", {"login": "unchecked"}),
        ("login_version = 2, login_error = 'x'", {"login": "failed"}),
        ("paused_at = rex.now()", {"paused": "true"}),
        ("address = 'ann@' || split_part(address, '@', 2)", {"q": "Ann@"}),
    ],
)
def test_inboxes_are_filtered(world: World, change: str, query: dict[str, str]) -> None:
    domain = world.add_domain(inboxes=2)
    (inbox,) = world.db.execute(
        "select id from public.rex_inboxes where domain_id = %s order by address limit 1", (domain,)
    ).fetchone() or (None,)
    world.db.execute(f"update public.rex_inboxes set {change} where id = %s", (inbox,))
    assert [row["id"] for page in pages(world, "inboxes", **query) for row in page] == [str(inbox)]


def test_inboxes_are_those_of_a_domain(world: World) -> None:
    domain = world.add_domain(inboxes=2)
    found = [row for page in pages(world, "inboxes", domain_id=str(domain)) for row in page]
    assert [row["domain_id"] for row in found] == [str(domain)] * 2
    assert "password" not in str(found)


@pytest.mark.parametrize("what", ["campaigns", "inboxes"])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "201"}, {"cursor": "zzz"}, {"colour": "red"}, {"paused": "perhaps"}])
def test_bad_query_is_refused(world: World, what: str, query: dict[str, str]) -> None:
    answer = request(f"api.list_{what}", "GET", f"/api/rex/{what}", person=world.account, query=query)
    assert (answer.status, bool(answer.body["next"])) == (422, True)
