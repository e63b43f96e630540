"""One metrics step with 1,000 and with 1,000,000 missions stored, and a trend of 90 days as the database answers it."""

import statistics
import time

from local.postgres import Cluster
from tests.bench import worlds
from tests.bench.results import Result, compared
from tests.bench.server import TEMPLATE, database, prepare_rex, serve
from tests.bench.worker import ask
from tests.support.database import Connection, as_person, connect, one

ACCOUNTS, FEW, MANY, CHANGES, STEPS = 100, 1_000, 1_000_000, 50, 15
CALLS, DAYS, TREND_MS = 60, 89, 50.0

_CHANGE = (
    "with made as (insert into public.rex_missions (user_id, type, crew, campaign_id, sends, leads, created_by)"
    " select user_id, 'lead_reactivation', 'dead_lead_crew', id, true, 2, user_id from public.rex_campaigns where is_default order by user_id limit %s"
    " returning user_id, id)"
    " insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, to_state, version)"
    " select user_id, 'mission', id, id, 'create_mission', 'QUEUED', 1 from made"
)
_SPANS = (
    "create temporary table span as"
    " select a.user_id, g.grain, s.at as starts_at, s.at + g.step as ends_at from public.rex_accounts a"
    " cross join (values ('hour', interval '1 hour', 0, 30), ('day', interval '1 day', 30, 120)) as g (grain, step, newest, oldest)"
    " cross join lateral generate_series(date_trunc('day', rex.now(), 'UTC') - g.oldest * interval '1 day',"
    "  date_trunc('day', rex.now(), 'UTC') - g.newest * interval '1 day' - interval '1 second', g.step) as s (at)"
    " where a.user_id = %s"
)
_SNAPSHOTS = (
    "insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, key, created, completed, escalated, sent, delivered, replied,"
    "  tasks_completed, task_ms, active_ms, held_ms, slot_ms, reputations, reputation_sum, missions, closed_at)"
    " select user_id, grain, starts_at, ends_at, k.subject, k.key, 9, 8, 1, 40, 39, 2, 90, 90000, 900000, 1800000, 54000000, 1, 0.85,"
    "  case when k.subject = 'account' then '{\"COMPLETED\": 9}'::jsonb end, ends_at from span cross join ("
    "  select 'account' as subject, '' as key union all select 'campaign', 'c' || n from generate_series(1, 20) as n"
    "  union all select 'domain', 'd' || n from generate_series(1, 20) as n union all select 'agent', 'a' || n from generate_series(1, 28) as n"
    "  union all select 'crew', 'w' || n from generate_series(1, 5) as n union all select 'provider', 'p' || n from generate_series(1, 4) as n) as k"
)
_DURATIONS = (
    "insert into public.rex_analytics_durations (user_id, grain, starts_at, active_ms, missions)"
    " select user_id, grain, starts_at, n * 1000 + (random() * 900)::int, 1"
    " from span cross join generate_series(1, 48) as n where grain = 'day' or n <= 2"
)
"""As two missions an hour leave behind, by day and night."""

_TREND = (
    "select rex.read_trends(auth.uid(), 'account', '', date_trunc('day', rex.now() - interval '89 days', 'UTC'),"
    " date_trunc('day', rex.now() + interval '1 day', 'UTC'), 'UTC', 'day')"
)


def counted_world(url: str, missions: int) -> None:
    """So many missions, each counted."""
    worlds.add_accounts(url, ACCOUNTS, 3)
    worlds.add_missions(url, missions)
    with worlds.service(url) as db:
        while ask(db, "rex_measure_metrics", 20_000)["more"]:
            pass
    worlds.finish_setup(url)


def time_steps(url: str) -> float:
    """Milliseconds of a step, with its commit, in which 50 of 100 accounts have a new mission."""
    taken = []
    with worlds.service(url) as db, connect(url) as owner:
        for _ in range(STEPS):
            owner.execute(_CHANGE, (CHANGES,))
            start = time.perf_counter()
            step = ask(db, "rex_measure_metrics")
            taken.append((time.perf_counter() - start) * 1000)
            if step["counted"] != CHANGES or step["changed"] < CHANGES:  # a full hour changes every account
                message = f"a step counted {step}, not {CHANGES} missions of as many accounts"
                raise AssertionError(message)
    return statistics.median(taken[3:])


def measure_steps(cluster: Cluster) -> tuple[float, float]:
    """With few and with many; both databases stand at once and take turns."""
    with database(cluster, TEMPLATE) as few, database(cluster, TEMPLATE) as many:
        counted_world(few, FEW)
        counted_world(many, MANY)
        pairs = [(time_steps(few), time_steps(many)) for _ in range(3)]
    return statistics.median(few for few, _ in pairs), statistics.median(many for _, many in pairs)


def median_ms(db: Connection, query: str) -> float:
    """Milliseconds of an answer."""
    taken = []
    for _ in range(CALLS):
        start = time.perf_counter()
        answer = one(db, query)
        taken.append((time.perf_counter() - start) * 1000)
    measured = sum(point["figures"] is not None for point in answer["points"])
    if measured < DAYS:
        message = f"only {measured} of {DAYS} days were told"
        raise AssertionError(message)
    return statistics.median(taken[10:])


def measure_trend(cluster: Cluster) -> tuple[float, float]:
    """As a member asks: the trend by itself (30 days of hours and 60 of days), and the whole answer it is a part of."""
    with database(cluster, TEMPLATE) as url:
        worlds.add_accounts(url, ACCOUNTS, 3)
        with connect(url) as db:
            account = one(db, "select user_id from public.rex_accounts order by user_id limit 1")
            db.execute(_SPANS, (account,))
            db.execute(_SNAPSHOTS)
            db.execute(_DURATIONS)
            worlds.finish_setup(url)
            as_person(db, account)
            return median_ms(db, _TREND), median_ms(
                db, "select public.rex_read_analytics(null, rex.now() - interval '90 days') -> 'trends'"
            )


def bench() -> list[Result]:
    with serve() as cluster:
        prepare_rex(cluster)
        trend, whole = measure_trend(cluster)
        few, many = measure_steps(cluster)
    return [
        compared("metrics_step_flatness", many, "ms with 1,000,000 missions", "itself with 1,000", few, at_most=1.5),
        Result(name="trend_90_days_ms", value=trend, unit="ms", holds=trend < TREND_MS),
        Result(name="analytics_90_days_ms", value=whole, unit="ms, with all else GET /analytics tells"),
    ]
