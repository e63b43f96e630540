"""`make bench`: everything, or the parts named: `python -m tests.bench imports throughput`."""

import sys
import time
from importlib import import_module

from rich.console import Console

from tests.bench.results import keep, show

PARTS = ("anomalies", "imports", "decisions", "live", "api", "page", "analytics", "flatness", "latency", "throughput")
"""Modules beside this one, each with `bench() -> list[Result]`."""


def main(names: list[str]) -> int:
    """1 when something promised does not hold."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    console, results = Console(width=140), []
    for name in names or PARTS:
        started = time.monotonic()
        console.print(f"Measuring {name}.")
        found = import_module(f"tests.bench.{name}").bench()
        show(f"{name}, {time.monotonic() - started:.0f} s", found, console)
        keep(found)
        results += found
    return int(any(result.holds is False for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
