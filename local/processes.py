"""Processes across runs: who they are, so that a later run ends exactly those an earlier one left, and no other."""

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from local.home import write_whole

_END_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that leads a group of its own; its start time tells it from a later one with the same number."""

    name: str
    pid: int
    started: str


def identify(name: str, pid: int) -> Process:
    """Describe a process that runs now."""
    return Process(name=name, pid=pid, started=_observe(pid)[1])


def is_alive(process: Process) -> bool:
    """Whether it still runs; one that ended and was not yet collected does not."""
    state, started = _observe(process.pid)
    return started == process.started and not state.startswith("Z")


def write_processes(file: Path, processes: list[Process]) -> None:
    """Put on record who runs now."""
    write_whole(file, json.dumps([asdict(process) for process in processes]))


def read_processes(file: Path) -> list[Process]:
    """Those on record, running or not."""
    return [Process(**row) for row in json.loads(file.read_text())] if file.exists() else []


def end_orphans(processes: list[Process]) -> list[Process]:
    """End those that still run, with their groups, and return them."""
    orphans = [process for process in processes if is_alive(process)]
    for how in (signal.SIGTERM, signal.SIGKILL):
        for orphan in orphans:
            end_group(orphan.pid, how)
        wait_until_gone(orphans, _END_SECONDS)
    return orphans


def wait_until_gone(processes: list[Process], seconds: float) -> bool:
    """Whether all of them ended within that time."""
    deadline = time.monotonic() + seconds
    while any(is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_group(pid: int, how: signal.Signals) -> None:
    """Signal a process and all it started; no error when they are gone."""
    try:
        os.killpg(pid, how)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return


def _observe(pid: int) -> tuple[str, str]:
    """The state and the start time of a process, empty when there is none."""
    if Path("/proc/self/stat").exists():
        return _observe_proc(pid)
    seen = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = seen.stdout.strip().partition(" ")
    return state, started.strip()


def _observe_proc(pid: int) -> tuple[str, str]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]
