"""What other processes do is looked at again and again, for a bounded time."""

import time
from collections.abc import Callable

_LOOK_SECONDS = 0.1


def wait(reached: Callable[[], bool], seconds: float, what: str) -> None:
    """Until the condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"{what} not reached within {seconds} seconds"
        time.sleep(_LOOK_SECONDS)
