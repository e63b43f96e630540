"""Cleans up after a test process, however that one ended: `python -m tests.support.caretaker FOLDER`, its input a pipe the tests hold."""

import shutil
import signal
import sys
from pathlib import Path

from local.postgres import Cluster


def clean(folder: Path) -> None:
    """Stop every Postgres with its data under the folder, and remove it."""
    for record in folder.rglob("postmaster.pid"):
        Cluster(data=record.parent, port=0, password="").stop(signal.SIGQUIT)
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.stdin.read()
    clean(Path(sys.argv[1]))
