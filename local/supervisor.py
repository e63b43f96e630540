"""Starts the parts of a stack one after the other, watches them, and ends all of them when one ends or a person says so."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.console import Voice
from local.home import ROOT, Home
from local.processes import Process, end_group, identify, write_processes

_READY_SECONDS = 60
_END_SECONDS = 8
_LINE_LIMIT = 1024 * 1024


class PartFailed(RuntimeError):
    """A part of the stack did not start, or ended by itself."""


class StopAsked(RuntimeError):
    """A person asked the stack to stop while it was starting."""


@dataclass(frozen=True)
class Part:
    """A running part: a process that leads its own group, and the task that repeats what it says."""

    identity: Process
    process: asyncio.subprocess.Process
    voice: Voice
    speech: asyncio.Task[None]


@dataclass
class Supervisor:
    """The parts of one stack that are processes, in the order they were started."""

    home: Home
    voice: Voice
    me: Process
    parts: list[Part] = field(default_factory=list)
    ends: list[asyncio.Task[Any]] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, name: str, command: list[str], environment: Mapping[str, str], ready: Callable[[], Awaitable[bool]]) -> None:
        """Start a part and wait until it answers."""
        began = time.monotonic()
        part = await self._spawn(name, command, environment)
        while not await ready():
            self.check_stop()
            if part.process.returncode is not None:
                message = f"{name} ended with status {part.process.returncode} before it answered; its last words are above."
                raise PartFailed(message)
            if time.monotonic() - began > _READY_SECONDS:
                message = f"{name} did not answer within {_READY_SECONDS} seconds; see {self.home.logs / name}.log."
                raise PartFailed(message)
            await asyncio.sleep(0.05)
        self.voice.say(f"{name} answers after {time.monotonic() - began:.1f} s")

    def watch(self, name: str, end: Coroutine[Any, Any, Any]) -> None:
        """Take the end of this for the end of the part of that name."""
        self.ends.append(asyncio.create_task(end, name=name))

    def check_stop(self) -> None:
        if self.stopping.is_set():
            message = "The stack was asked to stop while it was starting."
            raise StopAsked(message)

    def record(self) -> None:
        write_processes(self.home.processes_file, [self.me, *(part.identity for part in self.parts)])

    async def first_end(self) -> str | None:
        """Wait until a part ends by itself and return its name, or None when the stack is asked to stop."""
        stop = asyncio.create_task(self.stopping.wait())
        done, _ = await asyncio.wait([stop, *self.ends], return_when=asyncio.FIRST_COMPLETED)
        return None if stop in done else done.pop().get_name()

    async def stop(self) -> None:
        """End the parts, the last one first, and leave no process of theirs."""
        for part in reversed(self.parts):
            await _end(part)
            self.voice.say(f"{part.identity.name} has ended")

    async def _spawn(self, name: str, command: list[str], environment: Mapping[str, str]) -> Part:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True, limit=_LINE_LIMIT,
        )  # fmt: skip
        voice = Voice(name=name, folder=self.home.logs)
        part = Part(identify(name, process.pid), process, voice, asyncio.create_task(_repeat(process.stdout, voice)))
        self.parts.append(part)
        self.record()
        self.watch(name, process.wait())
        return part


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
    await asyncio.wait_for(part.speech, _END_SECONDS)
    part.voice.close()


async def _repeat(stream: asyncio.StreamReader | None, voice: Voice) -> None:
    """Repeat every line until the part, and all it started, have closed their end."""
    while stream and not stream.at_eof():
        try:
            line = await stream.readline()
        except ValueError:
            line = b"(a line that is too long was left out)"
        voice.say(line.decode(errors="replace"))
