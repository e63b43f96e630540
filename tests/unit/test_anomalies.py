"""Detectors on series whose truth is known, and from their findings to one anomaly a cause."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rex.domain.anomalies import AccountFigures, Figures, Method, OpenAnomaly, Signal, find_anomalies
from rex.domain.anomalies.charts import BOUNCES, COMPLAINTS, Chart, Sends, watch_sends
from rex.domain.anomalies.days import DRIFT_LIMIT, POINT_LIMIT, SMOOTHING, WINDOW, Day, watch_days
from tests.support.anomalies.table import measure

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
DAYS = 40
UNTIL = BEGIN + DAYS * ONE_DAY


def test_methods_are_those_that_were_agreed_on() -> None:
    assert Chart(usual=0.02, harmful=0.05, limit=5) == BOUNCES
    assert Chart(usual=0.0005, harmful=0.003, limit=4) == COMPLAINTS
    assert (POINT_LIMIT, WINDOW, SMOOTHING, DRIFT_LIMIT) == (3.5, 28, 0.2, 3)


def test_finds_what_is_wrong_more_often_than_three_sigma_and_is_mistaken_less_often() -> None:
    row = measure(48)[-1]
    assert row.rex.found >= max(0.95, row.sigma.found), row
    assert row.rex.false_alarms <= min(0.15, row.sigma.false_alarms / 2), row


def spans(*events: int, sends: int = 100) -> list[Sends]:
    return [Sends(BEGIN + n * ONE_DAY, BEGIN + (n + 1) * ONE_DAY, sends, found) for n, found in enumerate(events)]


def test_rise_begins_where_its_evidence_began() -> None:
    (rise,) = watch_sends(spans(1, 1, 1, 8, 8), BOUNCES)
    assert (rise.started_at, rise.ended_at) == (BEGIN + 3 * ONE_DAY, None)
    assert rise.found_at <= BEGIN + 5 * ONE_DAY
    assert rise.score >= BOUNCES.limit


def test_rise_is_over_after_as_much_evidence_to_the_contrary() -> None:
    (rise,) = watch_sends(spans(1, 8, 8, 1, 1, 1, 1, 1, 1, 1), BOUNCES)
    assert rise.ended_at is not None
    assert BEGIN + 6 * ONE_DAY <= rise.ended_at <= BEGIN + 9 * ONE_DAY


def test_usual_rate_and_no_sends_at_all_are_no_rise() -> None:
    assert watch_sends(spans(*[2, 1] * 30), BOUNCES) == []
    assert watch_sends(spans(0, 0, sends=0), BOUNCES) == []
    assert watch_sends([], COMPLAINTS) == []


def test_more_events_than_sends_are_as_many_as_sends() -> None:
    (rise,) = watch_sends(spans(9, sends=6), BOUNCES)
    assert rise.observed == 1


def points(*counts: int, samples: int = 200) -> list[Day]:
    return [Day.of_rate(BEGIN + n * ONE_DAY, BEGIN + (n + 1) * ONE_DAY, count, samples) for n, count in enumerate(counts)]


def test_one_far_day_is_a_point_and_two_usual_ones_end_it() -> None:
    (low,) = watch_days(points(*[190, 188] * 15, 120, 190, 189), -1)
    assert (low.method, low.started_at, low.ended_at) == (Method.POINT, BEGIN + 30 * ONE_DAY, BEGIN + 33 * ONE_DAY)
    assert low.observed == pytest.approx(0.6, abs=0.01)
    assert low.expected == pytest.approx(0.945, abs=0.01)


def test_better_than_usual_is_no_anomaly() -> None:
    assert watch_days(points(*[100, 98] * 15, 180, 190, 189), -1) == []


def test_nothing_is_judged_before_two_weeks_are_known() -> None:
    assert watch_days(points(*[190] * 13, 20), -1) == []


def test_what_lasts_for_four_weeks_is_usual() -> None:
    (low,) = watch_days(points(*[190, 188] * 15, *[120, 122] * 30), -1)
    assert low.ended_at is not None
    assert low.ended_at <= BEGIN + 60 * ONE_DAY


def test_weekends_are_compared_with_weekends() -> None:
    weekly = [60, 61, 59, 60, 62, 20, 19]
    assert watch_days(points(*weekly * 7), -1) == []
    (low,) = watch_days(points(*weekly * 6, 20, 21), -1)
    assert low.started_at == BEGIN + 42 * ONE_DAY


def row(subject: str, key: str, nth: int, **counts: Any) -> Figures:
    day = BEGIN + nth * ONE_DAY
    return Figures(subject=subject, key=key, day=day, day_ends=day + ONE_DAY, starts_at=day, ends_at=day + ONE_DAY, **counts)


def account(*rows: Figures, open_ones: tuple[OpenAnomaly, ...] = ()) -> AccountFigures:
    ordered = tuple(sorted(rows, key=lambda each: (each.subject, each.key, each.starts_at)))
    return AccountFigures(user_id=uuid.uuid4(), until=UNTIL, figures=ordered, open=open_ones)


def sent(subject: str, key: str, usual: int, lately: int, days: int = DAYS) -> list[Figures]:
    """A hundred messages a day; the last five bounce more often, or not."""
    return [row(subject, key, n, sent=100, begun=100, bounced=usual if n < days - 5 else lately) for n in range(days)]


def test_one_domain_that_bounces_is_one_anomaly_and_its_cause() -> None:
    rows = sent("account", "", 2, 20) + sent("domain", "a", 1, 1) + sent("domain", "b", 1, 19) + sent("campaign", "c", 2, 20)
    (found,) = find_anomalies(account(*rows))
    assert (found.signal, found.cause, found.cause_key) == (Signal.BOUNCES, "domain", "b")
    assert found.started_at == UNTIL - 5 * ONE_DAY
    assert found.method is Method.CUSUM


def test_one_campaign_of_an_only_domain_is_one_anomaly_and_its_cause() -> None:
    rows = sent("account", "", 2, 20) + sent("domain", "a", 2, 20) + sent("campaign", "bad", 1, 19) + sent("campaign", "good", 1, 1)
    assert [(found.cause, found.cause_key) for found in find_anomalies(account(*rows))] == [("campaign", "bad")]


def test_domain_that_comes_to_light_later_is_not_a_second_anomaly() -> None:
    named = OpenAnomaly(signal=Signal.BOUNCES, subject="account", key="", cause="campaign", cause_key="c")
    rows = sent("account", "", 2, 20) + sent("domain", "a", 1, 1) + sent("domain", "b", 1, 19) + sent("campaign", "c", 2, 20)
    assert [found.cause_key for found in find_anomalies(account(*rows, open_ones=(named,)))] == ["c"]
    nameless = OpenAnomaly(signal=Signal.BOUNCES, subject="account", key="", cause="account", cause_key="")
    assert [found.cause_key for found in find_anomalies(account(*rows, open_ones=(nameless,)))] == ["b"]


def test_domains_that_bounce_together_are_an_anomaly_each_and_none_of_the_account() -> None:
    rows = sent("account", "", 2, 40) + sent("domain", "a", 1, 13) + sent("domain", "b", 1, 13) + sent("domain", "c", 1, 14)
    assert [found.cause_key for found in find_anomalies(account(*rows))] == ["a", "b", "c"]


def unsubscribed(subject: str, key: str, first: int, usual: int, lately: int) -> list[Figures]:
    return [row(subject, key, n, sent=500, unsubscribed=usual if n < DAYS - 3 else lately) for n in range(first, DAYS)]


def test_likely_cause_is_what_has_most_of_the_excess_and_says_that_it_is_new() -> None:
    rows = (
        unsubscribed("account", "", 0, 2, 40) + unsubscribed("campaign", "old", 0, 2, 2) + unsubscribed("campaign", "new", DAYS - 3, 0, 38)
    )
    (found,) = find_anomalies(account(*rows, *unsubscribed("domain", "d", 0, 2, 40)))
    assert (found.cause, found.cause_key, found.is_new) == ("campaign", "new", True)
    assert found.share is not None
    assert found.share > 0.9


def test_cause_that_was_named_stays() -> None:
    known = OpenAnomaly(signal=Signal.UNSUBSCRIBES, subject="account", key="", cause="campaign", cause_key="old")
    rows = unsubscribed("account", "", 0, 2, 40) + unsubscribed("campaign", "old", 0, 2, 2) + unsubscribed("campaign", "new", 20, 2, 38)
    (found,) = find_anomalies(account(*rows, open_ones=(known,)))
    assert found.cause_key == "old"


def test_without_a_cause_it_is_the_accounts() -> None:
    (found,) = find_anomalies(account(*unsubscribed("account", "", 0, 2, 40)))
    assert (found.cause, found.cause_key, found.share) == ("account", "", None)


def test_nothing_goes_on_without_sends_for_a_week() -> None:
    assert find_anomalies(account(*sent("account", "", 2, 20, days=DAYS - 9))) == []
    assert find_anomalies(account()) == []


def test_replies_are_judged_when_they_had_time_to_come_in() -> None:
    rows = [row("account", "", n, sent=400, replied=20 if n < DAYS - 2 else 1) for n in range(DAYS)]
    assert find_anomalies(account(*rows)) == []
    rows = [row("account", "", n, sent=400, replied=20 if n < DAYS - 6 else 1) for n in range(DAYS)]
    assert [found.signal for found in find_anomalies(account(*rows))] == [Signal.REPLIES]


@pytest.mark.parametrize(
    ("usual", "lately", "signal"),
    [
        ({"completed": 10, "escalated": 0}, {"completed": 15, "escalated": 6}, Signal.SUCCESS),
        ({"reputations": 24, "reputation_sum": 21.6}, {"reputations": 24, "reputation_sum": 16.8}, Signal.REPUTATION),
        ({"completed": 12, "active_ms": 480_000}, {"completed": 12, "active_ms": 1_200_000}, Signal.DURATION),
    ],
)
def test_alarms_of_the_first_system_need_no_two_weeks(usual: dict[str, Any], lately: dict[str, Any], signal: Signal) -> None:
    subject = ("domain", "d") if signal is Signal.REPUTATION else ("account", "")
    rows = [row(*subject, n, **(lately if n == DAYS - 1 else usual)) for n in range(DAYS - 8, DAYS)]
    (found,) = find_anomalies(account(*rows))
    assert (found.signal, found.method) == (signal, Method.ALERT)


@pytest.mark.parametrize("is_open", [False, True])
def test_alarm_that_wavers_about_its_bound_is_one(is_open: bool) -> None:
    known = OpenAnomaly(signal=Signal.SUCCESS, subject="account", key="", cause="account", cause_key="")
    rows = [
        row("account", "", n, completed=17 if n == DAYS - 1 else 20, escalated=4 if n == DAYS - 1 else 0) for n in range(DAYS - 8, DAYS)
    ]
    assert bool(find_anomalies(account(*rows, open_ones=(known,) if is_open else ()))) is is_open


def test_counts_below_zero_are_none() -> None:
    rows = [row("account", "", n, sent=100, begun=100, bounced=-1, unsubscribed=-2, complained=-1) for n in range(DAYS)]
    assert find_anomalies(account(*rows)) == []
    assert find_anomalies(account(*(row("account", "", n, sent=-3, begun=-3, bounced=1) for n in range(DAYS)))) == []


def test_every_signal_is_found_and_names_itself() -> None:
    figures = [
        row("account", "", n, queue_ages=24, queue_seconds=24 * (9_000 if n >= DAYS - 2 else 60 + n % 3), tasks_completed=100,
            tasks_failed=30 if n >= DAYS - 2 else 1, attempts=100, task_ms=100_000 if n < DAYS - 2 else 400_000, sent=100,
            nanos=5_000 if n < DAYS - 2 else 20_000)
        for n in range(DAYS)
    ]  # fmt: skip
    found = {anomaly.signal: anomaly for anomaly in find_anomalies(account(*figures))}
    assert set(found) == {Signal.QUEUE_AGE, Signal.TASK_FAILURES, Signal.TASK_TIME, Signal.COST}
    assert found[Signal.COST].observed == pytest.approx(200)
    assert found[Signal.COST].expected == pytest.approx(50)
