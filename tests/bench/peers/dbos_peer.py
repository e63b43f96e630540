"""DBOS at its best documented settings: `python dbos_peer.py install|enqueue|work|trickle <url> [workflows]`.

Workflows of 9 steps, enqueued 1,000 in a transaction, from a queue polled every 10 ms.
"""

import os
import sys
import time

import psycopg
import sqlalchemy
from dbos import DBOS, DBOSClient
from frame import TRICKLE_SECONDS, go, tell

what, url, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0
STEPS, BATCH = 9, 1000
OPTIONS = {"queue_name": "bench", "workflow_name": "mission"}
waits: list[float] = []


@DBOS.step()
def step(number: int) -> int:
    return number


@DBOS.workflow()
def mission(at: float) -> int:
    waits.append((time.time() - at) * 1000)
    return sum(step(number) for number in range(STEPS))


def launch() -> None:
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "application_version": "1", "enable_otlp": False})
    DBOS.launch()
    DBOS.register_queue("bench", polling_interval_sec=0.01)


def enqueue() -> None:
    client = DBOSClient(system_database_url=url)
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    engine.connect().close()
    start = go()
    for first in range(0, jobs, BATCH):
        with engine.begin() as connection:
            for _ in range(min(BATCH, jobs - first)):
                client.enqueue_in_transaction(connection, {**OPTIONS, "app_version": "1"}, time.time())
    tell(start, jobs)


def work() -> None:
    """The count is the database's: what this process ran is what it began."""
    with psycopg.connect(url, autocommit=True) as db:
        go()
        launch()
        start = time.time()
        while db.execute("select 1 from dbos.workflow_status where status in ('ENQUEUED', 'PENDING') limit 1").fetchone():
            time.sleep(0.02)
        tell(start, len(waits))


def trickle() -> None:
    launch()
    client = DBOSClient(system_database_url=url)
    go()
    for _ in range(jobs):
        client.enqueue({**OPTIONS, "app_version": "1"}, time.time())
        time.sleep(TRICKLE_SECONDS)
    while len(waits) < jobs:
        time.sleep(0.01)
    tell(0, jobs, waits[1:])


def install() -> None:
    launch()


{"install": install, "enqueue": enqueue, "work": work, "trickle": trickle}[what]()
sys.stdout.flush()
os._exit(0)
