"""The answer to a hand-over is taken once, from whoever began it, and a lost answer is never a second message."""

import pytest

from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.sending_world import Sending, make_sending


@pytest.fixture
def sending(db: Connection) -> Sending:
    return make_sending(db)


def test_sent_message_is_settled(sending: Sending) -> None:
    (outreach,) = sending.write()
    sending.send()
    assert sending.row(outreach)["state"] == "sent"
    assert sending.outcome(sending.leads[0]) == "sent"


def test_refused_message_fails_its_lead(sending: Sending) -> None:
    sending.write()
    (lease,) = sending.claim()
    sending.begin(lease)
    assert sending.finish(lease, "refused", p_code="rejected_by_server")["state"] == "refused"
    assert sending.outcome(sending.leads[0]) == "failed"


def test_hard_bounce_at_the_hand_over_suppresses_the_address(sending: Sending) -> None:
    sending.write()
    (lease,) = sending.claim()
    sending.begin(lease)
    sending.finish(lease, "refused", p_code="hard_bounce")
    assert sending.outcome(sending.leads[0]) == "bounced"
    assert one(sending.db, "select reason::text from public.rex_suppressions") == "hard_bounced"


def test_deferred_message_is_tried_three_times(sending: Sending, clock: Clock) -> None:
    (outreach,) = sending.write()
    for state in ("scheduled", "scheduled", "refused"):
        (lease,) = sending.claim()
        assert sending.begin(lease)["begun"]
        assert sending.finish(lease, "deferred", p_code="greylisted")["state"] == state
        assert sending.claim() == []
        clock.advance(hours=5)
    assert sending.row(outreach)["attempts"] == 3


def test_crash_after_the_beginning_leaves_it_unknown_and_never_sends_again(sending: Sending, clock: Clock) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    sending.begin(lease)
    clock.advance(minutes=5)
    assert sending.world.run("rex_recover_outreach") == {"freed": 0, "unknown": 1}
    assert sending.outcome(sending.leads[0]) == "unknown"
    clock.advance(days=2)
    assert sending.claim() == []
    assert sending.finish(lease)["state"] == "sent", "the answer is taken although the lease ended"
    assert sending.row(outreach)["state"] == "sent"
    assert sending.outcome(sending.leads[0]) == "sent"


def test_late_refusal_ends_as_one_in_time(sending: Sending, clock: Clock) -> None:
    _, (second,) = sending.write(), sending.write(step=2)
    (lease,) = sending.claim()
    sending.begin(lease)
    clock.advance(minutes=5)
    sending.world.run("rex_recover_outreach")
    assert sending.finish(lease, "refused", p_code="content_refused")["state"] == "refused"
    assert (sending.outcome(sending.leads[0]), sending.row(second)["state"]) == ("failed", "cancelled")


def test_deferred_message_of_a_mission_cancelled_meanwhile_is_cancelled(sending: Sending) -> None:
    (outreach,) = sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["begun"]
    sending.world.ask("rex_cancel_mission", p_account=None, p_mission_id=sending.mission)
    assert sending.finish(lease, "deferred", p_code="greylisted")["state"] == "cancelled"
    assert (sending.row(outreach)["state"], sending.outcome(sending.leads[0])) == ("cancelled", "cancelled")
    assert_invariants(sending.db)


def test_lease_that_ended_before_the_beginning_is_freed(sending: Sending, clock: Clock) -> None:
    sending.write()
    sending.claim()
    clock.advance(minutes=5)
    assert sending.world.run("rex_recover_outreach") == {"freed": 1, "unknown": 0}
    assert len(sending.claim()) == 1


def test_second_step_follows_the_hand_over_of_the_first(sending: Sending, clock: Clock) -> None:
    (first,), (second,) = sending.write(), sending.write(step=2, delay_hours=72)
    lease = sending.send()
    clock.advance(hours=71)
    assert sending.claim() == []
    clock.advance(hours=2)
    (follow_up,) = sending.claim()
    assert (follow_up["outreach_id"], follow_up["inbox_id"]) == (str(second), lease["inbox_id"])
    message = sending.begin(follow_up)["message"]
    assert message["references"] == [sending.row(first)["message_id"]]


def test_second_step_is_cancelled_when_the_first_is_refused(sending: Sending) -> None:
    _, (second,) = sending.write(), sending.write(step=2)
    (lease,) = sending.claim()
    sending.begin(lease)
    sending.finish(lease, "refused", p_code="rejected_by_server")
    assert sending.row(second)["state"] == "cancelled"
    assert sending.outcome(sending.leads[0]) == "failed"


def test_message_that_could_not_go_out_in_time_expires(sending: Sending, clock: Clock) -> None:
    (outreach,) = sending.write()
    sending.world.db.execute("update public.rex_inboxes set checked_version = null")
    sending.world.run("rex_watch_missions")
    clock.advance(days=15)
    assert sending.world.run("rex_expire_outreach") == {"expired": 1}
    assert sending.row(outreach)["reason"] == "expired"
