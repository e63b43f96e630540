"""When a failed task is tried again: exponential backoff with full jitter, so that what failed together does not come back together.

Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

BASE_SECONDS = 10
LONGEST_SECONDS = 900


def retry_delay(retry_count: int, luck: float) -> int:
    """Whole seconds before retry number `retry_count` + 1; `luck` is drawn evenly from 0 to 1."""
    return round(luck * min(LONGEST_SECONDS, BASE_SECONDS << retry_count))
