"""One database for many examples: the connections of all, and a clean slate for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.support.database import Connection, as_service, call, connect, one

SMALL_MISSIONS = "alter table public.rex_missions alter batch_size set default 2, alter llm_calls_per_minute set default 4000"
"""Many batches, and few missions at once."""


@dataclass
class Stage:
    """The connections of all examples to one database."""

    cleaner: Connection
    """Its session writes without triggers; whoever changes that for an example plans every query anew."""
    observer: Connection
    worker: Connection
    people: Connection
    slow: Connection
    tables: list[str]
    examples: int = 0

    @classmethod
    @contextmanager
    def on(cls, url: str) -> Iterator["Stage"]:
        with connect(url) as cleaner, connect(url) as observer, connect(url) as worker, connect(url) as people, connect(url) as slow:
            connections = (cleaner, observer, worker, people, slow)
            for connection in connections:
                connection.prepare_threshold = 1
                connection.execute("set jit = off; set synchronous_commit = off")
            for connection in (worker, people):
                connection.execute("set lock_timeout = '2ms'")
            cleaner.execute("set session_replication_role = replica")
            as_service(worker)
            observer.execute(SMALL_MISSIONS)
            yield cls(cleaner, observer, worker, people, slow, _empty_tables(observer))

    def clear(self) -> None:
        """As if nothing had ever happened here."""
        for table in self.tables:
            self.cleaner.execute(f"delete from {table}".encode())
        self.cleaner.execute("update public.rex_api_limits set reserved = 0; update rex.clock_offset set by = '0'")
        self.cleaner.execute("select setval('rex.ticks', 1), setval('rex.ids', 1), setval('rex.draws', 1)")
        self.examples += 1
        if self.examples % 10 == 0:
            self.cleaner.execute(f"vacuum {', '.join(self.tables)}".encode())


def _empty_tables(observer: Connection) -> list[str]:
    named = observer.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where (schemaname in ('public', 'rex') or (schemaname, tablename) in (('auth', 'users'), ('realtime', 'messages'))) order by 1"
    ).fetchall()
    return [name for (name,) in named if one(observer, f"select not exists (select from {name})")]


class Blocked(Exception):
    """A command waited for another one that does not go on, and gave up: nothing happened."""


class TooLate(Exception):
    """A command was refused because something else came first: nothing happened."""


HARMLESS = frozenset({
    "mission_completed", "mission_final", "mission_cancelled", "mission_not_failed", "mission_state", "stale", "illegal_transition", "retries_spent",
    "count_differs", "not_held", "unchecked",
})  # fmt: skip
"""Codes of such refusals."""


def ask(connection: Connection, command: str, arguments: dict[str, Any]) -> Any:
    """The answer of a command; any other refusal or failure is raised as it is."""
    try:
        return call(connection, command, **arguments)
    except psycopg.errors.LockNotAvailable as error:
        raise Blocked(command) from error
    except psycopg.Error as error:
        if error.diag.message_detail in HARMLESS:
            raise TooLate(command) from error
        raise
