"""The bridge as a part of the stack: `python -m local.realtime`, ended by SIGTERM or with its parent."""

import asyncio
import os
import signal
from collections.abc import Mapping

from aiohttp import web

from local.parent import end_with_parent
from local.realtime.client import Bridge
from local.realtime.hub import Hub
from local.realtime.server import make_app, prune, pump
from local.realtime.store import Store
from local.realtime.tokens import Keys


async def _run(environ: Mapping[str, str]) -> None:
    keys = Keys(publishable=environ["REX_PUBLISHABLE_KEY"], secret=environ["REX_SECRET_KEY"], jwt_secret=environ["REX_JWT_SECRET"])
    async with Store.open(environ["REX_DATABASE_URL"]) as store, asyncio.TaskGroup() as tasks:
        bridge = Bridge(store=store, keys=keys, hub=Hub())
        runner = web.AppRunner(make_app(bridge), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", int(environ["REX_REALTIME_PORT"]))
        await site.start()
        work = [tasks.create_task(pump(bridge)), tasks.create_task(prune(bridge))]
        print("serving Realtime", flush=True)
        try:
            await _until_asked_to_stop()
        finally:
            await runner.cleanup()
            for task in work:
                task.cancel()


async def _until_asked_to_stop() -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    end_with_parent()
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(_run(os.environ))
