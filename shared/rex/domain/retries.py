"""When a failed task or mission is tried again: exponential backoff with full jitter, so that what fails together does not return together.

Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

BASE_SECONDS = 10
MISSION_BASE_SECONDS = 60
LONGEST_SECONDS = 900


def retry_delay(retry_count: int, luck: float, base: int = BASE_SECONDS) -> int:
    """Whole seconds before retry number `retry_count` + 1; `luck` is drawn evenly from 0 to 1."""
    return round(luck * longest_delay(retry_count, base))


def longest_delay(retry_count: int, base: int = BASE_SECONDS) -> int:
    """The most that luck makes of it; for a batch of expired leases the database draws the luck."""
    return min(LONGEST_SECONDS, base << retry_count)


LONGEST_TASK_DELAYS = tuple(longest_delay(retry_count) for retry_count in range(3))
"""Before the first, second and third retry of a task."""
