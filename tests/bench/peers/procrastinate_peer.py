"""Procrastinate at its best documented settings, 10 jobs at a time: `python procrastinate_peer.py install|enqueue|work|trickle <url> [jobs]`."""

import asyncio
import logging
import os
import sys
import time

import psycopg
import uvloop
from frame import TRICKLE_SECONDS, go, tell
from procrastinate import App, PsycopgConnector

what, url, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0
logging.disable()
app = App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=14))
BATCH = 1000
waits: list[float] = []


@app.task(name="noop")
async def noop(at: float) -> None:
    waits.append((time.time() - at) * 1000)


async def install() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


async def enqueue() -> None:
    async with app.open_async():
        start = go()
        for first in range(0, jobs, BATCH):
            await noop.batch_defer_async(*({"at": time.time()} for _ in range(min(BATCH, jobs - first))))
        tell(start, jobs)


async def work() -> None:
    async with app.open_async(), await psycopg.AsyncConnection.connect(url, autocommit=True) as observer:
        start = go()
        running = asyncio.create_task(app.run_worker_async(concurrency=10, install_signal_handlers=False, listen_notify=True))
        while await (await observer.execute("select 1 from procrastinate_jobs where status in ('todo', 'doing') limit 1")).fetchone():
            await asyncio.sleep(0.02)
        tell(start, len(waits))
        running.cancel()


async def trickle() -> None:
    async with app.open_async():
        running = asyncio.create_task(app.run_worker_async(concurrency=10, install_signal_handlers=False, listen_notify=True))
        await asyncio.sleep(1)
        go()
        for _ in range(jobs):
            await noop.defer_async(at=time.time())
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
