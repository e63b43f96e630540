"""A laptop stack as a person starts and ends it, in a folder of its own on free ports."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local.aws.client import LocalAws
from local.credentials import load_credentials
from local.home import ROOT, Home
from local.ports import free_port
from local.postgres import Cluster
from local.processes import read_processes
from tests.support.database import Clock, connect

_SECONDS = 90
_LOOK_SECONDS = 0.1
EVERY_MINUTE = ("MonitorMissions", "ScheduleMissions", "RunTasks", "SendOutreach")
_PASSED_ON = ("PATH", "HOME", "LANG", "UV_CACHE_DIR", "UV_DEFAULT_INDEX", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Laptop:
    """One home and its ports."""

    home: Home
    front_port: int
    supabase_port: int

    @classmethod
    def at(cls, folder: Path) -> "Laptop":
        folder.mkdir(mode=0o755)
        return cls(Home(root=folder), free_port(), free_port())

    @property
    def environment(self) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        own = {"REX_HOME": str(self.home.root), "REX_PORT": str(self.front_port), "REX_SUPABASE_PORT": str(self.supabase_port)}
        return passed_on | own | {"PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}"}

    @property
    def output(self) -> Path:
        return self.home.root / "output.txt"

    def start(self) -> subprocess.Popen[bytes]:
        """It ends with the test process, however that one ends."""
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "local.run", "attached"], cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    def run(self, module: str) -> "subprocess.CompletedProcess[str]":
        """One of the other entry points, to its end."""
        return subprocess.run(
            [sys.executable, "-m", module], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    @contextmanager
    def begin(self, module: str) -> "Iterator[subprocess.Popen[str]]":
        """One of them, beside the test, which reads what it says and outlives it."""
        with subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def serves(self) -> bool:
        return self.home.stack_file.exists()

    def has_started(self, part: str) -> bool:
        return any(process.name == part for process in read_processes(self.home.processes_file))

    def described(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.home.stack_file.read_text())
        return content

    def part(self, name: str) -> psutil.Process:
        """A process of the supervisor's record; it is itself called rex."""
        return next(psutil.Process(process.pid) for process in read_processes(self.home.processes_file) if process.name == name)

    def supervisor(self) -> int | None:
        recorded = read_processes(self.home.processes_file)
        return recorded[0].pid if recorded else None

    def workers(self, *functions: str) -> list[psutil.Process]:
        """The processes that execute functions, all or these of the template."""
        ran = [(process, _function_of(process)) for process in self.part("aws").children()]
        return [process for process, function in ran if function and (not functions or function in functions)]

    def pass_a_minute(self) -> None:
        """What a minute brings: the database's clock moves on, so that leases end, and the schedules start their functions."""
        ports, credentials = json.loads(self.home.ports_file.read_text()), load_credentials(self.home.credentials_file)
        cluster = Cluster(data=self.home.postgres, port=ports["postgres"], password=credentials.superuser_password)
        with connect(cluster.url("rex")) as superuser:
            Clock(superuser).advance(minutes=1)
        client = LocalAws(port=ports["aws"]).client("lambda")
        for function in client.list_functions()["Functions"]:
            if _logical(function["FunctionName"]) in EVERY_MINUTE:
                client.invoke(FunctionName=function["FunctionName"], InvocationType="Event", Payload=b"{}")

    def wait(self, running: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
        """Until the condition holds; a stack that ends before, or takes too long, fails the test with what it said."""
        deadline = time.monotonic() + _SECONDS
        while not reached():
            late = time.monotonic() > deadline
            assert running.poll() is None, f"the stack ended with {running.returncode}:\n{self.output.read_text()}"
            assert not late, f"the stack is not that far after {_SECONDS} seconds:\n{self.output.read_text()}"
            time.sleep(_LOOK_SECONDS)

    def left(self) -> list[str]:
        """The processes that speak of this home in their command or environment: all of a stack do."""
        return [" ".join(process.cmdline()) for process in psutil.process_iter() if self._owns(process)]

    def nothing_left(self, seconds: float = 1) -> bool:
        """Whether that is so, or becomes so in that time: what is killed is gone a moment later."""
        deadline = time.monotonic() + seconds
        while self.left() and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        return self.left() == []

    def _owns(self, process: psutil.Process) -> bool:
        mark = str(self.home.root)
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return any(mark in text for text in (*process.cmdline(), *process.environ().values()))
        except psutil.Error:
            return False


@dataclass
class Switch:
    """Starts and ends the stack of a laptop, again and again."""

    laptop: Laptop
    running: "subprocess.Popen[bytes]"

    @classmethod
    def on(cls, laptop: Laptop) -> "Switch":
        switch = cls(laptop, laptop.start())
        switch._wait()
        return switch

    def start(self) -> None:
        self.running = self.laptop.start()
        self._wait()

    def stop(self) -> None:
        """As a person does."""
        with self.running:
            stopped = self.laptop.run("local.stop")
            ended = self.running.wait(timeout=10)
        assert (stopped.returncode, ended) == (0, 0), stopped.stdout + self.laptop.output.read_text()

    def crash(self) -> None:
        """Kill -9 the supervisor; its parts end when they notice."""
        with self.running:
            self.running.kill()

    def _wait(self) -> None:
        """A crash leaves a file that says a stack serves, so whose it is counts too."""
        self.laptop.wait(self.running, lambda: self.laptop.supervisor() == self.running.pid and self.laptop.serves())


def _function_of(process: psutil.Process) -> str:
    try:
        return _logical(process.environ().get("AWS_LAMBDA_FUNCTION_NAME", ""))
    except psutil.Error:
        return ""


def _logical(function: str) -> str:
    """The name in the template, of stack-name-hash."""
    return "".join(function.split("-")[1:2])
