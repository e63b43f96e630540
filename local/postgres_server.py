"""Keeps the Postgres of a stack: starts it, repeats its log, and ends it with the supervisor; ends by itself only when Postgres does."""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from local.parent import end_with_parent
from local.postgres import Cluster

_LOOK_SECONDS = 0.2


def cluster_of(environ: Mapping[str, str]) -> Cluster:
    """The cluster this environment names."""
    return Cluster(
        data=Path(environ["REX_POSTGRES_DATA"]), port=int(environ["REX_POSTGRES_PORT"]), password=environ["REX_POSTGRES_PASSWORD"]
    )


def keep(cluster: Cluster, stopped: threading.Event) -> bool:
    """Run Postgres until it is asked to stop; whether that was so."""
    cluster.forget_log()
    try:
        cluster.start()
        with cluster.log.open() as log:
            while cluster.runs() and not stopped.wait(_LOOK_SECONDS):
                print(log.read(), end="", flush=True)
            asked = stopped.is_set()
            cluster.stop()
            print(log.read(), end="", flush=True)
    finally:
        cluster.stop()
    return asked


def _run(environ: Mapping[str, str]) -> int:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    end_with_parent()
    return 0 if keep(cluster_of(environ), stopped) else 1


if __name__ == "__main__":
    sys.exit(_run(os.environ))
