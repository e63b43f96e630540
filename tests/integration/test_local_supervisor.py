"""The supervisor: what one part does, all of them share, and nothing outlives it."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from local import supervisor as module
from local.home import Home
from local.processes import Process, identify, read_processes, wait_until_gone
from local.supervisor import PartFailed, Supervisor

type Start = Callable[[Supervisor], Awaitable[None]]

WAITS = "import sys; sys.stdin.read()"
WITH_A_CHILD = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAITS!r}], stdin=subprocess.PIPE); print('two', flush=True); {WAITS}"
)
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('stubborn', flush=True); {WAITS}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    home.make()
    return home


async def at_once() -> bool:
    return True


async def never() -> bool:
    return False


def said(home: Home, name: str, word: str) -> Callable[[], Awaitable[bool]]:
    """Ready as soon as the part has said this."""

    async def ready() -> bool:
        return word in (home.logs / f"{name}.log").read_text()

    return ready


async def start(supervisor: Supervisor, name: str, code: str, ready: Callable[[], Awaitable[bool]] = at_once) -> None:
    await supervisor.start(name, [sys.executable, "-c", code], dict(os.environ), ready)


def supervise(home: Home, begin: Start) -> list[Process]:
    """Run until the end; whatever was started and still runs then."""
    seen: list[Process] = []
    others = set(psutil.Process().children(recursive=True))

    async def run() -> None:
        supervisor = Supervisor.of(home)

        async def watched() -> None:
            try:
                await begin(supervisor)
            finally:
                started = [process for process in psutil.Process().children(recursive=True) if process not in others]
                seen.extend(identify("part", process.pid) for process in started)

        try:
            await supervisor.run(watched())
        finally:
            supervisor.voice.close()

    try:
        asyncio.run(run())
    finally:
        assert wait_until_gone(seen, 1), "a process outlived its supervisor"
    return seen


def stop_soon(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_every_part_the_last_one_first(home: Home, number: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "first", WITH_A_CHILD, said(home, "first", "two"))
        await start(supervisor, "second", WAITS)
        stop_soon(number)

    assert len(supervise(home, begin)) == 3
    lines = capsys.readouterr().out.splitlines()
    ends = [line for line in lines if "has ended" in line]
    assert [line.split()[2] for line in ends] == ["second", "first"]
    assert any(number.name in line for line in lines)


def test_stop_while_a_part_is_starting_is_heard(home: Home) -> None:
    async def begin(supervisor: Supervisor) -> None:
        asyncio.get_running_loop().call_later(0.2, stop_soon, signal.SIGTERM)
        await start(supervisor, "slow", WAITS, never)

    assert len(supervise(home, begin)) == 1


def test_part_that_cannot_start_ends_the_others_and_is_named(home: Home) -> None:
    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "good", WAITS)
        await start(supervisor, "bad", "import sys; print('no such thing'); sys.exit(3)", never)

    with pytest.raises(PartFailed, match=r"^bad ended by itself with status 3"):
        supervise(home, begin)
    assert "no such thing" in (home.logs / "bad.log").read_text()


def test_part_that_never_answers_ends_the_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_READY_SECONDS", 0.3)

    with pytest.raises(PartFailed, match=r"^mute did not answer"):
        supervise(home, lambda supervisor: start(supervisor, "mute", WAITS, never))


def test_part_that_dies_later_ends_the_others_and_is_named(home: Home) -> None:
    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "good", WAITS)
        await start(supervisor, "mortal", WAITS)
        supervisor.parts[1].process.kill()

    with pytest.raises(PartFailed, match=r"^mortal ended by itself with status -9"):
        supervise(home, begin)


def test_part_that_ignores_the_request_is_killed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_END_SECONDS", 0.3)

    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "stubborn", STUBBORN, said(home, "stubborn", "stubborn"))
        stop_soon(signal.SIGTERM)

    supervise(home, begin)
    assert "is killed" in (home.logs / "stubborn.log").read_text()


def test_every_line_has_the_name_of_its_part(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "talker", f"print('one\\ntwo', flush=True); {WAITS}", said(home, "talker", "two"))
        stop_soon(signal.SIGTERM)

    supervise(home, begin)
    assert {"   talker | one", "   talker | two"} <= set(capsys.readouterr().out.splitlines())


def test_who_runs_is_on_record_before_it_answers(home: Home) -> None:
    async def begin(supervisor: Supervisor) -> None:
        await start(supervisor, "part", WAITS)
        names = [(process.name, process.pid) for process in read_processes(home.processes_file)]
        assert names == [("rex", os.getpid()), ("part", supervisor.parts[0].process.pid)]
        stop_soon(signal.SIGTERM)

    supervise(home, begin)
