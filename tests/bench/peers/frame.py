"""What every peer's script does: wait for the word to go, and tell what came out."""

import json
import sys
import time

TRICKLE_SECONDS = 0.05


def go() -> float:
    """Ready; the moment the work begins."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.time()


def tell(start: float, count: int, waits: list[float] | None = None, end: float | None = None) -> None:
    print(json.dumps({"start": start, "end": end or time.time(), "count": count, "waits": waits}), flush=True)
