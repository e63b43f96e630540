"""The routes of members: the owner says who may act for an account, and always may themselves."""

import uuid
from typing import Any

import psycopg
import pytest

from tests.support.api import Answer, request
from tests.support.database import Connection, as_person, call, one, sign_up
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival

pytestmark = pytest.mark.usefixtures("deployment")

PATH = "/api/rex/members"


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def person(db: Connection, email: str, *, confirmed: bool = True) -> uuid.UUID:
    made = sign_up(db, email)
    if confirmed:
        db.execute("update auth.users set email_confirmed_at = now() where id = %s", (made,))
    return made


def add(world: World, email: str, role: str = "operator", **more: Any) -> Answer:
    return request("api.add_member", "POST", PATH, body={"email": email, "role": role}, **({"person": world.account} | more))


def update(world: World, member: uuid.UUID, role: str, **more: Any) -> Answer:
    return request("api.update_member", "PATCH", f"{PATH}/{member}", body={"role": role}, **({"person": world.account} | more))


def remove(world: World, member: uuid.UUID, **more: Any) -> Answer:
    return request("api.remove_member", "DELETE", f"{PATH}/{member}", **({"person": world.account} | more))


def roles(world: World) -> dict[str, str]:
    found: dict[str, str] = one(
        world.db, "select jsonb_object_agg(member_id, role) from public.rex_members where user_id = %s", world.account
    )
    return found


def test_member_is_added_changed_and_removed(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    added = add(world, " Ann@Rex.example ")
    assert (added.status, added.body) == (201, {"member_id": str(ann), "role": "operator"})
    assert request("api.get_account", "GET", "/api/rex/account", person=ann, account=world.account).status == 200
    changed = update(world, ann, "viewer")
    assert (changed.status, roles(world)[str(ann)]) == (200, "viewer")
    removed = remove(world, ann)
    assert (removed.status, str(ann) in roles(world)) == (200, False)
    assert request("api.get_account", "GET", "/api/rex/account", person=ann, account=world.account).status == 403
    assert [world.said(f"system.member_{what}") for what in ("added", "updated", "removed")] == [1, 1, 1]


def test_every_member_sees_the_members_page_by_page(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    add(world, "ann@rex.example", "viewer")
    first = request("api.list_members", "GET", PATH, person=ann, account=world.account, query={"limit": "1"})
    assert (first.status, [row["role"] for row in first.body["items"]]) == (200, ["owner"])
    second = request("api.list_members", "GET", PATH, person=ann, account=world.account, query={"limit": "1", "cursor": first.body["next"]})
    (row,) = second.body["items"]
    assert (row["member_id"], row["email"], row["role"], row["is_you"], second.body["next"]) == (
        str(ann),
        "ann@rex.example",
        "viewer",
        True,
        None,
    )


@pytest.mark.parametrize("confirmed", [True, False])
def test_only_who_confirmed_the_address_is_added(world: World, confirmed: bool) -> None:
    person(world.db, "ann@rex.example", confirmed=confirmed)
    answer = add(world, "ann@rex.example")
    assert (answer.status, len(roles(world))) == ((201, 2) if confirmed else (404, 1))


def test_nobody_is_learned_of_by_trying_addresses(world: World) -> None:
    assert [add(world, f"a{n}@rex.example").status for n in range(21)] == [404] * 20 + [429]
    person(world.db, "ann@rex.example")
    assert add(world, "ann@rex.example").status == 429


def test_trying_addresses_at_once_learns_no_more(world: World, rival: Rival) -> None:
    for n in range(19):
        world.ask("rex_add_member", p_email=f"a{n}@rex.example", p_role="viewer")

    def ask(db: Connection) -> Any:
        return call(as_person(db, world.account), "rex_add_member", p_request_id="late", p_email="b@rex.example", p_role="viewer")

    with world.db.transaction():
        world.ask("rex_add_member", p_email="a@rex.example", p_role="viewer")
        late = rival.start(ask)
    with pytest.raises(psycopg.Error, match="Twenty addresses"):
        late.result()


def test_member_is_not_added_twice(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    add(world, "ann@rex.example", "viewer")
    again = add(world, "ann@rex.example", "operator")
    assert (again.status, again.body["code"], roles(world)[str(ann)]) == (409, "member_exists", "viewer")


def test_repeated_request_is_answered_as_the_first(world: World) -> None:
    person(world.db, "ann@rex.example")
    assert add(world, "ann@rex.example", key="k") == add(world, "ann@rex.example", key="k")


def test_owner_is_neither_changed_nor_removed(world: World) -> None:
    for answer in (update(world, world.account, "viewer"), remove(world, world.account)):
        assert (answer.status, answer.body["code"]) == (409, "last_owner")
    assert roles(world) == {str(world.account): "owner"}


def test_nobody_is_made_a_second_owner(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    assert add(world, "ann@rex.example", "owner").status == 422
    add(world, "ann@rex.example")
    assert (update(world, ann, "owner").status, roles(world)[str(ann)]) == (422, "operator")


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_only_the_owner_decides(world: World, role: str) -> None:
    ann, bob = person(world.db, "ann@rex.example"), person(world.db, "bob@rex.example")
    add(world, "ann@rex.example", role)
    add(world, "bob@rex.example", "viewer")
    before = roles(world)
    as_ann: dict[str, Any] = {"person": ann, "account": world.account}
    person(world.db, "eve@rex.example")
    answers = [add(world, "eve@rex.example", **as_ann), update(world, bob, "operator", **as_ann), remove(world, bob, **as_ann)]
    assert [(answer.status, answer.body["code"]) for answer in answers] == [(403, "role_too_low")] * 3
    assert roles(world) == before


def test_member_may_leave(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    add(world, "ann@rex.example", "viewer")
    assert remove(world, ann, person=ann, account=world.account).status == 200
    assert roles(world) == {str(world.account): "owner"}


def test_member_of_another_account_is_not_found(world: World) -> None:
    other = make_world(world.db)
    assert (update(world, other.account, "viewer").status, remove(world, other.account).status) == (404, 404)
    assert one(world.db, "select role::text from public.rex_members where user_id = %s", other.account) == "owner"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {}, 422),
        ("POST", "", {"email": "nobody", "role": "viewer"}, 422),
        ("POST", "", {"email": "a@x.example", "role": "king"}, 422),
        ("POST", "", {"email": "a@x.example", "role": "viewer", "colour": "red"}, 422),
        ("PATCH", "/none", {"role": "viewer"}, 404),
        ("PATCH", f"/{uuid.UUID(int=4)}", {"role": "viewer"}, 404),
        ("PATCH", f"/{uuid.UUID(int=4)}", {}, 422),
        ("DELETE", f"/{uuid.UUID(int=4)}", None, 404),
    ],
)
def test_bad_request_is_refused_with_what_to_do(world: World, method: str, path: str, body: Any, status: int) -> None:
    function = {"POST": "add_member", "PATCH": "update_member", "DELETE": "remove_member"}[method]
    answer = request(f"api.{function}", method, f"{PATH}{path}", person=world.account, body=body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]


def test_nobody_is_made_a_second_owner_by_the_command_either(world: World) -> None:
    ann = person(world.db, "ann@rex.example")
    with pytest.raises(psycopg.Error, match="one owner"):
        world.ask("rex_add_member", p_email="ann@rex.example", p_role="owner")
    add(world, "ann@rex.example")
    with pytest.raises(psycopg.Error, match="one owner"):
        world.ask("rex_update_member", p_member_id=ann, p_role="owner")
    assert roles(world)[str(ann)] == "operator"
