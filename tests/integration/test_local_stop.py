"""Ending what a crashed run left, and nothing else; one stack a home."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import Home
from local.processes import Process, identify, write_processes
from local.run import AlreadyRuns, hold
from local.stop import end_leftovers, stop, supervisor_of

WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]
GONE = Process(name="rex", pid=2**22 - 1, started="1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    home.make()
    return home


@pytest.fixture
def waiting() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True) as process:
        yield process
        process.kill()


def test_part_of_a_crashed_run_is_ended(home: Home, waiting: "subprocess.Popen[bytes]") -> None:
    write_processes(home.processes_file, [GONE, identify("part", waiting.pid)])
    home.stack_file.write_text("{}")

    assert [orphan.name for orphan in end_leftovers(home)] == ["part"]

    assert waiting.wait(timeout=5) != 0
    assert not home.stack_file.exists()


def test_stranger_with_a_recycled_number_is_left_alone(home: Home, waiting: "subprocess.Popen[bytes]") -> None:
    stranger = Process(name="part", pid=waiting.pid, started="long ago")
    write_processes(home.processes_file, [GONE, stranger])

    assert end_leftovers(home) == []
    assert waiting.poll() is None


def test_nothing_to_stop_is_no_error(home: Home) -> None:
    assert supervisor_of(home) is None
    assert not stop(home)


def test_home_has_one_stack_at_a_time(home: Home) -> None:
    with hold(home), pytest.raises(AlreadyRuns, match="make stop"), hold(home):
        pytest.fail("two stacks hold one home")
    with hold(home):
        pass
