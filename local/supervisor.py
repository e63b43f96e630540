"""Starts the parts of a stack one after the other, watches them, and ends all of them when one ends or a person says so."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.console import Voice
from local.home import ROOT, Home
from local.processes import Process, end_group, identify, write_processes

_READY_SECONDS = 60
_END_SECONDS = 8
_LINE_LIMIT = 1024 * 1024
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PartFailed(RuntimeError):
    """A part of the stack did not start, or ended by itself."""


@dataclass(frozen=True)
class Part:
    """A running part: a process that leads its own group, and the task that repeats what it says."""

    identity: Process
    process: asyncio.subprocess.Process
    voice: Voice
    speech: asyncio.Task[None]


@dataclass(frozen=True)
class Supervisor:
    """The parts of one stack that are processes, in the order they were started; `over` holds the first reason to end them."""

    home: Home
    voice: Voice
    me: Process
    over: asyncio.Future[PartFailed | None]
    parts: list[Part] = field(default_factory=list)
    watches: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def of(cls, home: Home) -> "Supervisor":
        """This process as the supervisor of that home, on record and listening to signals; needs a running loop."""
        loop = asyncio.get_running_loop()
        supervisor = cls(home, Voice(name="rex", folder=home.logs), identify("rex", os.getpid()), loop.create_future())
        for number in _SIGNALS:
            loop.add_signal_handler(number, supervisor._hear, number)
        supervisor._record()
        return supervisor

    async def run(self, start: Awaitable[None]) -> None:
        """Start, keep running until a person says stop, end every part; raises PartFailed when a part ended by itself."""
        starting = asyncio.ensure_future(start)
        either: list[asyncio.Future[Any]] = [starting, self.over]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not self.over.done():
                await starting
            if failed := await self.over:
                raise failed
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await self._stop()

    async def start(self, name: str, command: list[str], environment: Mapping[str, str], ready: Callable[[], Awaitable[bool]]) -> None:
        """Start a part and wait until it answers; its own end ends the wait, because it ends the stack."""
        began = time.monotonic()
        await self._spawn(name, command, environment)
        while not await ready():
            if time.monotonic() - began > _READY_SECONDS:
                message = f"{name} did not answer within {_READY_SECONDS} seconds; see {self.home.logs / name}.log."
                raise PartFailed(message)
            await asyncio.sleep(0.05)
        self.voice.say(f"{name} answers after {time.monotonic() - began:.1f} s")

    def _hear(self, number: signal.Signals) -> None:
        if not self.over.done():
            self.voice.say(f"stopping, because of {number.name}")
            self.over.set_result(None)

    async def _watch(self, part: Part) -> None:
        status = await part.process.wait()
        if not self.over.done():
            name = part.identity.name
            message = f"{name} ended by itself with status {status}; its last words are above and in {self.home.logs / name}.log."
            self.over.set_result(PartFailed(message))

    async def _stop(self) -> None:
        """End the parts, the last one first, and leave no process of theirs."""
        if not self.over.done():
            self.over.set_result(None)
        for part in reversed(self.parts):
            await _end(part)
            self.voice.say(f"{part.identity.name} has ended")

    async def _spawn(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True, limit=_LINE_LIMIT,
        )  # fmt: skip
        voice = Voice(name=name, folder=self.home.logs)
        part = Part(identify(name, process.pid), process, voice, asyncio.create_task(_repeat(process.stdout, voice)))
        self.parts.append(part)
        self._record()
        self.watches.append(asyncio.create_task(self._watch(part)))

    def _record(self) -> None:
        write_processes(self.home.processes_file, [self.me, *(part.identity for part in self.parts)])


async def _end(part: Part) -> None:
    """Ask, then insist; what it started itself ends with it."""
    if part.process.returncode is None:
        part.process.terminate()
    try:
        await asyncio.wait_for(part.process.wait(), _END_SECONDS)
    except TimeoutError:
        part.voice.say(f"did not end within {_END_SECONDS} seconds and is killed")
    end_group(part.identity.pid, signal.SIGKILL)
    await part.process.wait()
    await asyncio.wait([part.speech], timeout=_END_SECONDS)
    part.speech.cancel()
    part.voice.close()


async def _repeat(stream: asyncio.StreamReader | None, voice: Voice) -> None:
    """Repeat every line until the part, and all it started, have closed their end."""
    while stream and not stream.at_eof():
        try:
            line = await stream.readline()
        except ValueError:
            line = b"(a line that is too long was left out)"
        voice.say(line.decode(errors="replace"))
