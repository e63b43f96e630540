"""How well REX and a fixed 3-sigma rule find what is wrong in the same series, and how often they cry wolf."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pstdev

from rich.table import Table

from tests.support.anomalies import series as generated
from tests.support.anomalies.series import DAYS, INJECTED, LEARNED, QUIET, Series, day_of

KINDS: tuple[Callable[[random.Random], Series], ...] = (
    generated.bounces, generated.complaints, generated.replies, generated.success, generated.drift, generated.durations,
)  # fmt: skip
DAYS_OF_A_MONTH = 30


@dataclass(frozen=True)
class Score:
    """Of some series: the share found in time, after how many days on average, and false alarms a month of one series."""

    found: float
    days: float
    false_alarms: float


@dataclass(frozen=True)
class Row:
    kind: str
    series: int
    rex: Score
    sigma: Score


def measure(series: int, seed: str = "rex") -> list[Row]:
    """As many series as are asked for, of all kinds in turn; the last row is of all of them."""
    made = [KINDS[n % len(KINDS)](random.Random(f"{seed}{n}")) for n in range(series)]
    kinds = {kind: [each for each in made if each.kind == kind] for kind in dict.fromkeys(each.kind for each in made)}
    return [_row(kind, of_it) for kind, of_it in kinds.items()] + [_row("all", made)]


def _row(kind: str, made: list[Series]) -> Row:
    return Row(kind, len(made), _score(made, find_by_rex), _score(made, find_by_sigma))


def _score(made: Iterable[Series], find: Callable[[Series], list[int]]) -> Score:
    """An alarm before the injection is false; the first one after it counts, if it comes in time."""
    waited, false, count = [], 0, 0
    for series in made:
        count += 1
        alarms = find(series)
        false += sum(LEARNED <= day < INJECTED for day in alarms)
        waited += [day - INJECTED + 1 for day in alarms if INJECTED <= day < INJECTED + series.within][:1]
    return Score(len(waited) / count, fmean(waited) if waited else 0.0, false * DAYS_OF_A_MONTH / (QUIET * count))


def find_by_rex(series: Series) -> list[int]:
    """On which days something was opened."""
    begin = day_of(0)
    return [(episode.found_at - begin).days - 1 for episode in series.watch(series)]


def find_by_sigma(series: Series) -> list[int]:
    """On which days the figure, usual the day before, was further than three standard deviations from the mean of the 28 days before."""
    beyond = [False] * LEARNED
    for day in range(LEARNED, DAYS):
        before = [rate for rate in map(series.rate, range(day - LEARNED, day)) if rate is not None]
        spread = pstdev(before) * sqrt(len(before) / (len(before) - 1))
        rate = series.rate(day)
        beyond.append(rate is not None and series.worse * (rate - fmean(before)) > 3 * spread)
    return [day for day in range(1, DAYS) if beyond[day] and not beyond[day - 1]]


def show(rows: Iterable[Row]) -> Table:
    table = Table(title="Anomalies: found in time, and false alarms a month of one series", title_justify="left")
    for column in ("series", "number", "REX finds", "after days", "false alarms", "3-sigma finds", "after days", "false alarms"):
        table.add_column(column, justify="left" if column == "series" else "right")
    for row in rows:
        table.add_row(row.kind, str(row.series), *_cells(row.rex), *_cells(row.sigma))
    return table


def _cells(score: Score) -> tuple[str, str, str]:
    return f"{score.found:.1%}", f"{score.days:.1f}", f"{score.false_alarms:.3f}"
