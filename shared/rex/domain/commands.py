"""How use cases ask for what only a gateway can do."""

from typing import Any, Protocol

from rex.domain.queues import Queue


class Call(Protocol):
    """Calls a command of the database and returns its answer; raises Rejected or Transient."""

    def __call__(self, command: str, **arguments: Any) -> Any: ...


class Nudge(Protocol):
    """Tells a worker to look now; losing it costs latency and nothing else, so it never fails."""

    def __call__(self, queue: Queue, delay_seconds: int = 0) -> None: ...
