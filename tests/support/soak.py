"""Keeps the processes of a soak alive: starts again what was killed, continues what was stopped past its lease, and restarts the database."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.postgres import Cluster

ROOT = Path(__file__).parents[2]
ROLES = ("schedule", "work", "work", "send", "send", "monitor")
LEASE_SECONDS = 1.0


@dataclass
class Process:
    """One actor, and since when it has been stopped."""

    role: str
    popen: subprocess.Popen[bytes]
    stopped_at: float | None = None


@dataclass
class Soak:
    """Faults happen until enough did; then all is calm."""

    folder: Path
    cluster: Cluster
    url: str
    seed: int
    kill: float = 0.05
    stop: float = 0.03
    kills: int = 0
    pauses: int = 0
    restarts: int = 0
    processes: list[Process] = field(default_factory=list)
    seeds: Iterator[int] = field(default_factory=itertools.count)

    def __enter__(self) -> "Soak":
        (self.folder / "soak.json").write_text(json.dumps({"url": self.url, "kill": self.kill, "stop": self.stop}))
        self.processes = [self._start(role) for role in ROLES]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.popen.kill()
        for process in self.processes:
            process.popen.communicate(timeout=30)

    def _start(self, role: str) -> Process:
        command = [sys.executable, "-m", "tests.support.soak_actor", role, str(self.folder), str(self.seed + next(self.seeds))]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}"}
        log = (self.folder / "actors.log").open("ab")
        with log:
            return Process(role, subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log))

    def look_after(self) -> None:
        """Once round all processes."""
        for number, process in enumerate(self.processes):
            code = process.popen.poll()
            if code is not None:
                assert code == -signal.SIGKILL, (
                    f"a {process.role} ended by itself with {code}: {(self.folder / 'actors.log').read_text()[-3000:]}"
                )
                self.kills += 1
                assert process.popen.stdin is not None
                process.popen.stdin.close()
                self.processes[number] = self._start(process.role)
            elif process.stopped_at is None and _is_stopped(process):
                process.stopped_at = time.monotonic()
            elif process.stopped_at is not None and time.monotonic() > process.stopped_at + 1.5 * LEASE_SECONDS:
                process.stopped_at = None
                self.pauses += 1
                process.popen.send_signal(signal.SIGCONT)

    def has_done(self, *, kills: int, pauses: int) -> bool:
        return self.kills >= kills and self.pauses >= pauses

    def restart_database(self) -> None:
        """As in a crash: nobody is told."""
        self.cluster.stop(signal.SIGQUIT)
        self.cluster.start()
        self.restarts += 1

    def calm_down(self) -> None:
        """Nobody dies any more, and whoever is stopped goes on."""
        (self.folder / "calm").touch()
        for process in self.processes:
            process.popen.send_signal(signal.SIGCONT)
            process.stopped_at = None

    def keep_up(self, condition: Callable[[], bool], seconds: float, each_turn: Callable[[], None] = lambda: None) -> None:
        """Look after everybody until the condition holds; fails after these seconds."""
        deadline = time.monotonic() + seconds
        pulse = random.Random(self.seed)
        while not condition():
            assert time.monotonic() < deadline, (
                f"not done after {seconds} s: kills {self.kills}, pauses {self.pauses}, restarts {self.restarts}"
            )
            self.look_after()
            each_turn()
            time.sleep(pulse.uniform(0.02, 0.1))


def _is_stopped(process: Process) -> bool:
    try:
        return psutil.Process(process.popen.pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False
