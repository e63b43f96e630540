"""What a detector says of a series: from when to when it was not as usual, and by how much."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """How an anomaly was found."""

    CUSUM = "cusum"
    POINT = "point"
    """One day far from the usual ones."""
    DRIFT = "drift"
    """Many days a little off, to the same side."""
    ALERT = "alert"
    """A fixed bound of the first system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A time in which a series was not as usual; without an end it goes on. `score` reached `limit` at `found_at`."""

    method: Method
    started_at: datetime
    found_at: datetime
    ended_at: datetime | None
    score: float
    limit: float
    observed: float
    expected: float
    samples: int
    count: int | None = None
    """Of the samples, to how many it happened, where it is a rate."""
