"""Steps follow each other every 5 seconds, at once while there is more to do, and stop before the function's time is over."""

from dataclasses import dataclass, field
from typing import Any

from rex.usecases.measure_metrics import measure_metrics


@dataclass
class Steps:
    """A database whose steps take a second each, and the time there is for them."""

    left: float
    behind: int = 0
    taken_after: int = 100
    began: list[float] = field(default_factory=list)

    def call(self, function: str, **arguments: Any) -> Any:
        raise AssertionError(function, arguments)

    def command(self, command: str, **arguments: Any) -> Any:
        assert (command, arguments) == ("rex_measure_metrics", {"p_turn": 7 if self.began else None})
        self.began.append(self.left)
        self.left -= 1
        self.behind -= 1
        if len(self.began) > self.taken_after:
            return {"over": True, "more": False}
        return {"counted": 10, "closed": 0, "rolled_up": 0, "changed": 1, "more": self.behind >= 0, "turn": 7}

    def pause(self, seconds: float) -> None:
        self.left -= seconds

    def run(self) -> dict[str, Any]:
        return measure_metrics(machinery=self, seconds_left=lambda: self.left, pause=self.pause)


def test_steps_begin_every_five_seconds() -> None:
    steps = Steps(left=70)
    done = steps.run()
    assert steps.began == [70 - 5 * n for n in range(13)], "a minute is covered, and the last step has time to end"
    assert done == {"steps": 13, "counted": 130, "closed": 0, "rolled_up": 0, "changed": 13}


def test_steps_end_when_a_newer_run_took_the_turn() -> None:
    steps = Steps(left=70, taken_after=2)
    assert steps.run()["steps"] == 2
    assert steps.began == [70, 65, 60]


def test_steps_that_are_behind_do_not_wait() -> None:
    steps = Steps(left=20, behind=3)
    steps.run()
    assert steps.began == [20, 19, 18, 17, 12]


def test_too_little_time_begins_nothing() -> None:
    assert Steps(left=9).run() == {}
