"""A step that is killed where it stands leaves nothing behind, and the hours and days end as if it had never run."""

import random
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from typing import Any

import psycopg
import pytest

from local.database import prepare
from local.postgres import Cluster
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
LATE_START = END - timedelta(days=30)
PROCESS = f"""
import sys
from tests.support.database import as_service, call, connect
call(as_service(connect(sys.argv[1])), "{STEP}", p_request_id=sys.argv[2], p_limit=20_000)
"""


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


@contextmanager
def standing_process(url: str, statement: str) -> Iterator[tuple[subprocess.Popen[bytes], int] | None]:
    """A process whose step stands before what somebody else holds, with its backend; None when it ended without coming there."""
    with connect(url) as holder, connect(url) as watching:
        holder.autocommit = False
        holder.execute(statement.encode())
        with subprocess.Popen([sys.executable, "-c", PROCESS, url, request_id()], stderr=subprocess.DEVNULL) as process:
            waiting = None
            while process.poll() is None and not waiting:
                waiting = watching.execute(
                    "select pid from pg_stat_activity where %s = any (pg_blocking_pids(pid))", (holder.info.backend_pid,)
                ).fetchone()
            try:
                yield (process, waiting[0]) if waiting else None
            finally:
                process.kill()


def kill_process_at(url: str, statement: str) -> bool:
    """Its process is gone at once; its backend, told nothing, goes on when it may, and ends."""
    with standing_process(url, statement) as standing:
        if standing is None:
            return False
        process, _ = standing
        process.kill()
        process.wait(timeout=30)
    with connect(url) as db:
        while one(db, "select count(*) from pg_stat_activity where pid = %s", standing[1]):
            pass
    return True


def crash_database_at(cluster: Cluster, url: str, statement: str) -> bool:
    """Nobody is told: the server is there again, and nothing of the step."""
    with connect(url) as db:
        before = stored(db)
    reached = False
    try:
        with standing_process(url, statement) as standing:
            reached = standing is not None
            cluster.stop(signal.SIGQUIT)
    except psycopg.OperationalError:
        pass
    cluster.start()
    with connect(url) as db:
        assert not reached or stored(db) == before, f"it left something when the database crashed at: {statement}"
    return reached


def test_snapshots_equal_the_recount_although_processes_and_the_database_died_amid_the_tick(crashing: Cluster) -> None:
    prepare(crashing, "rex", uuid.uuid4().hex)
    url = crashing.url("rex")
    with connect(url) as db:
        Clock(db).set(LATE_START)
        history = add_account(db, "Europe/Berlin", random.Random(11), LATE_START)
        db.execute("update public.rex_accounts set analytics_hour_days = 7 where user_id = %s", (history.account,))
    write_history(history, 12)
    points, reached = cycle(POINTS.values()), Counter[str]()
    for until, rows in history.chunks(timedelta(days=10)):
        with connect(url) as db:
            Clock(db).set(until)
            insert(db, rows)
        reached["process"] += kill_process_at(url, next(points))
        reached["database"] += crash_database_at(crashing, url, next(points))
    with connect(url) as db, connect(url) as machinery:
        Clock(db).set(END + timedelta(hours=2))
        finish(SqlMachinery(machinery))
        assert min(reached.values()) >= 2, reached
        assert differences(db) == []
