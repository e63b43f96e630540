"""How much REX does in a second, beside the job engines people would otherwise use, and a raw SQL loop as the limit.

Sides alternate, each run has a fresh database of one server, and a figure is the median of three. REX's missions come of 200 accounts with 100
slots each and hold slot, share and domain; tasks are those of a mission of 5,000 leads each of 200 accounts; complete missions have four tasks and five transitions.
A few of each are done before, so that no table is empty when the workers' statements are planned.
"""

import statistics
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from local.database import NODE
from local.postgres import Cluster
from tests.bench import worlds
from tests.bench.results import Result, compared
from tests.bench.server import TEMPLATE, database, peer_worker, prepare_rex, python_worker, run_workers, serve
from tests.bench.worker import WORK, prepare_tasks

ROUNDS = 3
TASKS, MISSIONS, WHOLE, PAST = 20_000, 20_000, 3_000, 500


@dataclass(frozen=True)
class Peer:
    """A job engine: how it is called, and how many jobs keep it busy for a few seconds."""

    name: str
    command: Sequence[str]
    jobs: int

    @contextmanager
    def installed(self, cluster: Cluster) -> Iterator[str]:
        with database(cluster) as url:
            subprocess.run([*self.command, "install", url], check=True, stdout=subprocess.DEVNULL)
            yield url

    def enqueue(self, url: str) -> float:
        return run_workers([*self.command, "enqueue", url, str(self.jobs)], 1)[0].per_second

    def work(self, url: str, workers: int) -> float:
        return run_workers([*self.command, "work", url, str(self.jobs)], workers)[0].per_second


GRAPHILE = Peer("graphile-worker", (str(NODE), "tests/bench/peers/graphile.mjs"), 60_000)
PGQUEUER = Peer("PgQueuer", peer_worker("pgqueuer_peer.py"), 20_000)
PROCRASTINATE = Peer("Procrastinate", peer_worker("procrastinate_peer.py"), 1_000)
DBOS = Peer("DBOS", peer_worker("dbos_peer.py"), 600)
PEERS = (GRAPHILE, PGQUEUER, PROCRASTINATE, DBOS)


def claim_world(url: str) -> None:
    worlds.add_accounts(url, 200, 100)
    worlds.add_missions(url, MISSIONS, calls=1)


def task_world(url: str) -> None:
    worlds.add_accounts(url, 200, 100)
    worlds.add_missions(url, TASKS // 100, batches=100)
    prepare_tasks(url)


def mission_world(url: str) -> None:
    worlds.add_accounts(url, 50, 100)
    worlds.add_missions(url, WHOLE)


WORLDS: dict[str, Callable[[str], None]] = {"claim": claim_world, "tasks": task_world, "missions": mission_world}


def run_rex(cluster: Cluster, work: str, workers: int) -> float:
    with database(cluster, TEMPLATE) as url:
        WORLDS[work](url)
        with worlds.service(url) as db:
            WORK[work](db, PAST)
        worlds.finish_setup(url)
        return run_workers(python_worker("tests.bench.worker", work, url), workers)[0].per_second


def enqueue_rex(cluster: Cluster) -> float:
    with database(cluster, TEMPLATE) as url:
        worlds.add_accounts(url, 1, 3)
        return run_workers(python_worker("tests.bench.worker", "create", url, "300"), 1)[0].per_second


def run_raw(cluster: Cluster, workers: int) -> float:
    with database(cluster) as url:
        worlds.make_raw_queue(url, TASKS)
        return run_workers(python_worker("tests.bench.worker", "raw", url), workers)[0].per_second


def measure(cluster: Cluster) -> dict[tuple[str, str, int], list[float]]:
    """Every figure of one round, REX and its peers in turn."""
    found: dict[tuple[str, str, int], list[float]] = {}

    def note(who: str, what: str, workers: int, value: float) -> None:
        found.setdefault((who, what, workers), []).append(value)

    for _ in range(ROUNDS):
        for workers in (1, 2):
            for work in WORLDS:
                note("REX", work, workers, run_rex(cluster, work, workers))
            for peer in PEERS:
                with peer.installed(cluster) as url:
                    note(peer.name, "enqueue", workers, peer.enqueue(url))
                    note(peer.name, "work", workers, peer.work(url, workers))
            note("raw SQL", "work", workers, run_raw(cluster, workers))
        note("REX", "enqueue", 1, enqueue_rex(cluster))
    return found


def bench() -> list[Result]:
    with serve() as cluster:
        prepare_rex(cluster)
        median = {key: statistics.median(values) for key, values in measure(cluster).items()}
    jobs, workflows = median[GRAPHILE.name, "work", 2], median[DBOS.name, "work", 2]
    results = [
        compared("tasks_per_second", median["REX", "tasks", 2], "tasks/s, 2 workers", GRAPHILE.name, jobs, at_least=1),
        compared("claims_per_second", median["REX", "claim", 2], "missions/s, 2 workers", GRAPHILE.name, jobs, at_least=1),
        compared("missions_per_second", median["REX", "missions", 2], "missions/s, 2 workers", DBOS.name, workflows, at_least=10),
    ]
    names = {"claim": "claims", "enqueue": "enqueued", "work": "done"}
    for (who, what, workers), value in median.items():
        name = f"{names.get(what, what)}_{who.lower().replace(' ', '_').replace('-', '_')}_{workers}"
        results.append(Result(name=name, value=value, unit=f"per s, {workers} worker{'s' * (workers > 1)}"))
    return results
