"""The machinery's commands over SQL: what PostgREST would answer, without the server in between."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import psycopg

from rex.domain.queues import Queue
from rex.errors import Rejected, Transient
from tests.support.database import Connection, as_service, call


@dataclass
class SqlMachinery:
    """A connection of its own, as service_role."""

    db: Connection

    def __post_init__(self) -> None:
        as_service(self.db)

    def call(self, function: str, **arguments: Any) -> Any:
        try:
            return call(self.db, function, **arguments)
        except psycopg.errors.DeadlockDetected:
            raise
        except psycopg.OperationalError as error:
            raise Transient("database_failed") from error
        except psycopg.Error as error:
            status = (error.sqlstate or "")[2:]
            if not (error.sqlstate or "").startswith("PT") or not status.isdigit():
                raise
            raise Rejected(
                int(status), error.diag.message_detail or "", error.diag.message_primary or "", error.diag.message_hint or ""
            ) from error

    def command(self, command: str, **arguments: Any) -> Any:
        return self.call(command, p_request_id=uuid.uuid4().hex, **arguments)


@dataclass
class Nudged:
    """Remembers who was told to look."""

    queues: list[Queue] = field(default_factory=list)

    def __call__(self, queue: Queue, delay_seconds: int = 0) -> None:
        assert delay_seconds >= 0
        self.queues.append(queue)


def all_the_time() -> float:
    return 3600.0
