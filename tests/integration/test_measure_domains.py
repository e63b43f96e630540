"""One reputation value per domain and hour: as of the full hour, so late or doubled it is the same."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, Connection, one
from tests.support.harm import domain, domain_row, mail, next_hour, world
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World

__all__ = ["domain", "world"]


def values(world: World) -> list[tuple[Any, ...]]:
    rows = world.db.execute(
        "select to_char(at at time zone 'UTC', 'HH24:MI'), value::float, round(sends, 2)::float, round(bounces, 2)::float"
        " from public.rex_domain_reputations order by at"
    )
    return rows.fetchall()


def test_each_hour_has_one_value(world: World, clock: Clock, domain: uuid.UUID) -> None:
    assert world.run("rex_measure_domains") == {"at": "2026-11-24T10:00:00+00:00", "measured": 1}
    assert world.run("rex_measure_domains")["measured"] == 0
    mail(world, 20, "hard_bounced", 4)
    next_hour(clock)
    world.run("rex_measure_domains")
    assert [row[0] for row in values(world)] == ["10:00", "11:00"]
    assert values(world)[0][2:] == (0, 0)
    assert values(world)[1][2:] == pytest.approx((19.9, 3.98), abs=0.03), "an hour old, so they weigh a little less"
    assert domain_row(world.db, domain)["reputation"] == values(world)[1][1]
    assert_invariants(world.db)


def test_late_value_is_the_one_of_its_hour(world: World, clock: Clock) -> None:
    sending = mail(world, 30, "hard_bounced", 2)
    next_hour(clock)
    expected = one(world.db, "select rex.reputation_of(rex.domain_signals(id, '2026-11-24 11:00+00'))::float from public.rex_domain_pool")
    clock.advance(minutes=50)
    for message in world.db.execute("select id from public.rex_outreach offset 10 limit 10").fetchall():
        sending.event(message[0], "hard_bounced")
    mail(world, 10)
    world.run("rex_measure_domains")
    assert values(world)[0][:2] == ("11:00", expected), "what came after the full hour belongs to the next value"


def test_change_is_announced_once(world: World, clock: Clock) -> None:
    world.run("rex_measure_domains")
    assert world.said("domain.health") == 1, "0.9 was never earned"
    next_hour(clock)
    world.run("rex_measure_domains")
    assert world.said("domain.health") == 1, "nothing changed"


def test_batches_are_bounded_and_longest_unmeasured_first(world: World, clock: Clock) -> None:
    for _ in range(4):
        world.add_domain()
    assert [world.run("rex_measure_domains", p_limit=2)["measured"] for _ in range(4)] == [2, 2, 1, 0]
    next_hour(clock)
    newest = world.add_domain()
    world.run("rex_measure_domains", p_limit=1)
    assert domain_row(world.db, newest)["measured_at"] is not None


def test_domains_nobody_took_or_verified_are_not_measured(db: Connection, world: World) -> None:
    db.execute("update public.rex_domain_pool set status = 'pending_verification'")
    db.execute(
        "insert into public.rex_domain_pool (domain, tier, status, verified_at) values ('free.example', 'prewarmed', 'active', rex.now())"
    )
    assert world.run("rex_measure_domains")["measured"] == 0


def test_resting_domain_is_measured_on(world: World, domain: uuid.UUID) -> None:
    world.db.execute("update public.rex_domain_pool set status = 'rotated', rotated_at = rex.now() where id = %s", (domain,))
    assert world.run("rex_measure_domains")["measured"] == 1
