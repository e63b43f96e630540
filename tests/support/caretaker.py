"""Cleans up after a test process, however that one ended: `python -m tests.support.caretaker FOLDER`, its input a pipe the tests hold."""

import shutil
import signal
import sys
from pathlib import Path

from local.home import Home
from local.postgres import Cluster
from local.stop import stop


def clean(folder: Path) -> None:
    """Stop every stack and every Postgres with its data under the folder, and remove it."""
    for stack in folder.rglob("processes.json"):
        stop(Home(root=stack.parent))
    for record in folder.rglob("postmaster.pid"):
        Cluster(data=record.parent, port=0, password="").stop(signal.SIGQUIT)
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.stdin.read()
    clean(Path(sys.argv[1]))
