"""PgQueuer at its best documented settings, batches of 250: `python pgqueuer_peer.py install|enqueue|work|trickle <url> [jobs]`."""

import asyncio
import os
import sys
import time
from datetime import timedelta

import asyncpg
import uvloop
from frame import TRICKLE_SECONDS, go, tell
from pgqueuer import AsyncpgDriver, PgQueuer, Queries

what, url, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0
BATCH, FETCH = 1000, 250


async def install() -> None:
    await Queries(AsyncpgDriver(await asyncpg.connect(url))).install()


async def enqueue() -> None:
    queries = Queries(AsyncpgDriver(await asyncpg.connect(url)))
    start = go()
    for _ in range(0, jobs, BATCH):
        await queries.enqueue(["noop"] * BATCH, [None] * BATCH, [0] * BATCH)
    tell(start, jobs)


async def work() -> None:
    ran: list[float] = []
    queuer = PgQueuer(AsyncpgDriver(await asyncpg.connect(url)))
    observer = await asyncpg.connect(url)

    @queuer.entrypoint("noop")
    async def noop(_: object) -> None:
        ran.append(time.time())

    go()
    running = asyncio.create_task(queuer.run(dequeue_timeout=timedelta(seconds=1), batch_size=FETCH))
    await asyncio.sleep(0.1)
    while await observer.fetchval("select 1 from pgqueuer limit 1"):
        await asyncio.sleep(0.02)
    tell(ran[0] if ran else time.time(), len(ran))
    running.cancel()


async def trickle() -> None:
    waits: list[float] = []
    queuer = PgQueuer(AsyncpgDriver(await asyncpg.connect(url)))
    queries = Queries(AsyncpgDriver(await asyncpg.connect(url)))

    @queuer.entrypoint("noop")
    async def noop(job: object) -> None:
        waits.append((time.time() - float(job.payload)) * 1000)

    running = asyncio.create_task(queuer.run(dequeue_timeout=timedelta(seconds=30), batch_size=FETCH))
    await asyncio.sleep(1)
    go()
    for _ in range(jobs):
        await queries.enqueue("noop", str(time.time()).encode())
        await asyncio.sleep(TRICKLE_SECONDS)
    while len(waits) < jobs:
        await asyncio.sleep(0.01)
    tell(0, jobs, waits[1:])
    running.cancel()


async def main() -> None:
    await {"install": install, "enqueue": enqueue, "work": work, "trickle": trickle}[what]()
    sys.stdout.flush()
    os._exit(0)


uvloop.run(main())
