"""Settings of an account and its campaigns: each field within its range, or nothing is saved."""

import uuid
from typing import Any

import pytest

from rex.domain.tasks import Angle
from tests.support.database import Connection, as_person, as_service, as_superuser, call, one, refused, request_id, sign_up
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world

TEMPLATE = {"subject": "Hello", "text": "Hello again", "html": None}
STEP = {"delay_hours": 0, "templates": {"default": TEMPLATE}}
COMPLETE = {
    "name": "Spring", "offer": "An offer", "sender_name": "Ann", "reply_to": "ann@rex.example", "call_to_action": "Answer", "steps": [STEP],
    "link": "https://rex.example/a?b=c", "window_start": "08:30", "window_end": "24:00", "window_days": [1, 7], "collecting_seconds": 60,
    "expire_days": 7, "review": "samples",
}  # fmt: skip


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def account(world: World) -> Any:
    return one(
        world.db,
        "select to_jsonb(a) - '{updated_at,former_zone,former_day,zone_since}'::text[] from public.rex_accounts a where user_id = %s",
        world.account,
    )


def campaign(world: World, campaign_id: Any) -> Any:
    return one(world.db, "select to_jsonb(c) - 'updated_at' from public.rex_campaigns c where id = %s", campaign_id)


def as_viewer(world: World, role: str = "viewer") -> uuid.UUID:
    person = sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (world.account, person, role))
    return person


def ask_as(world: World, person: uuid.UUID, command: str, **arguments: Any) -> Any:
    as_person(world.db, person)
    try:
        return call(world.db, command, p_request_id=request_id(), **arguments)
    finally:
        as_superuser(world.db)


def test_account_is_changed(world: World) -> None:
    changes = {
        "company": "Acme, Inc.", "postal_address": "1 Road\nTown", "time_zone": "Europe/Berlin", "window_start": "08:00", "window_end": "24:00",
        "window_days": [6, 7], "frequency_cap_messages": None, "frequency_cap_days": 7, "send_without_replies": True,
    }  # fmt: skip
    before = account(world)
    assert world.ask("rex_update_account", p_changes=changes) == {"user_id": str(world.account)}
    stored = changes | {"window_start": "08:00:00", "window_end": "24:00:00"}
    assert account(world) == before | stored
    assert_invariants(world.db)


def test_change_of_an_account_is_on_record_by_its_fields_alone(world: World) -> None:
    world.ask("rex_update_account", p_changes={"company": "Acme", "frequency_cap_days": 30})
    assert one(world.db, "select data from public.rex_logs where action = 'update_account'") == {"fields": ["company"]}
    assert world.said("system.account_updated") == 1
    world.ask("rex_update_account", p_changes={"company": "Acme"})
    assert world.said("system.account_updated") == 1


BAD_ACCOUNT: list[Any] = [
    {"paused_at": None}, {"settings": {}}, {"user_id": "x"}, {"company": ""}, {"company": "   "}, {"company": "x" * 201}, {"company": 5},
    {"company": "a\r\nBcc: x"}, {"postal_address": "1"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "CET"}, {"time_zone": None},
    {"time_zone": "UTC; drop"}, {"window_start": "9"}, {"window_start": "25:00"}, {"window_start": None}, {"window_end": "08:00"},
    {"window_days": []}, {"window_days": [0]}, {"window_days": [1, 1]}, {"window_days": [1.5]}, {"window_days": "1"},
    {"frequency_cap_messages": 0}, {"frequency_cap_messages": 10**12}, {"frequency_cap_messages": "4"}, {"frequency_cap_days": 366},
    {"frequency_cap_days": None}, {"send_without_replies": "yes"}, {"send_without_replies": None},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_ACCOUNT, ids=str)
def test_bad_field_of_an_account_is_named_and_nothing_is_saved(world: World, bad: dict[str, Any]) -> None:
    before = account(world)
    with refused(422):
        world.ask("rex_update_account", p_changes={"postal_address": "2 Other Street"} | bad)
    assert account(world) == before


def test_refusal_says_which_field_and_what_to_do(world: World) -> None:
    with pytest.raises(Exception, match="time_zone: a time zone by its IANA name") as error:
        world.ask("rex_update_account", p_changes={"time_zone": "here"})
    diagnosis: Any = error.value
    assert diagnosis.diag.message_detail == "field_invalid"
    assert "time_zone" in diagnosis.diag.message_hint


def test_only_the_owner_changes_an_account(world: World) -> None:
    stranger = make_world(world.db).account
    for person, code in [(as_viewer(world), "role_too_low"), (as_viewer(world, "operator"), "role_too_low"), (stranger, "not_a_member")]:
        with refused(403, code):
            ask_as(world, person, "rex_update_account", p_account=world.account, p_changes={"company": "Mine"})
    with pytest.raises(Exception, match="permission denied"):
        call(as_service(world.db), "rex_update_account", p_account=world.account, p_request_id="k", p_changes={})


@pytest.mark.parametrize(
    ("command", "arguments", "other"),
    [
        ("rex_update_account", {"p_changes": {"company": "A"}}, {"p_changes": {"company": "B"}}),
        ("rex_create_campaign", {"p_fields": {"name": "A"}}, {"p_fields": {"name": "B"}}),
    ],
)
def test_repeat_is_answered_as_the_first(world: World, command: str, arguments: Any, other: Any) -> None:
    first = world.ask(command, p_request_id="k", **arguments)
    assert world.ask(command, p_request_id="k", **arguments) == first
    with refused(422, "request_id_reused"):
        world.ask(command, p_request_id="k", **other)
    with refused(422, "request_id_missing"):
        world.ask(command, p_request_id="", **other)


def test_campaign_is_made_as_asked(world: World) -> None:
    answer = world.ask("rex_create_campaign", p_fields=COMPLETE)
    assert answer["template_version"] == 1
    found = campaign(world, answer["campaign_id"])
    assert {name: found[name] for name in COMPLETE} == COMPLETE | {"window_start": "08:30:00", "window_end": "24:00:00"}
    assert (found["is_default"], found["paused_at"]) == (False, None)
    assert world.said("system.campaign_created") == 1
    assert world.create(p_campaign_id=answer["campaign_id"])
    assert_invariants(world.db)


def test_campaign_needs_a_name_alone(world: World) -> None:
    answer = world.ask("rex_create_campaign", p_fields={"name": "Bare"})
    assert campaign(world, answer["campaign_id"])["steps"] == []
    with refused(422, "campaign_incomplete"):
        world.create(p_campaign_id=answer["campaign_id"])


def test_changed_steps_are_a_new_version(world: World) -> None:
    def change(**changes: Any) -> int:
        version: int = world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes=changes)["template_version"]
        return version

    other = {"delay_hours": 48, "templates": {"default": TEMPLATE, "recent": TEMPLATE | {"html": "<p>Hi</p>"}}}
    assert [change(offer="Another"), change(steps=[STEP, other]), change(steps=[STEP, other]), change(steps=[STEP])] == [1, 2, 2, 3]
    assert one(world.db, "select data from public.rex_logs where action = 'update_campaign' order by id limit 1") == {
        "fields": ["offer"],
        "template_version": 1,
    }
    assert world.said("system.campaign_updated") == 3


def test_own_hours_are_given_up_together(world: World) -> None:
    world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"window_start": "10:00", "window_end": "11:00"})
    with refused(422, "field_invalid"):
        world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"window_start": None})
    world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"window_start": None, "window_end": None})
    assert campaign(world, world.campaign)["window_start"] is None


def steps(**changes: Any) -> dict[str, Any]:
    return {"steps": [STEP | changes]}


BAD_CAMPAIGN: list[Any] = [
    {"is_default": True}, {"template_version": 9}, {"user_id": "x"}, {"paused_at": None}, {"name": None}, {"name": ""}, {"name": "x" * 201},
    {"offer": ["x"]}, {"offer": "x" * 2001}, {"sender_name": "Ann\nBcc: x"}, {"sender_name": "x" * 101}, {"reply_to": "nobody"},
    {"reply_to": "a@x.example, b@x.example"}, {"reply_to": "Ann <a@x.example>"}, {"reply_to": "a@x.example\n"}, {"link": "http://x.example"},
    {"link": "javascript:alert(1)"}, {"link": "https://"}, {"link": "https://x.example/\"onclick"}, {"link": "https://a@evil.example"},
    {"call_to_action": "x" * 501}, {"window_start": "10:00"}, {"window_start": "10:00", "window_end": "09:00"}, {"window_days": [8]},
    {"collecting_seconds": 0}, {"collecting_seconds": 2592001}, {"expire_days": 91}, {"expire_days": "7"}, {"review": "some"}, {"review": None},
    {"steps": None}, {"steps": []}, {"steps": "x"}, {"steps": [STEP] * 6}, {"steps": ["x"]}, steps(delay_hours=2161), steps(delay_hours=-1),
    steps(delay_hours="1"), steps(channel="email"), steps(templates=[]), steps(templates={}), steps(templates={"recent": TEMPLATE}),
    steps(templates={"default": TEMPLATE, "rude": TEMPLATE}), steps(templates={"default": "x"}), steps(templates={"default": {"text": "x"}}),
    steps(templates={"default": TEMPLATE | {"subject": "a\nb"}}), steps(templates={"default": TEMPLATE | {"subject": "x" * 501}}),
    steps(templates={"default": TEMPLATE | {"text": ""}}), steps(templates={"default": TEMPLATE | {"text": "x" * 50_001}}),
    steps(templates={"default": TEMPLATE | {"html": 5}}), steps(templates={"default": TEMPLATE | {"footer": "x"}}),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_CAMPAIGN, ids=[str(n) for n in range(len(BAD_CAMPAIGN))])
def test_bad_field_of_a_campaign_is_refused_and_nothing_is_saved(world: World, bad: dict[str, Any]) -> None:
    before = campaign(world, world.campaign)
    with refused(422):
        world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"offer": "Another"} | bad)
    with refused(422):
        world.ask("rex_create_campaign", p_fields={"name": "Spring"} | bad)
    assert campaign(world, world.campaign) == before
    assert one(world.db, "select count(*) from public.rex_campaigns") == 1


@pytest.mark.parametrize("fields", [[], "x", 5, None])
def test_what_is_no_object_is_refused(world: World, fields: Any) -> None:
    as_person(world.db, world.account)
    for command, argument in [("rex_update_account", "p_changes"), ("rex_create_campaign", "p_fields")]:
        with refused(422, "fields_invalid"):
            world.db.execute(
                f"select public.{command}(p_request_id => 'k', {argument} => %s)",
                (None if fields is None else repr(fields).replace("'", '"'),),
            )


def test_name_is_taken_once(world: World) -> None:
    made = world.ask("rex_create_campaign", p_fields={"name": "Spring"})
    with refused(409, "campaign_exists"):
        world.ask("rex_create_campaign", p_fields={"name": "sPRING"})
    with refused(409, "campaign_exists"):
        world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"name": "Spring"})
    assert world.ask("rex_update_campaign", p_campaign_id=made["campaign_id"], p_changes={"name": "SPRING"})


def test_only_who_may_act_for_the_account_changes_a_campaign(world: World) -> None:
    stranger = make_world(world.db).account
    change = {"p_campaign_id": world.campaign, "p_changes": {"offer": "Mine"}}
    with refused(404, "campaign_unknown"):
        ask_as(world, stranger, "rex_update_campaign", **change)
    with refused(403, "not_a_member"):
        ask_as(world, stranger, "rex_update_campaign", p_account=world.account, **change)
    with refused(403, "role_too_low"):
        ask_as(world, as_viewer(world), "rex_update_campaign", p_account=world.account, **change)
    assert ask_as(world, as_viewer(world, "operator"), "rex_update_campaign", p_account=world.account, **change)["template_version"] == 1


def test_angles_are_those_of_the_agents(world: World) -> None:
    assert set(one(world.db, "select rex.angles()")) == {angle.value for angle in Angle}
