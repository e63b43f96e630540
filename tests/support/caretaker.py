"""Cleans up after a test process, however that one ended: `python -m tests.support.caretaker FOLDER`, its input a pipe the tests hold."""

import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from local.home import Home
from local.postgres import Cluster
from local.stop import stop


def clean(folder: Path) -> None:
    """End every actor, stack and Postgres that has its record under the folder, and remove it."""
    for actor in folder.rglob("*.actor"):
        _kill(int(actor.stem))
    for stack in folder.rglob("processes.json"):
        stop(Home(root=stack.parent))
    for record in folder.rglob("postmaster.pid"):
        Cluster(data=record.parent, port=0, password="").stop(signal.SIGQUIT)
    shutil.rmtree(folder)


def _kill(pid: int) -> None:
    """Also one that is stopped and hears nothing else; a stranger with a recycled process id is let alone."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if "tests.support.soak_actor" in process.cmdline():
            process.kill()


if __name__ == "__main__":
    sys.stdin.read()
    clean(Path(sys.argv[1]))
