"""An inbox sends only under a login that was checked, and no password is given to a server it was not meant for."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_person, as_superuser, call, one, refused, request_id, sign_up
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world

DOMAIN = "mail.rex.example"
FIELDS = {"domain": DOMAIN, "address": f"ann@{DOMAIN}", "host": "smtp.rex.example", "username": "ann"}


@pytest.fixture
def world(db: Connection) -> World:
    world = make_world(db, domain=False)
    world.add_domain(inboxes=0, name=DOMAIN)
    return world


def add(world: World, **changes: Any) -> Any:
    return world.ask("rex_create_inbox", p_fields=FIELDS | changes)


def change(world: World, inbox: Any, new_password: bool = False, **changes: Any) -> Any:
    return world.ask("rex_update_inbox", p_inbox_id=inbox["inbox_id"], p_changes=changes, p_new_password=new_password)


def check(world: World, inbox: Any, error: str | None = None, version: int | None = None) -> Any:
    return world.run("rex_check_inbox", p_inbox_id=inbox["inbox_id"], p_login_version=version or inbox["login_version"], p_error=error)


def waiting(world: World, **arguments: Any) -> list[Any]:
    as_superuser(world.db)
    world.db.execute("set role service_role")
    found: list[Any] = call(world.db, "rex_claim_inbox_checks", **arguments)["inboxes"]
    as_superuser(world.db)
    return found


def stored(world: World, inbox: Any) -> Any:
    return one(world.db, "select to_jsonb(i) - 'updated_at' from public.rex_inboxes i where id = %s", inbox["inbox_id"])


def may_send(world: World, inbox: Any) -> int:
    left: int = one(world.db, "select rex.inbox_left(%s, rex.now())", inbox["inbox_id"])
    return left


def test_new_inbox_is_unchecked_and_sends_nothing(world: World) -> None:
    inbox = add(world, address=f"Ann@{DOMAIN.upper()}", host="SMTP.rex.example", daily_cap=20, spacing_seconds=0)
    assert (inbox["user_id"], inbox["login_version"]) == (str(world.account), 1)
    row = stored(world, inbox)
    assert (row["address"], row["host"], row["port"], row["daily_cap"]) == (f"ann@{DOMAIN}", "smtp.rex.example", 587, 20)
    assert (row["checked_version"], row["warmup_started_at"], may_send(world, inbox)) == (None, None, 0)
    assert world.said("domain.inbox_added") == 1
    assert_invariants(world.db)


def test_domain_may_be_named_by_its_id(world: World) -> None:
    domain = one(world.db, "select id from public.rex_domain_pool")
    fields = {name: value for name, value in FIELDS.items() if name != "domain"}
    assert world.ask("rex_create_inbox", p_fields=fields | {"domain_id": str(domain)})["login_version"] == 1


def test_login_that_works_starts_the_warm_up(world: World) -> None:
    inbox = add(world, spacing_seconds=0)
    (found,) = waiting(world)
    assert found == {name: FIELDS[name] for name in ("address", "host", "username")} | {
        "inbox_id": inbox["inbox_id"], "user_id": str(world.account), "port": 587, "login_version": 1, "password_version": 1,
        "send_without_replies": False,
    }  # fmt: skip
    assert check(world, inbox) == {"inbox_id": inbox["inbox_id"], "checked": True}
    assert (waiting(world), may_send(world, inbox)) == ([], 5)
    assert one(world.db, "select data ->> 'checked' from public.rex_messages where type = 'domain.inbox_checked'") == "true"
    assert_invariants(world.db)


def test_login_that_fails_says_why_and_is_tried_again(world: World, clock: Clock) -> None:
    inbox = add(world)
    assert check(world, inbox, "login_refused")["checked"] is False
    assert (stored(world, inbox)["login_error"], stored(world, inbox)["warmup_started_at"]) == ("login_refused", None)
    assert waiting(world) == []
    clock.advance(minutes=16)
    assert [row["inbox_id"] for row in waiting(world)] == [inbox["inbox_id"]]
    check(world, inbox)
    assert (stored(world, inbox)["login_error"], stored(world, inbox)["checked_version"]) == (None, 1)


def test_login_that_no_longer_works_stops_the_inbox(world: World) -> None:
    inbox = add(world, spacing_seconds=0)
    check(world, inbox)
    started = stored(world, inbox)["warmup_started_at"]
    assert check(world, inbox, "login_refused")["checked"] is False
    assert (may_send(world, inbox), stored(world, inbox)["warmup_started_at"]) == (0, started)


def test_check_of_an_older_login_changes_nothing(world: World) -> None:
    inbox = add(world)
    changed = change(world, inbox, username="bea")
    assert changed["login_version"] == 2
    before = stored(world, inbox)
    assert check(world, inbox, version=1)["checked"] is False
    assert check(world, inbox, "login_refused", version=1)["checked"] is False
    assert stored(world, inbox) == before
    assert check(world, changed)["checked"] is True


@pytest.mark.parametrize("changes", [{"port": 465}, {"username": "bea"}, {}])
def test_changed_login_is_unchecked_until_it_is_tried(world: World, changes: dict[str, Any]) -> None:
    inbox = add(world, spacing_seconds=0)
    check(world, inbox)
    changed = change(world, inbox, new_password=not changes, **changes)
    assert (changed["login_version"], may_send(world, inbox), len(waiting(world))) == (2, 0, 1)


def test_failed_login_that_is_changed_is_tried_at_once(world: World) -> None:
    inbox = add(world)
    check(world, inbox, "login_refused")
    change(world, inbox, username="bea")
    assert (stored(world, inbox)["login_error"], len(waiting(world))) == (None, 1)


def test_other_changes_leave_the_login_checked(world: World) -> None:
    inbox = add(world, spacing_seconds=0)
    check(world, inbox)
    changed = change(world, inbox, daily_cap=3, spacing_seconds=0, host=FIELDS["host"].upper())
    assert (changed["login_version"], may_send(world, inbox)) == (1, 3)
    assert one(world.db, "select data from public.rex_logs where action = 'update_inbox'") == {"fields": ["daily_cap"], "login_version": 1}


def test_change_of_nothing_is_not_announced(world: World) -> None:
    inbox = add(world)
    change(world, inbox, username="ann")
    assert world.said("domain.inbox_updated") == 0


def test_new_server_needs_the_password_again(world: World) -> None:
    inbox = add(world)
    before = stored(world, inbox)
    with refused(422, "password_needed"):
        change(world, inbox, host="smtp.evil.example", daily_cap=5)
    assert stored(world, inbox) == before
    assert change(world, inbox, new_password=True, host="smtp.other.example")["login_version"] == 2


def test_password_is_of_the_version_of_the_login_it_came_with(world: World) -> None:
    inbox = add(world)
    versions = [(answer["login_version"], answer["password_version"]) for answer in (
        change(world, inbox, port=25), change(world, inbox, new_password=True), change(world, inbox, username="bob"),
    )]  # fmt: skip
    assert versions == [(2, 1), (3, 3), (4, 3)]


BAD: list[Any] = [
    {"password": "secret"}, {"login_version": 9}, {"checked_version": 1}, {"warmed_at": "2020-01-01"}, {"user_id": "x"}, {"address": None},
    {"address": "ann"}, {"address": "ann@other.example"}, {"address": f"ann@sub.{DOMAIN}"}, {"address": f"a<b@{DOMAIN}"},
    {"address": f"jörg@{DOMAIN}"}, {"address": f"a..b@{DOMAIN}"}, {"address": f".a@{DOMAIN}"}, {"address": f"a\r\nb@{DOMAIN}"}, {"domain": "nobody"}, {"domain_id": str(uuid.uuid4())}, {"domain_id": "1"}, {"host": ""}, {"host": None},
    {"host": "smtp example"}, {"host": "smtp.example/x"}, {"host": "-x"}, {"host": "x" * 254}, {"port": 0}, {"port": 65536}, {"port": "25"},
    {"port": 2.5}, {"username": ""}, {"username": "a\nb"}, {"username": "x" * 321}, {"daily_cap": 0}, {"daily_cap": 2001}, {"daily_cap": None},
    {"spacing_seconds": -1}, {"spacing_seconds": 86401},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=[str(n) for n in range(len(BAD))])
def test_bad_field_is_refused_and_nothing_is_saved(world: World, bad: dict[str, Any]) -> None:
    with refused(422):
        add(world, **bad)
    assert one(world.db, "select count(*) from public.rex_inboxes") == 0


@pytest.mark.parametrize("missing", ["domain", "address", "host", "username"])
def test_missing_field_is_named(world: World, missing: str) -> None:
    with refused(422, "field_missing"):
        world.ask("rex_create_inbox", p_fields={name: value for name, value in FIELDS.items() if name != missing})


@pytest.mark.parametrize("bad", [{"address": f"bea@{DOMAIN}"}, {"domain": DOMAIN}, {"port": 0}, {"host": None}, {"checked_version": 1}])
def test_bad_change_is_refused_and_nothing_is_saved(world: World, bad: dict[str, Any]) -> None:
    inbox = add(world)
    before = stored(world, inbox)
    with refused(422):
        change(world, inbox, **({"daily_cap": 5} | bad))
    assert stored(world, inbox) == before


def test_address_is_taken_once_and_a_retired_domain_takes_none(world: World) -> None:
    add(world)
    with refused(409, "inbox_exists"):
        add(world)
    world.db.execute("update public.rex_domain_pool set status = 'retired'")
    with refused(409, "domain_retired"):
        add(world, address=f"bea@{DOMAIN}")


def test_repeat_is_answered_as_the_first(world: World) -> None:
    first = world.ask("rex_create_inbox", p_request_id="k", p_fields=FIELDS)
    assert world.ask("rex_create_inbox", p_request_id="k", p_fields=FIELDS) == first
    with refused(422, "request_id_reused"):
        world.ask("rex_create_inbox", p_request_id="k", p_fields=FIELDS | {"port": 25})
    update = {"p_inbox_id": first["inbox_id"], "p_changes": {}, "p_new_password": True, "p_request_id": "u"}
    assert [world.ask("rex_update_inbox", **update)["login_version"] for _ in range(2)] == [2, 2]
    for _ in range(2):
        assert world.run("rex_check_inbox", p_request_id="c", p_inbox_id=first["inbox_id"], p_login_version=2)["checked"]
    assert world.said("domain.inbox_checked") == 1


def test_only_who_may_act_for_the_account_has_its_inboxes(world: World) -> None:
    inbox = add(world)
    stranger, viewer = make_world(world.db).account, sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, viewer))
    for person, account, refusal in [
        (stranger, None, (404, "inbox_unknown")),
        (stranger, world.account, (403, "not_a_member")),
        (viewer, world.account, (403, "role_too_low")),
    ]:
        as_person(world.db, person)
        with refused(*refusal):
            call(
                world.db,
                "rex_update_inbox",
                p_account=account,
                p_request_id=request_id(),
                p_inbox_id=inbox["inbox_id"],
                p_changes={"port": 25},
            )
        as_superuser(world.db)
    as_person(world.db, stranger)
    with refused(404, "domain_unknown"):
        call(world.db, "rex_create_inbox", p_request_id=request_id(), p_fields=FIELDS)
    for command, arguments in [
        ("rex_claim_inbox_checks", {}),
        ("rex_check_inbox", {"p_request_id": "k", "p_inbox_id": inbox["inbox_id"], "p_login_version": 1}),
    ]:
        with pytest.raises(Exception, match="permission denied"):
            call(world.db, command, **arguments)


def test_checks_are_handed_out_a_few_at_a_time_new_ones_first(world: World, clock: Clock) -> None:
    failed = add(world)
    check(world, failed, "login_refused")
    clock.advance(minutes=16)
    fresh = [add(world, address=f"new{n}@{DOMAIN}")["inbox_id"] for n in range(2)]
    assert {row["inbox_id"] for row in waiting(world, p_limit=2)} == set(fresh)
    assert [row["inbox_id"] for row in waiting(world)][2:] == [failed["inbox_id"]]


def test_checks_of_one_account_keep_no_other_waiting(world: World) -> None:
    for number in range(3):
        add(world, address=f"new{number}@{DOMAIN}")
    other = make_world(world.db, domain=False)
    other.add_domain(inboxes=0, name="mail.other.example")
    add(other, domain="mail.other.example", address="ann@mail.other.example")
    assert {row["user_id"] for row in waiting(world, p_limit=2)} == {str(world.account), str(other.account)}


def test_error_is_a_code(world: World) -> None:
    with refused(422, "error_invalid"):
        check(world, add(world), "535 5.7.8 Error: authentication failed")
    with refused(404, "inbox_unknown"):
        world.run("rex_check_inbox", p_inbox_id=uuid.uuid4(), p_login_version=1)
