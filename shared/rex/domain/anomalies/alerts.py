"""The first system's alarms, as it had them: the last 24 hours beside the 28 days before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rex.domain.anomalies.days import WINDOW
from rex.domain.anomalies.episodes import Episode, Method
from rex.domain.anomalies.signals import Figures, Watch
from rex.domain.signals import Signal

ALERTS = {Signal.SUCCESS: 0.2, Signal.DURATION: 2.0, Signal.REPUTATION: 0.15}
"""Success down by 20 points, duration up to twice the average, reputation down by 0.15."""
LEAST_SAMPLES = {Signal.SUCCESS: 20, Signal.DURATION: 10, Signal.REPUTATION: 6}
STAYS = {Signal.SUCCESS: 0.15, Signal.DURATION: 1.75, Signal.REPUTATION: 0.1}
"""What is open stays so down to here: a figure that wavers about its bound is one alarm and not one an hour."""
ONE_DAY = timedelta(days=1)


def watch_alert(watch: Watch, figures: Sequence[Figures], until: datetime, *, is_open: bool) -> Episode | None:
    """The alert of a signal, while it holds."""
    bound = (STAYS if is_open else ALERTS).get(watch.signal)
    since = until - ONE_DAY
    now = [row for row in figures if row.starts_at >= since]
    before = [row for row in figures if since - timedelta(days=WINDOW) <= row.starts_at < since]
    samples, usual = sum(map(watch.samples, now)), sum(map(watch.samples, before))
    if bound is None or samples < LEAST_SAMPLES[watch.signal] or usual < LEAST_SAMPLES[watch.signal]:
        return None
    observed, expected = sum(map(watch.count, now)) / samples, sum(map(watch.count, before)) / usual
    score = observed / expected if watch.signal is Signal.DURATION and expected else expected - observed
    if score < bound:
        return None
    return Episode(
        method=Method.ALERT, started_at=since, found_at=until, ended_at=None, score=score, limit=bound, observed=observed,
        expected=expected, samples=int(samples),
    )  # fmt: skip
