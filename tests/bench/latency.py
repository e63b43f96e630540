"""How soon a job begins when a trickle of 20 a second meets an idle worker: p50 and p99, from just before it is enqueued."""

import statistics

from local.postgres import Cluster
from tests.bench import worlds
from tests.bench.results import Result
from tests.bench.server import TEMPLATE, database, prepare_rex, python_worker, run_workers, serve
from tests.bench.throughput import PEERS, Peer

JOBS = 200


def waits_of(cluster: Cluster, peer: Peer) -> list[float]:
    with peer.installed(cluster) as url:
        _, answers = run_workers([*peer.command, "trickle", url, str(JOBS)], 1)
    return [float(wait) for wait in answers[0]["waits"]]


def waits_of_rex(cluster: Cluster) -> list[float]:
    """From `rex_create_mission` to the claim, told by the broadcast as a nudge tells the scheduler."""
    with database(cluster, TEMPLATE) as url:
        worlds.add_accounts(url, 1, 100)
        worlds.free_slots(url)
        worlds.finish_setup(url)
        _, answers = run_workers(python_worker("tests.bench.worker", "trickle", url, str(JOBS)), 1)
    return [float(wait) for wait in answers[0]["waits"]]


def results_of(name: str, waits: list[float]) -> list[Result]:
    points = statistics.quantiles(waits, n=100)
    slug = name.lower().replace("-", "_")
    return [Result(name=f"pick_up_{slug}_p{p}", value=points[p - 1], unit="ms at 20 a second") for p in (50, 99)]


def bench() -> list[Result]:
    with serve() as cluster:
        prepare_rex(cluster)
        results = results_of("rex", waits_of_rex(cluster))
        for peer in PEERS:
            results += results_of(peer.name, waits_of(cluster, peer))
    return results
