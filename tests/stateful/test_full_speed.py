"""Schedulers, workers, senders and a monitor at full speed, while people pause, resume and cancel and recipients answer.

After an acknowledged pause or cancel no hand-over begins in its scope, no command dies of a deadlock, and every invariant holds.
"""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from rex.domain.harm import LEAST_EVENTS
from tests.support.actors import Actors, Mailbox, add_people, make_campaign_world
from tests.support.database import Clock, Connection, connect, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery
from tests.support.mission_world import World

CREW = {"schedule": 2, "work": 2, "send": 2, "monitor": 1}
PATIENCE_SECONDS = 30.0
BEGUN_SINCE = (
    "select count(*) from public.rex_outreach where begun_at > %s and"
    " case %s when 'account' then user_id when 'campaign' then campaign_id when 'mission' then mission_id"
    " when 'domain' then domain_id when 'inbox' then inbox_id end = %s"
)


@dataclass
class Crowd:
    """Actors that run until told to stop; whatever one raises is kept."""

    url: str
    mailbox: Mailbox = field(default_factory=lambda: Mailbox(seconds=0.02))
    stopped: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)
    runs: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        names = [name for name, count in CREW.items() for _ in range(count)]
        threads = [threading.Thread(target=self._repeat, args=(name,)) for name in names]
        threads.append(threading.Thread(target=self._answer))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)

    def wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        """An error of anybody ends the wait."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition() and not self.errors:
            assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} seconds in vain for {what}; runs {self.runs}"
            self.stopped.wait(0.01)

    def wait_for_messages(self, wanted: int) -> None:
        self.wait_until(f"{wanted} messages", lambda: len(self.mailbox.received) >= wanted)

    def let_work(self) -> None:
        """Until everybody had their chance: some messages went out, or the senders looked again and again in vain."""
        sent, looked = len(self.mailbox.received) + 8, self.runs["send"] + 4
        self.wait_until("senders", lambda: len(self.mailbox.received) >= sent or self.runs["send"] >= looked)

    def _repeat(self, name: str) -> None:
        with connect(self.url) as connection:
            self._until_stopped(name, Actors(SqlMachinery(connection), self.mailbox).runs[name])

    def _answer(self) -> None:
        """Recipients: some of what arrived is answered or unsubscribed from; too little bounces or annoys for a domain to be paused for it."""
        with connect(self.url) as connection:
            machinery = SqlMachinery(connection)
            luck = random.Random(7)
            harms = ["hard_bounced", "complained"] * (LEAST_EVENTS - 1)

            def answer_one() -> None:
                with self.mailbox.lock:
                    received = luck.choice(self.mailbox.received)[1] if self.mailbox.received else None
                if received:
                    kind = luck.choice(["delivered", "replied", "unsubscribed", *harms])
                    if kind in harms:
                        harms.remove(kind)
                    machinery.command(
                        "rex_record_event", p_outreach_id=received.strip("<").partition("@")[0], p_kind=kind, p_source="test",
                        p_source_id=f"{received}:{kind}", p_occurred_at="2026-01-01T00:00:00Z",
                    )  # fmt: skip
                self.stopped.wait(0.02)

            self._until_stopped("answer", answer_one)

    def _until_stopped(self, name: str, run: Callable[[], object]) -> None:
        try:
            while not self.stopped.is_set():
                run()
                self.runs[name] += 1
        except BaseException as error:
            self.errors.append(error)
            self.stopped.set()


@dataclass(frozen=True)
class Scene:
    db: Connection
    worlds: list[World]
    missions: dict[uuid.UUID, list[uuid.UUID]]
    crowd: Crowd


@pytest.fixture
def scene(db: Connection, database: str) -> Scene:
    """Two accounts whose missions share people, so that an answer to one message concerns another mission too."""
    worlds, missions = [make_campaign_world(db, domains=2) for _ in range(2)], {}
    for world in worlds:
        people = add_people(world, 160)
        missions[world.account] = [world.create(people[start : start + 120]) for start in (0, 20, 40)]
    return Scene(db, worlds, missions, Crowd(database))


def target(scene: Scene, world: World, scope: str) -> uuid.UUID:
    if scope in ("domain", "inbox"):
        table = "rex_domain_pool" if scope == "domain" else "rex_inboxes"
        row = scene.db.execute(f"select id from public.{table} where user_id = %s order by random() limit 1", (world.account,)).fetchone()
        assert row is not None
        return uuid.UUID(str(row[0]))
    return {"account": world.account, "campaign": world.campaign, "mission": random.choice(scene.missions[world.account])}[scope]


def begun_since(scene: Scene, moment: Any, scope: str, id_: uuid.UUID) -> int:
    count: int = one(scene.db, BEGUN_SINCE, moment, scope, id_)
    return count


def run_to_the_end(scene: Scene, clock: Clock) -> None:
    with connect(scene.crowd.url) as connection:
        actors = Actors(SqlMachinery(connection), scene.crowd.mailbox)
        for _ in range(20):
            for run in actors.runs.values():
                run()
            if not one(scene.db, "select count(*) from public.rex_missions where finished_at is null"):
                return
            clock.advance(minutes=3)
    raise AssertionError("some mission is not final")


def assert_all_well(scene: Scene) -> None:
    assert scene.crowd.errors == []
    assert_invariants(scene.db)
    ids = [message_id for _, message_id in scene.crowd.mailbox.received]
    assert len(ids) == len(set(ids)), "a message was handed over twice"
    stored = {row[0] for row in scene.db.execute("select message_id from public.rex_outreach where state in ('sent', 'unknown')")}
    assert set(ids) == stored, "what was handed over and what is on record differ"
    late = one(
        scene.db,
        "select count(*) from public.rex_outreach_events e join public.rex_outreach o on o.lead_id = e.lead_id"
        " where e.kind in ('replied', 'unsubscribed', 'complained') and o.begun_at > e.recorded_at",
    )
    assert late == 0, "somebody who had answered was written to again"


def test_pause_in_any_scope_and_cancel_stop_everything_at_once(scene: Scene, clock: Clock) -> None:
    received = scene.crowd.mailbox.received
    with scene.crowd.at_work():
        for number, scope in enumerate(["account", "campaign", "mission", "domain", "inbox"] * 2):
            scene.crowd.wait_for_messages(len(received) + 10)
            world = scene.worlds[number % 2]
            id_ = target(scene, world, scope)
            world.ask("rex_pause", p_scope=scope, p_id=id_)
            acknowledged = clock.now()
            scene.crowd.let_work()
            assert begun_since(scene, acknowledged, scope, id_) == 0, f"something began although the {scope} is paused"
            world.ask("rex_resume", p_scope=scope, p_id=id_)
        for world in scene.worlds:
            cancelled = scene.missions[world.account][0]
            answer = world.ask("rex_cancel_mission", p_mission_id=cancelled)
            acknowledged = clock.now()
            scene.crowd.let_work()
            assert begun_since(scene, acknowledged, "mission", cancelled) == 0, "something began although the mission is cancelled"
            assert answer["cancelled"], "the mission had nothing left to send: the test proves nothing"
    run_to_the_end(scene, clock)
    assert_all_well(scene)


def test_two_of_everyone_leave_every_invariant_whole(scene: Scene, clock: Clock) -> None:
    with scene.crowd.at_work():
        for wanted in range(50, 301, 50):
            scene.crowd.wait_for_messages(wanted)
            assert_invariants(scene.db)
    run_to_the_end(scene, clock)
    assert_all_well(scene)
