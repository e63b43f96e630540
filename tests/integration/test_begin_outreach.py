"""A message begins only when nothing speaks against it at that moment."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rex.domain.addresses import address_hash
from rex.domain.states import Channel
from tests.support.database import Clock, Connection, one, refused
from tests.support.import_world import Imports, row
from tests.support.rival import Rival
from tests.support.sending_world import Sending, add_mission, make_sending


@pytest.fixture
def sending(db: Connection) -> Sending:
    return make_sending(db)


def test_message_begins_once(sending: Sending) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    begun = sending.begin(lease)
    assert begun["begun"]
    assert begun["message"]["message_id"].startswith(f"<{outreach}@")
    assert sending.row(outreach)["state"] == "sending"
    assert sending.begin(lease)["code"] == "stale"
    assert sending.claim() == []


def test_repeated_request_hands_nothing_over(sending: Sending) -> None:
    sending.write()
    (lease,) = sending.claim()
    arguments = {"p_request_id": "one", "p_outreach_id": lease["outreach_id"], "p_fence": lease["fence"]}
    assert sending.world.run("rex_begin_outreach", **arguments)["begun"]
    assert sending.world.run("rex_begin_outreach", **arguments) == {"begun": False, "code": "repeat", "state": "sending"}


def test_old_fence_begins_nothing(sending: Sending, clock: Clock) -> None:
    sending.write()
    (old,) = sending.claim()
    clock.advance(minutes=2)
    (new,) = sending.claim()
    assert sending.begin(old)["code"] == "stale"
    assert sending.begin(new)["begun"]


@pytest.mark.parametrize("scope", ["account", "campaign", "mission", "domain", "inbox"])
def test_pause_in_any_scope_stops_a_leased_message(sending: Sending, scope: str) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    target = {
        "account": sending.world.account,
        "campaign": sending.world.campaign,
        "mission": sending.mission,
        "domain": one(sending.db, "select id from public.rex_domain_pool"),
        "inbox": lease["inbox_id"],
    }[scope]
    sending.world.ask("rex_pause", p_account=None, p_scope=scope, p_id=target)
    assert sending.begin(lease)["code"] == "paused"
    assert sending.claim() == []
    sending.world.ask("rex_resume", p_account=None, p_scope=scope, p_id=target)
    assert sending.send()["outreach_id"] == str(outreach)


@pytest.mark.parametrize(
    ("obstacle", "code", "outcome"),
    [
        (
            "insert into public.rex_suppressions select user_id, channel, address_hash, 'hard_bounced' from public.rex_lead_addresses",
            "suppressed",
            "suppressed",
        ),
        ("delete from public.rex_lead_addresses", "address_removed", "cancelled"),
        ("update public.rex_leads set removed_at = rex.now()", "lead_removed", "cancelled"),
    ],
)
def test_what_arrives_between_writing_and_sending_stops_the_message(sending: Sending, obstacle: str, code: str, outcome: str) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    sending.db.execute(obstacle)
    assert sending.begin(lease)["code"] == code
    assert sending.row(outreach)["state"] == "cancelled"
    assert sending.outcome(sending.leads[0]) == outcome


@pytest.mark.parametrize(
    ("reason", "begins"), [("unsubscribed", False), ("complained", False), ("opted_out", False), ("manual", False), ("hard_bounced", True)]
)
def test_what_a_person_said_counts_at_an_address_that_became_theirs_later(sending: Sending, reason: str, begins: bool) -> None:
    sending.write()
    (lease,) = sending.claim()
    known, later = one(sending.db, "select address from public.rex_lead_addresses"), "ann@elsewhere.example"
    sending.world.ask("rex_add_suppressions", p_channel="email", p_hashes=[address_hash(Channel.EMAIL, later)], p_reason=reason)
    Imports(sending.world).take(row(2, known, later))
    assert sending.begin(lease)["begun"] is begins


def test_message_that_cannot_say_who_sends_it_waits_until_it_can(sending: Sending) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    sending.world.ask("rex_update_campaign", p_campaign_id=sending.world.campaign, p_changes={"sender_name": None})
    assert sending.begin(lease)["code"] == "details_missing"
    assert sending.claim() == []
    sending.world.ask("rex_update_campaign", p_campaign_id=sending.world.campaign, p_changes={"sender_name": "Jo"})
    assert sending.send()["outreach_id"] == str(outreach)


def test_person_whose_hours_never_come_waits_for_a_person_and_stands_before_nobody(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    first, second = sorted(sending.leads)
    db.execute("update public.rex_leads set time_zones = '{America/Los_Angeles,America/New_York}' where id = %s", (first,))
    db.execute("update public.rex_leads set time_zones = '{America/New_York}' where id = %s", (second,))
    clock.set(datetime(2026, 11, 24, 14, 30, tzinfo=UTC))
    never, _ = sending.write()
    later, _ = sending.write(step=2)
    sending.world.ask(
        "rex_update_campaign", p_campaign_id=sending.world.campaign, p_changes={"window_start": "09:00", "window_end": "11:00"}
    )
    begun = [sending.begin(lease) for lease in sending.claim()]
    assert sorted(answer.get("code", "begun") for answer in begun) == ["begun", "no_permitted_hours"]
    assert [sending.row(each)["state"] for each in (never, later)] == ["held", "held"]
    assert (sending.outcome(first), sending.claim()) == ("held", [])
    sending.world.ask("rex_update_campaign", p_campaign_id=sending.world.campaign, p_changes={"window_end": "15:00"})
    sending.world.ask("rex_release_outreach", p_mission_id=sending.mission, p_action="release")
    clock.set(datetime(2026, 11, 24, 17, 30, tzinfo=UTC))
    assert sending.send()["outreach_id"] == str(never)


@pytest.mark.parametrize("paused", ["own", "other"])
def test_follow_up_and_first_touches_of_another_campaign_share_an_inbox_whichever_is_paused(sending: Sending, paused: str) -> None:
    sending.write()
    (follow_up,) = sending.write(step=2)
    sending.send()
    world, own = sending.world, sending.world.campaign
    sending.collect()
    other = world.add_campaign()
    sending.db.execute("update public.rex_domain_pool set campaign_id = %s", (other,))
    mission = world.create(sending.leads, p_campaign_id=str(other))
    world.claim()
    world.plan(mission, agents=1)
    world.run("rex_claim_tasks", p_worker="test", p_limit=100, p_lease_seconds=900)
    (first_touch,) = replace(sending, world=replace(world, campaign=other), mission=mission).write()
    world.ask("rex_pause", p_scope="campaign", p_id=own if paused == "own" else other)
    assert [lease["outreach_id"] for lease in sending.claim(limit=1)] == [str(first_touch if paused == "own" else follow_up)]


def test_account_whose_messages_are_not_due_takes_nobodys_turn(sending: Sending) -> None:
    later = make_sending(sending.db)
    sending.write()
    later.write()
    sending.db.execute("update public.rex_outreach set due_at = due_at + interval '1 day' where user_id = %s", (later.world.account,))
    turns = {one(sending.db, "select rex.accounts_to_send(1, rex.now())") for _ in range(20)}
    assert turns == {sending.world.account}


def test_cancelled_mission_begins_nothing(sending: Sending) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    sending.world.ask("rex_cancel_mission", p_account=None, p_mission_id=sending.mission)
    assert not sending.begin(lease)["begun"]
    assert sending.row(outreach)["state"] == "cancelled"


def test_outside_the_hours_it_waits_for_the_next_ones(sending: Sending, clock: Clock) -> None:
    sending.db.execute("update public.rex_accounts set window_start = '09:00', window_end = '17:00', window_days = '{1,2,3,4,5}'")
    sending.db.execute("update public.rex_leads set time_zones = '{Europe/Berlin}'")
    clock.set(datetime(2026, 11, 24, 18, 0, tzinfo=UTC))
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["code"] == "outside_hours"
    assert sending.row(outreach)["due_at"].startswith("2026-11-25T08:00:00")
    clock.set(datetime(2026, 11, 25, 8, 0, 1, tzinfo=UTC))
    assert sending.send()["outreach_id"] == str(outreach)


def test_frequency_cap_holds_over_missions(sending: Sending, clock: Clock) -> None:
    sending.db.execute("update public.rex_accounts set frequency_cap_messages = 1, frequency_cap_days = 30")
    sending.write()
    sending.send()
    other = add_mission(sending.world, sending.leads)
    (second,) = other.write()
    (lease,) = other.claim()
    assert other.begin(lease)["code"] == "frequency_cap"
    assert other.claim() == []
    clock.advance(days=31)
    assert other.send()["outreach_id"] == str(second)


def test_second_step_waits_for_the_frequency_cap_and_then_for_the_hours(sending: Sending, clock: Clock) -> None:
    sending.db.execute(
        "update public.rex_accounts set frequency_cap_messages = 1, frequency_cap_days = 4, window_start = '09:00', window_end = '17:00',"
        " window_days = '{1,2,3,4,5}'"
    )
    sending.db.execute("update public.rex_leads set time_zones = '{Europe/Berlin}'")
    clock.set(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    _, (second,) = sending.write(), sending.write(step=2, delay_hours=3)
    sending.send()
    assert sending.row(second)["due_at"].startswith("2026-11-25T08:00:00"), "the evening is not permitted"
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    (lease,) = sending.claim()
    assert sending.begin(lease)["code"] == "frequency_cap"
    assert sending.row(second)["due_at"].startswith("2026-11-30T08:00:00"), "the cap frees on a Saturday"
    clock.set(datetime(2026, 11, 30, 8, 0, 1, tzinfo=UTC))
    assert sending.send()["outreach_id"] == str(second)


def test_day_of_the_cap_is_the_accounts(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
    sending = make_sending(db, leads=2)
    db.execute("update public.rex_accounts set time_zone = 'Asia/Tokyo'")
    db.execute("update public.rex_inboxes set daily_cap = 1")
    sending.write()
    sending.send()
    assert sending.claim() == []
    clock.set(datetime(2026, 11, 24, 15, 0, 1, tzinfo=UTC))
    assert len(sending.claim()) == 1, "in Tokyo the next day has begun"


def test_inbox_stops_at_its_cap_until_the_next_day(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    sending = make_sending(db, leads=3)
    db.execute("update public.rex_inboxes set daily_cap = 2")
    sending.write()
    leases = sending.claim()
    assert len(leases) == 2
    for lease in leases:
        assert sending.begin(lease)["begun"]
        sending.finish(lease)
    assert sending.claim() == []
    clock.set(datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC))
    assert len(sending.claim()) == 1


def test_leased_message_above_a_lowered_cap_is_given_back(db: Connection) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    first, second = sending.claim()
    assert sending.begin(first)["begun"]
    db.execute("update public.rex_inboxes set daily_cap = 1")
    assert sending.begin(second)["code"] == "cap"


def test_warming_inbox_follows_the_ramp(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    sending = make_sending(db, leads=30)
    db.execute("update public.rex_inboxes set warmed_at = null, warmup_started_at = rex.now()")
    sending.write()
    for day, expected in [(24, 5), (25, 7), (26, 9)]:
        clock.set(datetime(2026, 11, day, 11, 0, tzinfo=UTC))
        leases = sending.claim()
        assert len(leases) == expected, f"on day {day} of the ramp"
        for lease in leases:
            assert sending.begin(lease)["begun"]
            sending.finish(lease)


def test_inbox_keeps_its_distance_between_two_sends(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=2)
    db.execute("update public.rex_inboxes set spacing_seconds = 300")
    sending.write()
    sending.send()
    assert sending.claim() == []
    clock.advance(seconds=601)
    assert len(sending.claim()) == 1


def test_unchecked_inbox_sends_nothing(sending: Sending) -> None:
    sending.write()
    (lease,) = sending.claim()
    sending.db.execute("update public.rex_inboxes set login_version = 2")
    assert sending.begin(lease)["code"] == "inbox_unusable"
    assert sending.claim() == []


def test_unknown_message_is_refused(sending: Sending) -> None:
    with refused(404, "outreach_not_found"):
        sending.world.run("rex_begin_outreach", p_outreach_id=uuid.uuid4(), p_fence=1)


@pytest.mark.parametrize("scope", ["account", "campaign", "mission", "domain", "inbox"])
def test_hand_over_that_meets_a_pause_waits_for_it_and_does_not_begin(sending: Sending, rival: Rival, scope: str) -> None:
    (outreach,) = sending.write()
    sending.collect()
    (lease,) = sending.claim()
    target = {
        "account": sending.world.account,
        "campaign": sending.world.campaign,
        "mission": sending.mission,
        "domain": one(sending.db, "select id from public.rex_domain_pool"),
        "inbox": lease["inbox_id"],
    }[scope]
    with sending.db.transaction():
        sending.world.ask("rex_pause", p_scope=scope, p_id=target)
        begun = rival.run("rex_begin_outreach", p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])
    assert begun.result() == {"begun": False, "code": "paused", "state": "scheduled"}
    sending.world.ask("rex_resume", p_scope=scope, p_id=target)
    assert sending.send()["outreach_id"] == str(outreach)


def test_hand_over_that_meets_a_cancel_waits_for_it_and_does_not_begin(sending: Sending, rival: Rival) -> None:
    sending.write()
    (lease,) = sending.claim()
    with sending.db.transaction():
        assert sending.world.ask("rex_cancel_mission", p_mission_id=sending.mission)["cancelled"] == 1
        begun = rival.run("rex_begin_outreach", p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])
    assert begun.result() == {"begun": False, "code": "stale", "state": "cancelled"}


def test_two_that_begin_a_message_at_once_begin_it_once(sending: Sending, rival: Rival) -> None:
    sending.write()
    (lease,) = sending.claim()
    with sending.db.transaction():
        assert sending.begin(lease)["begun"]
        again = rival.run("rex_begin_outreach", p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])
    assert again.result() == {"begun": False, "code": "stale", "state": "sending"}
