"""A way to a server that breaks at random: TCP connections through it are reset while they are in use."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from local.ports import free_port

_CLOSES = 0.1


@dataclass
class CuttingProxy:
    """Passes bytes on; `rate` connections a second are cut while `cutting`, and now and then nobody is let in for a moment."""

    upstream: int
    rate: float
    port: int = field(default_factory=free_port)
    cutting: threading.Event = field(default_factory=threading.Event)
    cuts: int = 0
    closed_until: float = 0.0
    open: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=list)
    luck: random.Random = field(default_factory=lambda: random.Random(5))

    async def run(self, ready: threading.Event, over: asyncio.Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1024 * 1024)
        cutter = asyncio.create_task(self._cut())
        ready.set()
        await over.wait()
        cutter.cancel()
        server.close()
        for pair in list(self.open):
            self._abort(pair)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asyncio.get_running_loop().time() < self.closed_until:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=1024 * 1024)
        pair = (writer, there_writer)
        self.open.append(pair)
        try:
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        finally:
            self.open.remove(pair)

    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(1 / self.rate)
            if self.cutting.is_set() and self.open:
                self._abort(self.luck.choice(self.open))
                self.cuts += 1
                if self.luck.random() < _CLOSES:
                    self.closed_until = asyncio.get_running_loop().time() + self.luck.uniform(0.1, 0.5)

    @staticmethod
    def _abort(pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        for writer in pair:
            writer.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1024 * 1024):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@contextmanager
def cutting_proxy(upstream: int, rate: float) -> Iterator[CuttingProxy]:
    """Runs in a thread of its own until the block ends."""
    proxy, ready, loop, over = CuttingProxy(upstream, rate), threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(proxy.run(ready, over))

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
