"""From an account's figures to its anomalies: one for each cause, which is the narrowest subject that explains it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rex.domain.anomalies.alerts import watch_alert
from rex.domain.anomalies.episodes import Episode, Method
from rex.domain.anomalies.signals import WATCHES, Figures, Watch
from rex.domain.signals import Signal

MOST_SILENT = timedelta(days=7)
"""Without anything to judge for so long, nothing goes on."""
MOST_OF_IT = 0.5
LATELY = timedelta(days=3)

type Key = tuple[str, str]
ACCOUNT: Key = ("account", "")


class OpenAnomaly(BaseModel):
    """One that went on when the account was last examined."""

    model_config = ConfigDict(frozen=True)

    signal: Signal
    subject: str
    key: str
    cause: str
    cause_key: str


class AccountFigures(BaseModel):
    """What is examined: twelve weeks up to the last closed hour, each subject's in time order."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    until: AwareDatetime
    figures: tuple[Figures, ...]
    open: tuple[OpenAnomaly, ...] = ()


class Anomaly(BaseModel):
    """What is not as usual, and the likeliest cause; of a rate, `observed` and `expected` are rates, else means in the signal's unit."""

    model_config = ConfigDict(frozen=True)

    signal: Signal
    subject: str
    key: str
    cause: str
    cause_key: str
    method: Method
    started_at: AwareDatetime
    found_at: AwareDatetime
    observed: float
    expected: float
    score: float
    limit: float
    samples: int
    share: Annotated[float | None, Field(ge=0, le=1)] = None
    """Of what is too much or too little, how much is the cause's; None where the cause is the subject itself."""
    is_new: bool = False
    """The cause began to have figures only shortly before."""


def find_anomalies(account: AccountFigures) -> list[Anomaly]:
    """Those that go on, by signal and cause."""
    rows = {key: tuple(found) for key, found in groupby(account.figures, key=lambda row: (row.subject, row.key))}
    return [anomaly for watch in WATCHES for anomaly in _of_signal(watch, rows, account)]


def _of_signal(watch: Watch, rows: Mapping[Key, Sequence[Figures]], account: AccountFigures) -> Iterable[Anomaly]:
    """What goes on, one for each cause."""
    episodes: dict[Key, Episode] = {}
    for key in sorted(key for key in rows if key[0] in watch.subjects):
        is_open = any((one.signal, one.subject, one.key) == (watch.signal, *key) for one in account.open)
        episode = _current(watch, rows[key], account.until, is_open=is_open)
        if episode is not None:
            episodes[key] = episode
    found: dict[Key, Anomaly] = {}
    for key in _distinct(watch, episodes, rows, account):
        anomaly = _describe(watch, key, episodes[key], rows, account)
        found.setdefault((anomaly.cause, anomaly.cause_key), anomaly)
    return found.values()


def _distinct(watch: Watch, episodes: Mapping[Key, Episode], rows: Mapping[Key, Sequence[Figures]], account: AccountFigures) -> list[Key]:
    """Without those that tell the same as others: the account's own, or the narrow ones that explain most of it.

    The account's own gives way, unless its cause was named before, or what explains it is the only one of its kind and so says no more.
    """
    narrow = [key for key in episodes if key != ACCOUNT]
    whole = episodes.get(ACCOUNT)
    if whole is None:
        return narrow
    most = MOST_OF_IT * _excess(watch, whole, rows[ACCOUNT])
    excess = {key: _excess(watch, whole, rows[key]) for key in narrow}
    kept = _kept(watch, account.open)
    telling = [key for key in narrow if sum(other[0] == key[0] for other in rows) > 1]
    if (kept is None or kept[0] == ACCOUNT) and telling and sum(excess[key] for key in telling) >= most:
        return telling
    return [*(key for key in narrow if excess[key] < most), ACCOUNT]


def _current(watch: Watch, figures: Sequence[Figures], until: datetime, *, is_open: bool) -> Episode | None:
    judged = [row for row in figures if watch.samples(row) > 0]
    if not judged or judged[-1].ends_at < until - MOST_SILENT:
        return None
    episodes = watch.episodes(judged, until)
    return episodes[-1] if episodes and episodes[-1].ended_at is None else watch_alert(watch, judged, until, is_open=is_open)


def _describe(watch: Watch, key: Key, episode: Episode, rows: Mapping[Key, Sequence[Figures]], account: AccountFigures) -> Anomaly:
    """Of the account, the cause that was named stays: who is told of one anomaly is not told of it under another name."""
    cause, share = key, None
    if key == ACCOUNT:
        cause, share = _kept(watch, account.open) or _likely_cause(watch, episode, rows)
    first = rows[cause][0].starts_at if cause in rows else episode.started_at
    began_lately = first > max(episode.started_at - LATELY, account.figures[0].starts_at)
    return Anomaly(
        signal=watch.signal, subject=key[0], key=key[1], cause=cause[0], cause_key=cause[1], method=episode.method,
        started_at=episode.started_at, found_at=episode.found_at, observed=episode.observed, expected=episode.expected,
        score=round(episode.score, 3), limit=round(episode.limit, 3), samples=episode.samples, share=share,
        is_new=cause != ACCOUNT and began_lately,
    )  # fmt: skip


def _kept(watch: Watch, open_ones: Iterable[OpenAnomaly]) -> tuple[Key, float | None] | None:
    named = [(one.cause, one.cause_key) for one in open_ones if one.signal is watch.signal and one.subject == ACCOUNT[0]]
    return (named[0], None) if named else None


def _likely_cause(watch: Watch, episode: Episode, rows: Mapping[Key, Sequence[Figures]]) -> tuple[Key, float | None]:
    """The subject with most of the excess; one beside which others stayed as usual rather than the only one of its kind."""
    candidates = []
    for rank, kind in enumerate(watch.causes):
        excess = {key: _excess(watch, episode, found) for key, found in rows.items() if key[0] == kind}
        whole = sum(value for value in excess.values() if value > 0)
        if not whole:
            continue
        key, most = max(excess.items(), key=lambda pair: pair[1])
        if most >= MOST_OF_IT * whole:
            candidates.append((len(excess) == 1, rank, key, round(min(1.0, most / whole), 3)))
    if not candidates:
        return ACCOUNT, None
    _, _, key, share = min(candidates)
    return key, share


def _excess(watch: Watch, episode: Episode, figures: Sequence[Figures]) -> float:
    """How much worse than expected it was since the beginning; what has no samples of its own is compared with itself before."""
    since = [row for row in figures if row.ends_at > episode.started_at]
    samples, count = sum(map(watch.samples, since)), sum(map(watch.count, since))
    if samples or not since:
        return watch.worse * (count - episode.expected * samples)
    days = {row.day for row in since}
    before = [row for row in figures if row.ends_at <= episode.started_at]
    usual = sum(map(watch.count, before)) / max(1, len({row.day for row in before}))
    return watch.worse * (count - usual * len(days))
