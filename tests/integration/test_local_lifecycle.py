"""A stack ends without a trace, in whatever way and at whatever moment, and the next one starts as if nothing had been."""

import signal
from pathlib import Path

import pytest

from tests.support.laptop import Laptop


@pytest.fixture
def laptop(home: Path, request: pytest.FixtureRequest) -> Laptop:
    return Laptop.at(home / request.node.name)


def test_stop_while_it_starts_leaves_nothing(laptop: Laptop) -> None:
    with laptop.start() as running:
        laptop.wait(running, lambda: laptop.has_started("postgres"))

        stopped = laptop.run("local.stop")

        assert (stopped.returncode, running.wait(timeout=10)) == (0, 0), laptop.output.read_text()
    assert laptop.nothing_left(), laptop.left()
    assert laptop.run("local.stop").stdout.startswith("No stack runs")


def test_killed_supervisor_leaves_nothing_and_the_next_start_serves(laptop: Laptop) -> None:
    with laptop.start() as running:
        laptop.wait(running, lambda: laptop.has_started("aws"))
        running.kill()
    assert laptop.nothing_left(seconds=15), laptop.left()

    with laptop.start() as running:
        laptop.wait(running, laptop.serves)
        running.send_signal(signal.SIGHUP)
        assert running.wait(timeout=30) == 0, laptop.output.read_text()
    assert laptop.nothing_left(), laptop.left()
    assert not laptop.serves()


def test_killed_local_aws_ends_the_stack_which_says_so(laptop: Laptop) -> None:
    with laptop.start() as running:
        laptop.wait(running, lambda: laptop.has_started("aws") and bool(laptop.workers()))
        laptop.part("aws").kill()
        assert running.wait(timeout=30) == 1, laptop.output.read_text()
    assert "aws ended by itself with status -9" in laptop.output.read_text()
    assert laptop.nothing_left(), laptop.left()
    assert not laptop.serves()
