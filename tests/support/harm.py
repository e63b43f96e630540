"""Domains that did harm, and the machinery that does something about it."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from rex.domain.agents import run_agent
from rex.usecases.monitor_missions import monitor_missions
from rex.usecases.rotate_domains import rotate_domains
from rex.usecases.run_tasks import Worker, run_tasks
from rex.usecases.schedule_missions import schedule_missions
from rex.usecases.watch_domains import measure_domains, pause_harmful_domains
from tests.support.actors import add_people
from tests.support.database import Clock, Connection, one
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, add_mission, open_all_hours


@pytest.fixture
def world(db: Connection, clock: Clock) -> World:
    """An account that may send at any hour, five minutes past one."""
    clock.set(datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    world = make_world(db)
    open_all_hours(world)
    return world


@pytest.fixture
def domain(world: World) -> uuid.UUID:
    """The domain that does the harm."""
    found: uuid.UUID = one(world.db, "select id from public.rex_domain_pool where user_id = %s", world.account)
    return found


@dataclass(frozen=True)
class Machine:
    """The machinery over a connection of its own."""

    commands: SqlMachinery
    nudge: Nudged

    def watch(self) -> dict[str, Any]:
        """What is done about domains."""
        paused = pause_harmful_domains(machinery=self.commands)
        measured = measure_domains(machinery=self.commands, nudge=self.nudge)
        return paused | measured | rotate_domains(machinery=self.commands, nudge=self.nudge)

    def monitor(self) -> dict[str, Any]:
        return monitor_missions(machinery=self.commands, nudge=self.nudge)

    def work(self) -> None:
        """Claim, plan and run whatever may start, also what a test claimed before."""
        schedule_missions(machinery=self.commands, nudge=self.nudge)
        self.monitor()
        worker = Worker(name="w", machinery=self.commands, run_agent=run_agent, draw_luck=random.random)
        run_tasks(worker, seconds_left=all_the_time, nudge=self.nudge)


def next_hour(clock: Clock) -> None:
    """A minute past the next full hour."""
    clock.set(one(clock.connection, "select date_trunc('hour', rex.now(), 'UTC') + interval '61 minutes'"))


def add_import(world: World, leads: list[uuid.UUID]) -> uuid.UUID:
    """The file these people came from."""
    found: uuid.UUID = one(
        world.db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, 'f', %s) returning id",
        world.account, world.account, uuid.uuid4().hex,
    )  # fmt: skip
    world.db.execute("update public.rex_leads set import_id = %s where id = any (%s)", (found, leads))
    return found


def mail(world: World, count: int, kind: str | None = None, harmed: int = 0, imported: bool = False) -> Sending:
    """A mission that wrote to so many people, and what came of it for some of them."""
    people = add_people(world, count)
    if imported:
        add_import(world, people)
    sending = add_mission(world, people)
    outreach = sending.write()
    for lease in sending.claim():
        assert sending.begin(lease)["begun"]
        sending.finish(lease)
    for message in outreach[:harmed]:
        sending.event(message, kind or "")
    return sending


def domain_row(db: Connection, domain: uuid.UUID) -> Any:
    return one(db, "select to_jsonb(d) from public.rex_domain_pool d where id = %s", domain)
