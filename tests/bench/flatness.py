"""One claim with 1,000,000 queued missions of 1,000 accounts, all blocked but ten, beside one with 1,000 queued."""

import statistics
import time

from psycopg import sql

from local.postgres import Cluster
from tests.bench import worlds
from tests.bench.results import Result, compared
from tests.bench.server import TEMPLATE, database, prepare_rex, serve
from tests.bench.worker import ask
from tests.support.database import connect

ACCOUNTS, FEW, MANY, FREE, CLAIMS = 1000, 1_000, 1_000_000, 10, 15


def blocked_world(url: str, missions: int) -> None:
    """Every crew's only slot is taken but those of ten accounts."""
    worlds.add_accounts(url, ACCOUNTS, 1)
    worlds.add_missions(url, missions + ACCOUNTS)
    with worlds.service(url) as db:
        while len(ask(db, "rex_claim_missions", 500)["missions"]) > 0:
            pass
    with connect(url) as owner:
        owner.execute(sql.SQL("update public.rex_crews set slots = 2 where (user_id, crew) in ({})").format(
            sql.SQL("select user_id, crew from public.rex_crews where waiting > 0 order by user_id limit {}").format(FREE)))  # fmt: skip
    worlds.finish_setup(url)


def time_claims(url: str) -> float:
    """Milliseconds of a claim that finds ten missions; each is rolled back, so that all find the same."""
    with worlds.service(url) as db:
        taken = []
        for _ in range(CLAIMS):
            with db.transaction(force_rollback=True):
                start = time.perf_counter()
                claimed = len(ask(db, "rex_claim_missions", 10)["missions"])
                taken.append((time.perf_counter() - start) * 1000)
            if claimed != FREE:
                message = f"{claimed} missions were claimed, not {FREE}"
                raise AssertionError(message)
    return statistics.median(taken[3:])


def measure(cluster: Cluster) -> tuple[float, float]:
    """With few and with many; both databases stand at once and take turns."""
    with database(cluster, TEMPLATE) as few, database(cluster, TEMPLATE) as many:
        blocked_world(few, FEW)
        blocked_world(many, MANY)
        pairs = [(time_claims(few), time_claims(many)) for _ in range(3)]
    return statistics.median(few for few, _ in pairs), statistics.median(many for _, many in pairs)


def bench() -> list[Result]:
    with serve() as cluster:
        prepare_rex(cluster)
        few, many = measure(cluster)
    return [compared("claim_flatness", many, "ms with 1,000,000 queued", "itself with 1,000 queued", few, at_most=2)]
