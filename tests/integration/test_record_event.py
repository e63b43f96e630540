"""What happens to a message is applied once each, in any order, also after its mission ended."""

import itertools
from typing import Any

import pytest

from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.sending_world import Sending, add_mission, make_sending


@pytest.fixture
def sending(db: Connection) -> Sending:
    return make_sending(db)


def test_reply_cancels_the_unsent_messages_of_every_mission(sending: Sending) -> None:
    _, (second,) = sending.write(), sending.write(step=2)
    sent = sending.send()["outreach_id"]
    (elsewhere,) = add_mission(sending.world, sending.leads).write()
    assert sending.event(sent, "replied") == {"applied": True, "outcome": "replied"}
    assert [sending.row(row)["state"] for row in (second, elsewhere)] == ["cancelled", "cancelled"]


def test_automatic_reply_changes_nothing(sending: Sending) -> None:
    _, (second,) = sending.write(), sending.write(step=2)
    sent = sending.send()["outreach_id"]
    assert sending.event(sent, "auto_replied")["outcome"] == "sent"
    assert sending.row(second)["state"] == "scheduled"


@pytest.mark.parametrize("kind", ["unsubscribed", "complained"])
def test_opt_out_suppresses_all_addresses_of_the_person(sending: Sending, kind: str) -> None:
    sending.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select user_id, id, 'sms', '+4915112345678', 'consent', 'form' from public.rex_leads"
    )
    sending.write()
    sent = sending.send()["outreach_id"]
    sending.event(sent, kind)
    assert one(sending.db, "select count(*) from public.rex_suppressions where reason::text = %s", kind) == 2
    assert sending.outcome(sending.leads[0]) == "unsubscribed"


@pytest.mark.parametrize("stage", ["COLLECTING", "COMPLETED"])
@pytest.mark.parametrize(
    ("kind", "outcome", "suppressed"),
    [("hard_bounced", "bounced", 1), ("replied", "replied", 0), ("complained", "unsubscribed", 1), ("unsubscribed", "unsubscribed", 1)],
)
def test_result_counts_while_collecting_and_after_completion(
    sending: Sending, clock: Clock, stage: str, kind: str, outcome: str, suppressed: int
) -> None:
    sending.write()
    sent = sending.send()["outreach_id"]
    sending.collect()
    if stage == "COMPLETED":
        clock.advance(days=4)
        for state in ("ANALYZING", "COMPLETED"):
            assert sending.world.advance(sending.mission, state)["moved"]
    sending.event(sent, kind)
    assert sending.world.mission(sending.mission)["state"] == stage
    assert sending.outcome(sending.leads[0]) == outcome
    assert one(sending.db, "select count(*) from public.rex_suppressions") == suppressed
    assert_invariants(sending.db)


def test_same_event_counts_once(sending: Sending) -> None:
    sending.write()
    sent = sending.send()["outreach_id"]
    assert sending.event(sent, "delivered", "e1")["applied"] is True
    assert sending.event(sent, "delivered", "e1")["applied"] is False
    assert one(sending.db, "select count(*) from public.rex_outreach_events") == 1


KINDS = ["delivered", "hard_bounced", "replied", "unsubscribed"]


def test_any_order_of_events_ends_the_same(db: Connection) -> None:
    orders = list(itertools.permutations(KINDS))
    sending = make_sending(db, leads=len(orders))
    sending.write()
    ends: set[tuple[Any, ...]] = set()
    for lease, order in zip(sending.claim(limit=len(orders)), orders, strict=True):
        sending.begin(lease)
        sending.finish(lease)
        for kind in (*order, *order):
            sending.event(lease["outreach_id"], kind, f"{lease['outreach_id']}:{kind}")
        ends.add((
            sending.row(lease["outreach_id"])["state"],
            one(db, "select outcome::text from public.rex_mission_leads ml join public.rex_outreach o using (mission_id, lead_id) where o.id = %s",
                lease["outreach_id"]),
            one(db, "select count(*) from public.rex_suppressions s join public.rex_outreach o using (address_hash) where o.id = %s", lease["outreach_id"]),
        ))  # fmt: skip
    assert ends == {("sent", "unsubscribed", 1)}
