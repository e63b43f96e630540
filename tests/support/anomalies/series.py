"""Series of twelve weeks: four to learn from, four without anything, then something that is wrong until the end."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log

from rex.domain.anomalies.charts import BOUNCES, COMPLAINTS, Chart, Sends, watch_sends
from rex.domain.anomalies.days import Day, watch_days
from rex.domain.anomalies.episodes import Episode

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
LEARNED, QUIET, DAYS = 28, 28, 84
INJECTED = LEARNED + QUIET
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """Of each day how many there were, and to how many it happened, or how large they were on average."""

    kind: str
    worse: int
    within: int
    """Days after the injection by which it should be found."""
    samples: list[int]
    counts: list[float]
    watch: Callable[["Series"], list[Episode]]

    def rate(self, day: int) -> float | None:
        return self.counts[day] / self.samples[day] if self.samples[day] else None


def day_of(nth: int) -> datetime:
    return BEGIN + nth * ONE_DAY


def _sends(series: Series, chart: Chart) -> list[Episode]:
    spans = [Sends(day_of(n), day_of(n + 1), sent, int(series.counts[n])) for n, sent in enumerate(series.samples)]
    return watch_sends(spans, chart)


def _rates(series: Series) -> list[Episode]:
    return watch_days(
        [Day.of_rate(day_of(n), day_of(n + 1), int(series.counts[n]), sent) for n, sent in enumerate(series.samples) if sent], series.worse
    )


def _sizes(series: Series) -> list[Episode]:
    return watch_days(
        [Day.of_size(day_of(n), day_of(n + 1), series.counts[n] / sent, sent, 0.05) for n, sent in enumerate(series.samples) if sent],
        series.worse,
    )


def bounces(luck: random.Random) -> Series:
    """A list with dead addresses: the rate of hard bounces rises to where it does harm."""
    usual = luck.uniform(0.005, 0.018)
    return _of_rates(
        "bounces", luck, 1, 7, [usual] * INJECTED + [luck.uniform(0.05, 0.08)] * (DAYS - INJECTED), lambda s: _sends(s, BOUNCES), (100, 500)
    )


def complaints(luck: random.Random) -> Series:
    usual = luck.uniform(0.0, 0.0005)
    return _of_rates(
        "complaints",
        luck,
        1,
        14,
        [usual] * INJECTED + [luck.uniform(0.003, 0.006)] * (DAYS - INJECTED),
        lambda s: _sends(s, COMPLAINTS),
        (200, 600),
    )


def replies(luck: random.Random) -> Series:
    """Fewer at weekends; then they halve, and halve again."""
    usual = luck.uniform(0.03, 0.06)
    weekly = [usual * (0.6 if n % 7 >= 5 else 1.0) for n in range(DAYS)]
    return _of_rates("replies", luck, -1, 7, [r if n < INJECTED else r * 0.3 for n, r in enumerate(weekly)], _rates, (300, 900))


def success(luck: random.Random) -> Series:
    usual = luck.uniform(0.93, 0.98)
    return _of_rates("success", luck, -1, 7, [usual] * INJECTED + [usual - luck.uniform(0.15, 0.3)] * (DAYS - INJECTED), _rates, (30, 120))


def drift(luck: random.Random) -> Series:
    """Unsubscribes that grow by a little every day."""
    usual = luck.uniform(0.004, 0.01)
    rates = [usual * exp(max(0, n - INJECTED) * log(4) / 21) for n in range(DAYS)]
    return _of_rates("drift", luck, 1, 21, rates, _rates, (300, 900))


def durations(luck: random.Random) -> Series:
    """Missions take so long, give or take; one day in forty something takes very long by itself; then all take longer."""
    usual, noise = luck.uniform(30_000, 200_000), luck.uniform(0.1, 0.2)
    samples = [luck.randint(10, 60) for _ in range(DAYS)]
    counts = []
    for n, missions in enumerate(samples):
        level = usual * (luck.uniform(1.8, 3.0) if n >= INJECTED and n == INJECTED else 1.0)
        counts.append(missions * level * exp(luck.gauss(0, noise)))
    longer = luck.uniform(1.8, 3.0)
    counts = [c * (longer if n > INJECTED else 1.0) for n, c in enumerate(counts)]
    return Series("durations", 1, 7, samples, counts, _sizes)


def _of_rates(
    kind: str,
    luck: random.Random,
    worse: int,
    within: int,
    rates: list[float],
    watch: Callable[[Series], list[Episode]],
    volume: tuple[int, int],
) -> Series:
    """Volumes of their own, by half or so from day to day; rates that vary a little more than chance alone has them."""
    usual = luck.randint(*volume)
    samples = [max(1, round(usual * luck.uniform(0.6, 1.4))) for _ in rates]
    counts: list[float] = [luck.binomialvariate(n, _shaken(luck, rate)) for n, rate in zip(samples, rates, strict=True)]
    return Series(kind, worse, within, samples, counts, watch)


def _shaken(luck: random.Random, rate: float) -> float:
    """By a twentieth of the rarer outcome, so that a high rate varies as its complement does."""
    odd = exp(luck.gauss(0, 0.05))
    return rate * odd if rate < 0.5 else 1 - (1 - rate) * odd
