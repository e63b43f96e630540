"""A minute sends its nudges ahead, 5 seconds apart; a call takes one step, and more only while there is more to do."""

from dataclasses import dataclass
from typing import Any

from rex.domain.queues import Queue
from rex.usecases.measure_metrics import measure_metrics, send_nudges_ahead


@dataclass
class Steps:
    """A database whose steps take a second each, and the time there is for them."""

    left: float
    behind: int = 0
    taken: int = 0

    def call(self, function: str, **arguments: Any) -> Any:
        raise AssertionError(function, arguments)

    def command(self, command: str, **arguments: Any) -> Any:
        assert (command, arguments) == ("rex_measure_metrics", {})
        self.taken += 1
        self.left -= 1
        return {"counted": 10, "closed": 0, "rolled_up": 0, "changed": 1, "more": self.taken <= self.behind}

    def run(self) -> dict[str, Any]:
        return measure_metrics(machinery=self, seconds_left=lambda: self.left)


def test_nudges_of_a_minute_are_five_seconds_apart() -> None:
    sent: list[tuple[Queue, int]] = []
    send_nudges_ahead(lambda queue, delay_seconds=0: sent.append((queue, delay_seconds)))
    assert sent == [(Queue.METRICS, 5 * n) for n in range(1, 12)], "with the minute's own step they are twelve"


def test_call_takes_one_step() -> None:
    assert Steps(left=50).run() == {"steps": 1, "counted": 10, "closed": 0, "rolled_up": 0, "changed": 1}


def test_call_that_is_behind_goes_on_at_once() -> None:
    assert Steps(left=50, behind=3).run()["steps"] == 4


def test_call_stops_before_its_time_is_over() -> None:
    assert Steps(left=12, behind=100).run()["steps"] == 3


def test_too_little_time_begins_nothing() -> None:
    assert Steps(left=9).run() == {}
