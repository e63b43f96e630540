"""An estimate tells what creation would do and refuses what it would refuse, and leaves no trace."""

import uuid
from typing import Any

import pytest

from tests.integration.test_isolation import snapshot
from tests.support.api import Answer, request
from tests.support.database import Clock, Connection, one, sign_up
from tests.support.mission_world import World, make_world
from tests.support.sending_world import make_sending

pytestmark = pytest.mark.usefixtures("deployment")

EVERY_DAY = (
    "update public.rex_accounts set window_start = '00:00', window_end = '24:00', window_days = '{1,2,3,4,5,6,7}' where user_id = %s"
)


@pytest.fixture
def world(db: Connection) -> World:
    world = make_world(db)
    db.execute(EVERY_DAY, (world.account,))
    db.execute("update public.rex_inboxes set daily_cap = 40, spacing_seconds = 0")
    return world


def leads(world: World, count: int) -> dict[str, Any]:
    return {"lead_ids": [str(lead) for lead in reachable(world, count)]}


def reachable(world: World, count: int) -> list[uuid.UUID]:
    """New leads, each with an email address of its own."""
    added = world.add_leads(count)
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select %s, id, 'email', id || '@lead.example', 'legitimate_interest', 'crm' from unnest(%s::uuid[]) as id",
        (world.account, added),
    )
    return added


def ask(path: str, person: uuid.UUID, **body: Any) -> Answer:
    asked = {name: body.pop(name) for name in ("account", "key") if name in body}
    function = {"/missions/estimate": "api.estimate_mission", "/missions": "api.create_mission"}[path]
    return request(function, "POST", f"/api/rex{path}", person=person, body={"type": "lead_reactivation"} | body, **asked)


def estimated(world: World, **body: Any) -> Any:
    answer = ask("/missions/estimate", world.account, **body)
    assert answer.status == 200, answer.body
    return answer.body


def test_caps_of_the_domains_it_would_get_say_how_long_it_takes(world: World) -> None:
    world.add_domain(cap=40, reputation=0.6)
    told = estimated(world, audience=leads(world, 100))
    assert (told["leads"], told["messages"]) == (100, 100)
    assert [day["messages"] for day in told["caps"]["days"]] == [40, 40, 20]
    assert (told["caps"]["domains"], told["caps"]["inboxes"], told["caps"]["unplaced"]) == (1, 1, 0), "one of low reputation is not taken"
    assert (told["time"]["basis"], told["time"]["missions_ahead"]) == ("default", 0)
    assert told["cost"]["messages"] == 100


def test_it_takes_as_many_domains_as_a_claim_would(world: World) -> None:
    for _ in range(3):
        world.db.execute("update public.rex_inboxes set daily_cap = 40 where domain_id = %s", (world.add_domain(),))
    audience = leads(world, 350)
    told = estimated(world, audience=audience)
    world.ask("rex_create_mission", p_type="lead_reactivation", p_audience=audience)
    world.claim()
    assigned = one(world.db, "select count(*) from public.rex_domain_pool where campaign_id = %s", world.campaign)
    assert told["caps"]["domains"] == assigned == 2


def test_what_was_sent_today_and_what_goes_before_it_count(world: World) -> None:
    inbox = one(world.db, "select id from public.rex_inboxes")
    world.db.execute(
        "insert into public.rex_inbox_days (inbox_id, day, user_id, sent, cap) values (%s, rex.account_day(%s, rex.now()), %s, 25, 40)",
        (inbox, world.account, world.account),
    )
    assert [day["messages"] for day in estimated(world, audience=leads(world, 20))["caps"]["days"]] == [15, 5]
    world.create(world.add_leads(10))
    told = estimated(world, audience=leads(world, 20))
    assert (told["time"]["missions_ahead"], told["caps"]["messages_ahead"]) == (1, 10)
    assert [day["messages"] for day in told["caps"]["days"]] == [5, 15]
    assert estimated(world, audience=leads(world, 20), priority=90)["time"]["missions_ahead"] == 0


def test_inbox_that_cannot_send_counts_for_nothing(world: World) -> None:
    world.db.execute("update public.rex_inboxes set paused_at = rex.now()")
    told = estimated(world, audience=leads(world, 3))
    assert (told["caps"]["domains"], told["caps"]["unplaced"], told["time"]["last_send_on"]) == (0, 3, None)


def lone(world: World, **changes: Any) -> dict[str, Any]:
    """An audience of one new lead with these columns."""
    (lead,) = reachable(world, 1)
    for column, value in changes.items():
        world.db.execute(f"update public.rex_leads set {column} = %s where id = %s", (value, lead))
    return {"lead_ids": [str(lead)]}


@pytest.mark.parametrize("scope", ["account", "campaign"])
def test_while_something_above_it_is_paused_nothing_goes_out(world: World, scope: str) -> None:
    audience = leads(world, 3)
    world.ask("rex_pause", p_scope=scope, p_id=None if scope == "account" else world.campaign)
    told = estimated(world, audience=audience)
    assert (told["paused"], told["reachable"], told["caps"]["days"], told["time"]["completes_on"]) == (scope, 3, [], None)


def test_messages_of_a_paused_mission_are_not_ahead(world: World) -> None:
    mission = world.create(world.add_leads(10))
    assert estimated(world, audience=leads(world, 1))["caps"]["messages_ahead"] == 10
    world.ask("rex_pause", p_scope="mission", p_id=mission)
    assert estimated(world, audience=leads(world, 1))["caps"]["messages_ahead"] == 0


def test_leads_that_nothing_can_be_sent_to_count_as_leads_alone(world: World) -> None:
    said, bounced, usable = reachable(world, 3)
    (without,) = world.add_leads(1)
    for lead, reason in ((said, "unsubscribed"), (bounced, "hard_bounced")):
        world.db.execute(
            "insert into public.rex_suppressions (user_id, channel, address_hash, reason)"
            " select user_id, channel, address_hash, %s from public.rex_lead_addresses where lead_id = %s",
            (reason, lead),
        )
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select user_id, lead_id, channel, 'other.' || address, consent_basis, consent_source from public.rex_lead_addresses where lead_id = %s",
        (said,),
    )
    told = estimated(world, audience={"lead_ids": [str(lead) for lead in (said, bounced, usable, without)]})
    assert (told["leads"], told["reachable"], told["messages"]) == (4, 1, 1)
    world.db.execute("update public.rex_accounts set window_start = '09:00', window_end = '10:00' where user_id = %s", (world.account,))
    never = lone(world, time_zones=["Europe/Berlin", "Pacific/Auckland"])
    assert estimated(world, audience=never)["reachable"] == 0, "their hours never meet"


def test_leads_elsewhere_get_it_in_their_own_hours(world: World) -> None:
    world.db.execute("update public.rex_accounts set window_start = '09:00', window_end = '10:00' where user_id = %s", (world.account,))
    noon = one(world.db, "select to_char(rex.now() + interval '3 days', 'YYYY-MM-DD') || 'T12:00:00+00:00'")
    world.db.execute("update public.rex_accounts set time_zone = 'UTC' where user_id = %s", (world.account,))
    days = [
        estimated(world, audience=lone(world, time_zones=zones), not_before=noon)["time"]["first_send_on"]
        for zones in ([], ["America/New_York"])
    ]
    assert (days[0] > noon[:10], days[1]) == (True, noon[:10]), "there it is morning"


def test_frequency_cap_makes_a_step_wait(world: World) -> None:
    world.db.execute(
        "update public.rex_accounts set frequency_cap_messages = 1, frequency_cap_days = 10 where user_id = %s", (world.account,)
    )
    world.db.execute("""update public.rex_campaigns set steps = steps || jsonb_build_array((steps -> 0) || '{"delay_hours": 24}')""")
    told = estimated(world, audience=leads(world, 2))
    first, second = (one(world.db, "select %s::date", day["on"]) for day in told["caps"]["days"])
    assert (told["messages"], (second - first).days) == (4, 10)


def test_leads_who_had_as_much_as_the_cap_allows_are_left_out(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    sending.send()
    audience = {"lead_ids": [str(lead) for lead in sending.leads]}

    def reachable_with(most: int | None) -> Any:
        db.execute("update public.rex_accounts set frequency_cap_messages = %s, frequency_cap_days = 30", (most,))
        return estimated(sending.world, audience=audience)["reachable"]

    assert [reachable_with(most) for most in (1, 2, None)] == [1, 2, 2]
    clock.advance(days=30)
    assert reachable_with(1) == 2


def test_later_start_begins_later(world: World, clock: Clock) -> None:
    first = estimated(world, audience=leads(world, 3))["time"]["first_send_on"]
    later = one(world.db, "select to_char(rex.now() + interval '3 days', 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')")
    seen = estimated(world, audience=leads(world, 3), not_before=later)["time"]["first_send_on"]
    assert one(world.db, "select %s::date - %s::date", seen, first) == 3
    clock.advance(days=3)
    assert estimated(world, audience=leads(world, 3))["time"]["first_send_on"] == seen


def test_own_missions_say_how_long_the_agents_take(world: World) -> None:
    mission = world.create(world.add_leads(4))
    world.db.execute("alter table public.rex_missions disable trigger user")
    world.db.execute(
        "update public.rex_missions set state = 'COMPLETED', ready = false, assigned_at = rex.now(), started_at = rex.now(), finished_at = rex.now(),"
        " active_seconds = 8 where id = %s",
        (mission,),
    )
    told = estimated(world, audience=leads(world, 10))["time"]
    assert (told["agents_seconds"], told["basis"]) == (20, "own_missions")


def test_nothing_is_left_of_it(world: World) -> None:
    audience = leads(world, 5)
    before = snapshot(world.db, world.account)
    assert estimated(world, audience=audience, key="k") == estimated(world, audience=audience, key="k")
    assert snapshot(world.db, world.account) == before
    assert one(world.db, "select count(*) from public.rex_requests where actor = %s", world.account) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"audience": {"lead_ids": ["0192f3a4-5b6c-7d8e-9f01-23456789abcd"]}},
        {"audience": {"import_id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd"}},
        {"audience": {"filter": {"country": "FR"}}},
        {"audience": {"filter": {}}},
        {"audience": None},
        {"type": "icp_extraction"},
        {"type": "domain_rotation"},
        {"campaign_id": "0192f3a4-5b6c-7d8e-9f01-23456789abcd", "audience": {"filter": {"dormant_days": 1}}},
        {"priority": 101},
    ],
)
def test_it_refuses_what_creation_refuses(world: World, body: dict[str, Any]) -> None:
    estimate, creation = (ask(path, world.account, **body) for path in ("/missions/estimate", "/missions"))
    assert estimate.status == creation.status
    assert estimate.status in (404, 422)
    assert estimate.body == creation.body


def test_incomplete_campaign_is_refused_alike(world: World) -> None:
    world.db.execute("update public.rex_campaigns set offer = null")
    audience = leads(world, 1)
    estimate, creation = (ask(path, world.account, audience=audience) for path in ("/missions/estimate", "/missions"))
    assert (estimate.status, estimate.body) == (422, creation.body)


def test_viewer_may_ask_and_a_stranger_may_not(world: World) -> None:
    viewer, stranger = sign_up(world.db), sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, viewer))
    audience = leads(world, 1)
    assert ask("/missions/estimate", viewer, audience=audience, account=world.account).status == 200
    assert ask("/missions/estimate", stranger, audience=audience, account=world.account).status == 403
    assert ask("/missions/estimate", world.account, audience=audience, key=None).status == 400
