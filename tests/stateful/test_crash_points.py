"""A process that dies at any command of the main job, before or after it took effect, loses nothing and sends nothing twice."""

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rex.domain.messages import HandOver, Held, Inbox, Mail, always_held
from tests.support.actors import Actors, Mailbox, add_people, make_campaign_world
from tests.support.database import Clock, Connection, connect
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery
from tests.support.mission_world import World

LEADS = 3
MOST_ROUNDS = 12


class Crash(BaseException):
    """The process is gone."""


class DyingMachinery(SqlMachinery):
    """Counts what it is asked, and dies at one of them."""

    asked = 0
    dies_at: int | None = None
    after = False

    def call(self, function: str, **arguments: Any) -> Any:
        self.asked += 1
        if self.asked != self.dies_at:
            return super().call(function, **arguments)
        if self.after:
            super().call(function, **arguments)
        raise Crash(function)


class DyingMailbox(Mailbox):
    """Dies while it hands a message over."""

    def __init__(self, dies_at: int, after: bool) -> None:
        super().__init__()
        self.dies_at, self.after = dies_at, after

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        self.dies_at -= 1
        if self.dies_at:
            return super().hand_over(message, inbox, held)
        if self.after:
            super().hand_over(message, inbox, held)
        raise Crash("hand_over")


@pytest.fixture
def machinery(database: str) -> Iterator[DyingMachinery]:
    with connect(database) as connection:
        yield DyingMachinery(connection)


@pytest.fixture
def world(db: Connection) -> World:
    return make_campaign_world(db)


def run_to_the_end(world: World, mission: uuid.UUID, actors: Actors, clock: Clock) -> None:
    """Every function again and again, leases running out in between, until the mission is final."""
    for _ in range(MOST_ROUNDS):
        for run in actors.runs.values():
            run()
        if world.mission(mission)["finished_at"]:
            return
        clock.advance(minutes=3)


def live_and_die(world: World, actors: Actors, clock: Clock) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A mission under actors one of which may die."""
    people = add_people(world, LEADS)
    mission = world.create(people)
    try:
        run_to_the_end(world, mission, actors, clock)
    except Crash:
        clock.advance(minutes=3)
    return mission, people


def assert_ended_well(world: World, mission: uuid.UUID, people: list[uuid.UUID], mailbox: Mailbox, point: str) -> None:
    got = Counter(address for address, _ in mailbox.received)
    row = world.mission(mission)
    assert row["state"] == "COMPLETED", f"after a death {point}: {row['state']} {row['error_code']}"
    assert max(got.values(), default=0) <= 1, f"after a death {point} somebody got a second message"
    outcomes: dict[uuid.UUID, str] = dict(
        world.db.execute("select lead_id, outcome::text from public.rex_mission_leads where mission_id = %s", (mission,)).fetchall()
    )
    for person in people:
        received = got[f"{person}@lead.example"]
        assert outcomes[person] == ("sent" if received else "unknown") or (outcomes[person], received) == ("unknown", 1), (
            f"{point}: {outcomes}"
        )
    unknown = sum(outcome == "unknown" for outcome in outcomes.values())
    assert unknown <= 1, f"after a death {point} {unknown} messages are unknown"
    assert_invariants(world.db)


def test_without_a_crash_everybody_gets_one_message(world: World, machinery: DyingMachinery, clock: Clock) -> None:
    mailbox = Mailbox()
    mission, people = live_and_die(world, Actors(machinery, mailbox), clock)
    assert len(mailbox.received) == LEADS
    assert_ended_well(world, mission, people, mailbox, "never")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_death_at_any_command(world: World, machinery: DyingMachinery, clock: Clock, after: bool) -> None:
    live_and_die(world, Actors(machinery, Mailbox()), clock)
    commands = machinery.asked
    assert commands > 20
    for point in range(1, commands + 1):
        mailbox = Mailbox()
        machinery.asked, machinery.dies_at, machinery.after = 0, point, after
        mission, people = live_and_die(world, Actors(machinery, mailbox), clock)
        machinery.dies_at = None
        run_to_the_end(world, mission, Actors(machinery, mailbox), clock)
        assert_ended_well(world, mission, people, mailbox, f"at command {point}")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, LEADS + 1))
def test_death_in_a_hand_over(world: World, machinery: DyingMachinery, clock: Clock, number: int, after: bool) -> None:
    mailbox = DyingMailbox(number, after)
    mission, people = live_and_die(world, Actors(machinery, mailbox), clock)
    run_to_the_end(world, mission, Actors(machinery, mailbox), clock)
    assert len(mailbox.received) == LEADS - (not after)
    assert_ended_well(world, mission, people, mailbox, f"in hand-over {number}")
