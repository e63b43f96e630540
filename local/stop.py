"""Ends the stack of a home, or what a crashed one left of it: `python -m local.stop`."""

import os
import signal
import sys

from local.home import Home
from local.postgres import Cluster
from local.processes import Process, end_orphans, is_alive, read_processes, wait_until_gone

_PATIENCE_SECONDS = 60


def supervisor_of(home: Home) -> Process | None:
    """The process that keeps the stack of this home, if one runs."""
    recorded = read_processes(home.processes_file)
    return recorded[0] if recorded and is_alive(recorded[0]) else None


def stop(home: Home) -> bool:
    """End the stack and wait until nothing of it is left; whether one ran."""
    supervisor = supervisor_of(home)
    if supervisor:
        os.kill(supervisor.pid, signal.SIGTERM)
        if not wait_until_gone([supervisor], _PATIENCE_SECONDS):
            os.kill(supervisor.pid, signal.SIGKILL)
            wait_until_gone([supervisor], _PATIENCE_SECONDS)
    return bool(end_leftovers(home) or supervisor)


def end_leftovers(home: Home) -> list[Process]:
    """End the parts that outlived their supervisor, and forget the stack; returns them."""
    orphans = end_orphans(read_processes(home.processes_file)[1:])
    Cluster(data=home.postgres, port=0, password="").stop()
    home.stack_file.unlink(missing_ok=True)
    return orphans


if __name__ == "__main__":
    place = Home.of(os.environ)
    print(f"The stack of {place.root} has ended." if stop(place) else f"No stack runs in {place.root}.")
    sys.exit(0)
