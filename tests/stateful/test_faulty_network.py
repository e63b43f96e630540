"""A mission through an API that is slow, loses requests and answers, and hears some twice comes to the same as without."""

import os
import random
import uuid
from collections import Counter
from typing import Any

import pytest
from psycopg import conninfo

from local.postgres import Cluster
from rex.gateways.database import Database, http_client
from tests.support.actors import Actors, Mailbox, add_people, make_campaign_world
from tests.support.api import PUBLISHABLE_KEY, SECRET_KEY, serve_supabase, token_of
from tests.support.database import Clock, Connection
from tests.support.fault_proxy import Fault, Network, run_proxy
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World

LEADS = 4
MOST_ROUNDS = 12


@pytest.fixture
def seed() -> int:
    drawn = int(os.environ.get("REX_SEED") or random.SystemRandom().randrange(2**32))
    print(f"seed {drawn}; repeat with REX_SEED={drawn}")
    return drawn


@pytest.fixture
def world(db: Connection) -> World:
    return make_campaign_world(db)


def run_mission(world: World, clock: Clock, url: str) -> dict[str, Any]:
    """Create a mission and run it to its end over this URL; what became of it."""
    http, mailbox = http_client(), Mailbox()
    with http:
        person = Database.as_person(url, PUBLISHABLE_KEY, token_of(world.account), http)
        people = [str(lead) for lead in add_people(world, LEADS)]
        mission = person.command("rex_create_mission", p_type="lead_reactivation", p_audience={"lead_ids": people})["mission_id"]
        actors = Actors(Database.as_machinery(url, SECRET_KEY, http), mailbox)
        for _ in range(MOST_ROUNDS):
            for run in actors.runs.values():
                run()
            if world.mission(uuid.UUID(mission))["finished_at"]:
                break
            clock.advance(minutes=3)
    return describe(world, mission, mailbox)


def describe(world: World, mission: str, mailbox: Mailbox) -> dict[str, Any]:
    def counted(query: str) -> Counter[Any]:
        return Counter(world.db.execute(query.encode(), (mission,)).fetchall())

    return {
        "missions": world.db.execute("select count(*) from public.rex_missions where user_id = %s", (world.account,)).fetchone(),
        "path": world.db.execute(
            "select to_state from public.rex_logs where mission_id = %s and version is not null order by version", (mission,)
        ).fetchall(),
        "outcomes": counted("select outcome::text from public.rex_mission_leads where mission_id = %s"),
        "tasks": counted("select agent, state::text, retry_count from public.rex_tasks where mission_id = %s"),
        "messages": counted("select step, state::text from public.rex_outreach where mission_id = %s"),
        "received": Counter(Counter(address for address, _ in mailbox.received).values()),
    }


def server_of(cluster: Cluster, database: str) -> Any:
    return serve_supabase(cluster.url(str(conninfo.conninfo_to_dict(database)["dbname"])))


def test_the_same_comes_of_a_mission(db: Connection, cluster: Cluster, database: str, clock: Clock, seed: int) -> None:
    """A hand-over whose beginning was not answered is another test: nobody may ever take it up again."""
    network = Network(random.Random(seed), may_break=lambda path: not path.endswith("rex_begin_outreach"))
    with server_of(cluster, database) as url, run_proxy(network, url) as faulty:
        expected = run_mission(make_campaign_world(db), clock, url)
        found = run_mission(make_campaign_world(db), clock, faulty)
    assert expected["path"][-1] == ("COMPLETED",), f"even without faults it came to {expected}"
    assert set(network.faults) == set(Fault), f"only these happened: {network.faults}"
    assert found == expected
    assert_invariants(db)


def test_a_beginning_without_an_answer_is_unknown_and_never_repeated(
    world: World, cluster: Cluster, database: str, clock: Clock, seed: int
) -> None:
    network = Network(random.Random(seed), may_break=lambda path: path.endswith("rex_begin_outreach"))
    with server_of(cluster, database) as url, run_proxy(network, url) as faulty:
        found = run_mission(world, clock, faulty)
    assert found["path"][-1] == ("COMPLETED",)
    assert set(found["outcomes"]) <= {("sent",), ("unknown",)}
    assert found["received"] == Counter({1: found["outcomes"][("sent",)]}) - Counter({1: 0})
    assert_invariants(world.db)
