"""One Postgres on disk with fsync for everybody who is measured, a fresh database for each run, and workers as processes of their own."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local.database import OWNER, prepare
from local.ports import free_port
from local.postgres import Cluster
from tests.bench.results import ROOT

TEMPLATE = "rex_template"
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "jit": "off"}
"""For everybody alike, as a small hosted database has them; fsync and synchronous_commit stay on."""


@contextmanager
def serve() -> Iterator[Cluster]:
    """A server whose files are beside those of the stack, and gone afterwards."""
    (ROOT / ".rex").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / ".rex") as folder:
        home = Path(folder)
        home.chmod(0o755)
        cluster = Cluster(data=home / "data", port=free_port(), password=uuid.uuid4().hex)
        cluster.start()
        try:
            with psycopg.connect(cluster.url(), autocommit=True) as admin:
                for name, value in SETTINGS.items():
                    admin.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value)))
            cluster.stop()
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def database(cluster: Cluster, template: str = "template1") -> Iterator[str]:
    """The superuser's URL of a fresh database."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        if template == TEMPLATE:
            admin.execute(sql.SQL("alter database {} owner to {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
        try:
            yield cluster.url(name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def prepare_rex(cluster: Cluster) -> None:
    """The migrated template that REX's databases are copies of."""
    prepare(cluster, TEMPLATE, uuid.uuid4().hex)


@dataclass(frozen=True)
class Run:
    """What workers did together: from the first one's start to the last one's end."""

    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


class WorkerFailed(RuntimeError):
    """A worker ended without an answer; the message is what it said."""


def run_workers(command: Sequence[str], workers: int, environment: dict[str, str] | None = None) -> tuple[Run, list[dict[str, Any]]]:
    """Start them, wait until each says that it is ready, let all go at once, and take their answers.

    A worker says `ready`, waits for a line, works, and prints `{"start", "end", "count"}`; its start-up is not counted.
    """
    with ExitStack() as stack:
        running = [stack.enter_context(_start(command, environment or {})) for _ in range(workers)]
        for process in running:
            _expect(process, "ready")
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [json.loads(_expect(process, "{")) for process in running]
    count = sum(answer["count"] for answer in answers)
    return Run(count, max(answer["end"] for answer in answers) - min(answer["start"] for answer in answers)), answers


def python_worker(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def peer_worker(script: str, *arguments: str) -> list[str]:
    """One in Python, with the packages of the group `peers` alone."""
    return [str(ROOT / ".rex" / "venvs" / "peers" / "bin" / "python"), str(ROOT / "tests" / "bench" / "peers" / script), *arguments]


def _start(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "shared"), str(ROOT)))} | environment,
    )  # fmt: skip


def _expect(process: subprocess.Popen[str], beginning: str) -> str:
    """The next line that begins so; what else it says is passed over."""
    assert process.stdout
    said = []
    for line in process.stdout:
        if line.startswith(beginning):
            return line
        said.append(line)
    message = f"{process.args!r} ended with {process.wait()} before it said {beginning!r}: {''.join(said)[-2000:]}"
    raise WorkerFailed(message)
