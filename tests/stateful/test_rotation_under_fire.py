"""Imports are held, causes paused and domains rotated while everybody works and people interfere: the invariants hold, and nobody waits in a circle."""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from rex.errors import Rejected
from tests.support.actors import Actors, Mailbox, add_people, make_campaign_world
from tests.support.database import Connection, as_person, call, connect, one
from tests.support.harm import add_import
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery
from tests.support.mission_world import World

DOMAINS, IMPORTS, PEOPLE = 6, 6, 20
RARELY = 0.2
RUNS = {"schedule": 40, "work": 12, "send": 30, "monitor": 12}

type Step = Callable[[], object]


def rule(world: World, connection: Connection, luck: random.Random) -> Step:
    """What the rule of rotations may ask for, in any order."""
    machinery = SqlMachinery(connection)
    domains = [str(row[0]) for row in world.db.execute("select id from public.rex_domain_pool").fetchall()]
    imports = [str(row[0]) for row in world.db.execute("select id from public.rex_imports").fetchall()]
    missions = [str(row[0]) for row in world.db.execute("select id from public.rex_missions").fetchall()]
    asks: list[Callable[[str], object]] = [
        lambda domain: machinery.command("rex_start_rotation", p_domain_id=domain),
        lambda domain: machinery.command("rex_hold_import", p_domain_id=domain, p_import_id=luck.choice(imports)),
        lambda domain: machinery.command("rex_pause_cause", p_domain_id=domain, p_kind="mission", p_id=luck.choice(missions)),
        lambda domain: machinery.command("rex_pause_cause", p_domain_id=domain, p_kind="campaign", p_id=str(world.campaign)),
        lambda _: machinery.command("rex_measure_domains"),
        lambda domain: luck.random() < RARELY and escalate(connection, machinery, domain),
    ]
    return lambda: luck.choice(asks)(luck.choice(domains))


def escalate(connection: Connection, machinery: SqlMachinery, domain: str) -> object:
    """As the state machine does with a rotation that takes too long."""
    open_ones = "select id, version from public.rex_missions where domain_id = %s and finished_at is null"
    moves = [
        {"mission_id": str(row[0]), "version": row[1], "to": "ESCALATED", "reason": "test", "error_code": "test"}
        for row in connection.execute(open_ones, (domain,)).fetchall()
    ]
    return machinery.command("rex_advance_missions", p_moves=moves)


def person(world: World, connection: Connection, luck: random.Random) -> Step:
    """Resumes, releases and rotates, and decides about rotations that were escalated."""
    as_person(connection, world.account)
    domains = [row[0] for row in world.db.execute("select id from public.rex_domain_pool").fetchall()]
    missions = [row[0] for row in world.db.execute("select id from public.rex_missions").fetchall()]

    def ask(command: str, **arguments: object) -> object:
        return call(connection, command, p_request_id=uuid.uuid4().hex, **arguments)

    def decide(command: str) -> object:
        escalated = connection.execute(
            "select id from public.rex_missions where type = 'domain_rotation' and state = 'ESCALATED'"
        ).fetchall()
        return ask(command, p_mission_id=luck.choice(escalated)[0]) if escalated else None

    asks: list[Step] = [
        lambda: decide("rex_retry_mission"),
        lambda: decide("rex_cancel_mission"),
        lambda: ask("rex_resume", p_scope="domain", p_id=luck.choice(domains)),
        lambda: ask("rex_resume", p_scope="campaign", p_id=world.campaign),
        lambda: ask("rex_resume", p_scope="mission", p_id=luck.choice(missions)),
        lambda: ask("rex_release_outreach", p_mission_id=luck.choice(missions)),
        lambda: ask("rex_rotate_domain", p_domain_id=luck.choice(domains)),
    ]

    def step() -> object:
        return luck.choice(asks)()

    return step


def repeat(step: Step, times: int, refusals: Counter[str], failures: list[BaseException]) -> None:
    """A refusal is an answer; whatever else is raised fails the test."""
    for _ in range(times):
        try:
            step()
        except Rejected as refusal:
            refusals[refusal.code] += 1
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                failures.append(error)
        except Exception as error:
            failures.append(error)


@pytest.mark.parametrize("seed", [1, 2])
def test_rotations_among_everybody_else(db: Connection, database: str, seed: int) -> None:
    world = make_campaign_world(db, domains=DOMAINS)
    for _ in range(IMPORTS):
        people = add_people(world, PEOPLE)
        add_import(world, people)
        world.create(people)
    mailbox, refusals, failures = Mailbox(), Counter[str](), list[BaseException]()
    connections = [connect(database) for _ in range(9)]
    runs: list[tuple[Step, int]] = [(rule(world, connections[n], random.Random(seed + n)), 60) for n in (0, 1)]
    runs.append((person(world, connections[2], random.Random(seed)), 60))
    for connection, name in zip(connections[3:], ("schedule", "work", "work", "send", "send", "monitor"), strict=True):
        runs.append((Actors(SqlMachinery(connection), mailbox).runs[name], RUNS[name]))
    threads = [threading.Thread(target=repeat, args=(step, times, refusals, failures)) for step, times in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()
    assert not failures, failures[:3]
    assert one(db, "select count(*) from public.rex_logs where action in ('hold_import', 'pause_cause', 'rotate_domain')") > 0
    assert not [address for (address, _), count in Counter(mailbox.received).items() if count > 1]
    assert_invariants(db)
