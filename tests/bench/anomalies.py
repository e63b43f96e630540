"""What is wrong in 200 generated series: how much of it REX finds, and how often it is mistaken, beside a fixed 3-sigma rule."""

from rich.console import Console

from tests.bench.results import Result
from tests.support.anomalies.table import measure, show

SERIES = 200
LEAST_FOUND = 0.95
MOST_FALSE_ALARMS = 0.1
"""A month of one series."""
PEER = "3-sigma"


def bench() -> list[Result]:
    rows = measure(SERIES)
    Console(width=140).print(show(rows))
    rex, sigma = rows[-1].rex, rows[-1].sigma
    return [
        Result(
            name="anomaly_detection_rate", value=rex.found, unit="of 1", peer=PEER, peer_value=sigma.found, ratio=rex.found / sigma.found,
            holds=rex.found >= max(LEAST_FOUND, sigma.found),
        ),
        Result(
            name="anomaly_false_alarms", value=rex.false_alarms, unit="a month", peer=PEER, peer_value=sigma.false_alarms,
            ratio=rex.false_alarms / sigma.false_alarms, holds=rex.false_alarms <= min(MOST_FALSE_ALARMS, sigma.false_alarms),
        ),
    ]  # fmt: skip
