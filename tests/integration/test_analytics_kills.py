"""A step that is killed where it stands leaves nothing behind, and the hours and days end as if it had never run."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.support.analytics.history import write_history
from tests.support.analytics.play import STEP, add_account, finish
from tests.support.analytics.recount import differences
from tests.support.analytics.rows import END, insert
from tests.support.database import Clock, Connection, as_service, call, connect, one, request_id
from tests.support.machinery import SqlMachinery

POINTS = {
    "missions are counted": "lock table public.rex_analytics_durations",
    "tasks are counted": "lock table public.rex_mission_costs",
    "the log is counted": "select from rex.log_reader for update",
    "what the log does not tell is counted": "lock table rex.uncounted",
    "hours are closed": "lock table public.rex_reservations",
    "days are made": "select from public.rex_analytics where grain = 'hour' order by starts_at, subject, key limit 1 for update",
    "live rows are made": "lock table public.rex_live_metrics",
    "changes are told": "lock table public.rex_channels",
}
"""What somebody else holds, so that the step stands still before it."""

STORED = (
    "public.rex_analytics", "public.rex_analytics_durations", "public.rex_mission_costs", "public.rex_live_metrics", "public.rex_messages",
    "rex.metric_accounts", "rex.log_reader", "rex.uncounted",
)  # fmt: skip
START = END - timedelta(days=60)


def stored(db: Connection) -> list[Any]:
    """A hash of each table a step writes."""
    return [one(db, f"select md5(string_agg(t::text, ';' order by t::text)) from {table} as t") for table in STORED]


def kill_at(db: Connection, database: str, statement: str) -> bool:
    """Start a step, wait until it stands before what somebody else holds, and end its backend; false when it ended without coming there."""
    with connect(database) as holder, connect(database) as dying, ThreadPoolExecutor(1) as thread:
        holder.autocommit = False
        holder.execute(statement.encode())
        before = stored(holder)
        step = thread.submit(call, as_service(dying), STEP, p_request_id=request_id(), p_limit=20_000)
        while not one(db, "select cardinality(pg_blocking_pids(%s))", dying.info.backend_pid):
            if step.done():
                return False
        db.execute("select pg_terminate_backend(%s)", (dying.info.backend_pid,))
        with pytest.raises(psycopg.errors.AdminShutdown):
            step.result(timeout=30)
        assert stored(holder) == before, f"it left something when it was killed at: {statement}"
    return True


def test_snapshots_equal_the_recount_although_each_tick_was_killed(db: Connection, database: str, clock: Clock) -> None:
    clock.set(START)
    history = add_account(db, "Europe/Berlin", random.Random(7), START)
    db.execute("update public.rex_accounts set analytics_hour_days = 7 where user_id = %s", (history.account,))
    write_history(history, 60)
    reached: Counter[str] = Counter()
    with connect(database) as connection:
        machinery = SqlMachinery(connection)
        for until, rows in history.chunks(timedelta(days=5)):
            clock.set(until)
            insert(db, rows)
            for point, statement in POINTS.items():
                reached[point] += kill_at(db, database, statement)
            machinery.command(STEP)
        clock.set(END + timedelta(hours=2))
        finish(machinery)
    assert all(reached[point] for point in POINTS), reached
    assert one(db, "select count(*) from public.rex_analytics where subject = 'account' and grain = 'day'") > 50
    assert differences(db) == []
