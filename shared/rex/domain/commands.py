"""How use cases ask for what only a gateway can do."""

from typing import Any, Protocol

from rex.domain.queues import Queue


class Call(Protocol):
    """Calls a command of the database and returns its answer; raises Rejected or Transient."""

    def __call__(self, command: str, **arguments: Any) -> Any: ...


class Machinery(Protocol):
    """The database as automation and webhooks see it."""

    def call(self, function: str, **arguments: Any) -> Any:
        """The answer of a function that needs no request id; raises Rejected or Transient."""

    def command(self, command: str, **arguments: Any) -> Any:
        """The answer of a command under a request id drawn for this call; raises Rejected or Transient."""


class Nudge(Protocol):
    """Tells a worker to look now; losing it costs latency and nothing else, so it never fails."""

    def __call__(self, queue: Queue, delay_seconds: int = 0) -> None: ...


class SecondsLeft(Protocol):
    """The time a function may still take before it is ended."""

    def __call__(self) -> float: ...
