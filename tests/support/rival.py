"""Two connections at once: the second runs a command into what the first holds locked, and goes on when that is committed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.support.database import Connection, as_service, as_superuser, call, one, request_id

PATIENCE = "20s"
"""After so long the database ends a statement, and with it the test."""


@dataclass(frozen=True)
class Rival:
    """The second connection, and a third that sees whether it waits."""

    db: Connection
    watcher: Connection
    pool: ThreadPoolExecutor

    def start(self, act: Callable[[Connection], Any]) -> Future[Any]:
        """Returns as soon as `act` waits for a lock or has ended."""
        self.db.execute(f"set statement_timeout = '{PATIENCE}'")
        answer = self.pool.submit(act, self.db)
        while not answer.done() and not one(self.watcher, "select cardinality(pg_blocking_pids(%s))", self.db.info.backend_pid):
            pass
        return answer

    def run(self, command: str, **arguments: Any) -> Future[Any]:
        """A command of the machinery, under a new request id."""

        def act(db: Connection) -> Any:
            as_service(db)
            try:
                return call(db, command, p_request_id=request_id(), **arguments)
            finally:
                as_superuser(db)

        return self.start(act)
