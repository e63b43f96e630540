"""Invariant 5: an account that moves its clock gets no second cap for the same day."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.database import Clock, Connection, one
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world
from tests.support.sending_world import make_sending

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata")
DAYS = """
select min(at), count(*) from (
  select at, rex.account_day(%s, at) as day from generate_series(%s, %s, interval '30 minutes') as at) as moments
group by day order by 1
"""


def move(world: World, zone: str) -> None:
    world.ask("rex_update_account", p_changes={"time_zone": zone})


@pytest.mark.parametrize("hour", [0, 23])
@pytest.mark.parametrize("new", ZONES)
@pytest.mark.parametrize("old", ZONES)
def test_no_day_gets_shorter(db: Connection, clock: Clock, old: str, new: str, hour: int) -> None:
    clock.set(MONDAY - timedelta(days=9))
    world = make_world(db)
    move(world, old)
    clock.set(MONDAY + timedelta(hours=hour))
    move(world, new)
    rows = db.execute(DAYS, (world.account, MONDAY - timedelta(days=3), MONDAY + timedelta(days=7))).fetchall()
    assert all(halves >= 48 for _, halves in rows[1:-1]), rows
    assert one(
        db,
        "select (%s at time zone %s)::date = rex.account_day(%s, %s)",
        MONDAY + timedelta(days=4),
        new,
        world.account,
        MONDAY + timedelta(days=4),
    )


def test_day_goes_on_through_every_change_of_the_clock(db: Connection, clock: Clock) -> None:
    clock.set(MONDAY + timedelta(hours=9))
    world = make_world(db)
    day = one(db, "select rex.account_day(%s, rex.now())", world.account)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"):
        move(world, zone)
        assert one(db, "select rex.account_day(%s, rex.now())", world.account) == day
    assert one(db, "select zone_since from public.rex_accounts where user_id = %s", world.account) == MONDAY + timedelta(days=1), (
        "as it was"
    )


def test_moved_clock_gives_no_second_cap(db: Connection, clock: Clock) -> None:
    clock.set(MONDAY + timedelta(hours=12))
    sending = make_sending(db, leads=3)
    db.execute("update public.rex_inboxes set daily_cap = 1")
    sending.write()
    sending.send()
    move(sending.world, "Pacific/Kiritimati")
    for hours in (12, 24, 33.9):
        clock.set(MONDAY + timedelta(hours=hours))
        assert sending.claim() == [], "Monday goes on"
    clock.set(MONDAY + timedelta(hours=34))
    assert len(sending.claim()) == 1
    assert_invariants(db)
