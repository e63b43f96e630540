"""A laptop stack as a person starts and ends it, in a folder of its own on free ports."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local.home import ROOT, Home
from local.ports import free_port
from local.processes import read_processes

_SECONDS = 90
_LOOK_SECONDS = 0.1
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

    def serves(self) -> bool:
        return self.home.stack_file.exists()

    def has_started(self, part: str) -> bool:
        return any(process.name == part for process in read_processes(self.home.processes_file))

    def described(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.home.stack_file.read_text())
        return content

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
