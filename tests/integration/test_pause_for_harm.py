"""A domain that plainly does harm is paused before the hour's reputation says so, and counted anew once a person resumes it."""

import uuid
from typing import Any

import pytest

from tests.support.database import Clock, connect, one
from tests.support.harm import Machine, domain, domain_row, mail, world
from tests.support.invariants import assert_invariants
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World

__all__ = ["domain", "world"]


def pause(world: World, **changed: Any) -> list[str]:
    given = {"p_least_sends": 50, "p_least_events": 3, "p_bounce_rate": 0.05, "p_complaint_rate": 0.003} | changed
    paused: list[str] = world.run("rex_pause_harmful_domains", **given)["paused"]
    return paused


@pytest.mark.parametrize(("kind", "reason"), [("hard_bounced", "hard_bounces"), ("complained", "complaints")])
def test_harm_pauses_a_domain(world: World, domain: uuid.UUID, kind: str, reason: str) -> None:
    mail(world, 60, kind, 3)
    assert pause(world) == [str(domain)]
    assert domain_row(world.db, domain)["paused_at"]
    assert (world.said("error.domain_harms"), world.said("domain.paused")) == (1, 1)
    logged = one(world.db, "select (reason, data ->> 'sends') from public.rex_logs where action = 'pause_for_harm'")
    assert logged == (reason, "60"), "who looks finds why"
    assert pause(world) == []
    assert_invariants(world.db)


@pytest.mark.parametrize(
    ("sent", "kind", "harmed"), [(49, "complained", 3), (60, "complained", 2), (61, "hard_bounced", 3), (60, "soft_bounced", 9)]
)
def test_little_says_nothing(world: World, sent: int, kind: str, harmed: int) -> None:
    mail(world, sent, kind, harmed)
    assert pause(world) == []


def test_of_a_large_number_the_rate_counts(world: World) -> None:
    mail(world, 60, "complained", 3)
    assert pause(world, p_complaint_rate=0.051) == []


def test_resumed_domain_is_judged_by_what_it_sends_then(world: World, clock: Clock, domain: uuid.UUID) -> None:
    mail(world, 60, "complained", 3)
    pause(world)
    world.ask("rex_resume", p_scope="domain", p_id=domain)
    assert pause(world) == []
    clock.advance(minutes=1)
    mail(world, 50, "complained", 3)
    assert pause(world) == [str(domain)]


def test_old_sends_count_no_more(world: World, clock: Clock) -> None:
    sending = mail(world, 60)
    clock.advance(days=8)
    for message in world.db.execute("select id from public.rex_outreach limit 3").fetchall():
        sending.event(message[0], "complained")
    assert pause(world) == []


def test_monitor_pauses_in_its_next_pass(world: World, domain: uuid.UUID, database: str) -> None:
    mail(world, 60, "complained", 3)
    with connect(database) as connection:
        assert Machine(SqlMachinery(connection), Nudged()).watch()["paused"] == 1
    assert domain_row(world.db, domain)["paused_at"]
