"""Real processes over a real database and a real mail server, killed, stopped past their leases and crashed: nothing is lost, nobody hears twice."""

import os
import random
import uuid
from collections import Counter
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest

from local.outbox import Outbox
from local.postgres import Cluster
from tests.support.actors import add_people, make_campaign_world
from tests.support.database import Connection, connect, one
from tests.support.invariants import assert_invariants
from tests.support.mail_servers import run_sink
from tests.support.mission_world import World
from tests.support.soak import Soak
from tests.support.variants import Edit, copy_migrations, make_bare, make_variant

LEADS = 6
MOST_OPEN = 8
DRAIN_SECONDS = 120.0
SHORT_HAND_OVER = Edit("begin_outreach", "interval '2 minutes'", "interval '1 second'")
UNFINISHED = "select count(*) from public.rex_missions where finished_at is null or (state = 'FAILED' and error_code <> 'cancelled')"


@dataclass
class Scene:
    """Who asks for missions, and what was promised to them."""

    url: str
    accounts: list[World]
    acknowledged: list[uuid.UUID]

    def connection(self) -> Connection:
        return connect(self.url)

    def top_up(self) -> None:
        """A new mission now and then, so that there is always something to interrupt."""
        try:
            with self.connection() as db:
                if one(db, UNFINISHED) < MOST_OPEN:
                    world = World(db, *[(w.account, w.campaign) for w in self.accounts][len(self.acknowledged) % len(self.accounts)])
                    self.acknowledged.append(world.create(add_people(world, LEADS)))
        except psycopg.OperationalError:
            pass  # The database is away: nothing was acknowledged.

    def is_done(self) -> bool:
        with self.connection() as db:
            return bool(one(db, UNFINISHED) == 0)


def make_scene(url: str, port: int) -> Scene:
    with connect(url) as db:
        worlds = [make_campaign_world(db, domains=1, inboxes=2) for _ in range(2)]
        db.execute("update public.rex_inboxes set host = '127.0.0.1', port = %s, daily_cap = 2000", (port,))
        db.execute("update public.rex_domain_pool set daily_cap = 4000")
        db.execute("alter table public.rex_missions alter batch_size set default 3")
    return Scene(url, worlds, [])


def soak(crashing: Cluster, *, kills: int, pauses: int, stops: int, seconds: float) -> None:
    seed = int(os.environ.get("REX_SEED") or random.SystemRandom().randrange(2**32))
    print(f"seed {seed}; the order of faults repeats with REX_SEED={seed}, what they meet does not")
    folder = crashing.data.parent
    make_bare(crashing, folder)
    url = make_variant(crashing, "rex_soak", copy_migrations(folder, [SHORT_HAND_OVER]))
    with run_sink(folder / "outbox") as (port, outbox):
        scene = make_scene(url, port)
        with Soak(folder, crashing, url, seed) as processes:
            for stop in range(1, stops + 1):
                enough = partial(processes.has_done, kills=kills * stop // stops, pauses=pauses * stop // stops)
                processes.keep_up(enough, seconds, scene.top_up)
                processes.restart_database()
            processes.calm_down()
            processes.keep_up(scene.is_done, DRAIN_SECONDS)
        assert_all_well(scene, outbox)
    print(f"{processes.kills} kills, {processes.pauses} pauses, {processes.restarts} restarts, {len(scene.acknowledged)} missions")


def assert_all_well(scene: Scene, outbox: Outbox) -> None:
    with scene.connection() as db:
        assert_invariants(db)
        known = {row[0] for row in db.execute("select id from public.rex_missions where finished_at is not null")}
        assert set(scene.acknowledged) <= known, "an acknowledged mission was lost"
        states: dict[str, str] = dict(
            db.execute("select message_id, state::text from public.rex_outreach where message_id is not null").fetchall()
        )
    received = Counter(kept.message_id for kept in outbox.log())
    assert max(received.values(), default=0) == 1, "somebody was written to twice, or nobody at all"
    people = Counter(recipient for kept in outbox.log() for recipient in kept.recipients)
    assert max(people.values()) == 1, "somebody was written to twice"
    assert {states.get(message) for message in received} <= {"sent", "unknown"}, "a message arrived that is on record as not handed over"
    assert {message for message, state in states.items() if state == "sent"} <= set(received), "a message on record as sent did not arrive"


def test_nothing_is_lost_and_nobody_hears_twice(crashing: Cluster) -> None:
    soak(crashing, kills=30, pauses=15, stops=3, seconds=120)


@pytest.mark.nightly
def test_nothing_is_lost_and_nobody_hears_twice_all_night(crashing: Cluster) -> None:
    soak(crashing, kills=1000, pauses=500, stops=50, seconds=600)
