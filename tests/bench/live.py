"""From a change in the database to the application that hears of it, over the laptop's Realtime and both official clients.

Twenty clients of two accounts listen while fifty changes a second are made; the time runs from before the change is sent to Postgres,
commit and fsync included, to the client's callback.
"""

import statistics
import threading
import time
import uuid
from contextlib import ExitStack

from tests.bench.results import Result
from tests.bench.server import TEMPLATE, database, prepare_rex, serve
from tests.support.api import PUBLISHABLE_KEY, serve_supabase, token_of
from tests.support.database import Connection, connect, sign_up
from tests.support.live import Client, puppet

ACCOUNTS, CLIENTS_OF_EACH_LIBRARY = 2, 10
CHANGES, PER_SECOND = 500, 50
P50_MS, P99_MS = 25.0, 150.0
_PUBLISH = "select rex.publish(array[row(%s, 'mission.progress', null, jsonb_build_object('change', %s::int))::rex.announcement], 'bench')"


def milliseconds() -> list[float]:
    """Of each change at each client."""
    with ExitStack() as parts:
        cluster = parts.enter_context(serve())
        prepare_rex(cluster)
        url = parts.enter_context(database(cluster, TEMPLATE))
        address = parts.enter_context(serve_supabase(url, realtime=True))
        db = parts.enter_context(connect(url))
        accounts = [sign_up(db) for _ in range(ACCOUNTS)]
        clients: list[tuple[Client, uuid.UUID]] = []
        for kind in ("python", "javascript"):
            process = parts.enter_context(puppet(kind))
            for number in range(CLIENTS_OF_EACH_LIBRARY):
                account = accounts[number % ACCOUNTS]
                clients.append((process.open(address, PUBLISHABLE_KEY, token_of(account)), account))
                assert clients[-1][0].join(f"rex:{account}:missions") == "SUBSCRIBED"
        made = make_changes(db, accounts)
        return [taken for client, account in clients for taken in heard(client, made[account])]


def make_changes(db: Connection, accounts: list[uuid.UUID]) -> dict[uuid.UUID, list[float]]:
    """When each account's changes were made, at a steady rate."""
    made: dict[uuid.UUID, list[float]] = {account: [] for account in accounts}
    began = time.monotonic()
    for change in range(CHANGES):
        threading.Event().wait(max(0.0, began + change / PER_SECOND - time.monotonic()))
        account = accounts[change % ACCOUNTS]
        at = time.time()
        db.execute(_PUBLISH, (account, len(made[account])))
        made[account].append(at)
    return made


def heard(client: Client, made: list[float]) -> list[float]:
    """How long after it was made a client heard of each change."""
    arrived = [client.hears_broadcast() for _ in made]
    return [(event["at"] - made[event["said"]["payload"]["messages"][0]["data"]["change"]]) * 1000 for event in arrived]


def bench() -> list[Result]:
    taken = milliseconds()
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    return [
        Result(name="change_to_client_p50_ms", value=p50, unit="ms", holds=p50 < P50_MS),
        Result(name="change_to_client_p99_ms", value=p99, unit="ms", holds=p99 < P99_MS),
    ]
