"""One laptop stack for all end-to-end tests of a worker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.laptop import Laptop


@pytest.fixture(scope="session")
def laptop(home: Path) -> Iterator[Laptop]:
    """A running stack; when the tests are done it ends as a person would end it, and nothing of it is left."""
    laptop = Laptop.at(home / "laptop")
    with laptop.start() as running:
        laptop.wait(running, laptop.serves)
        yield laptop
        stopped = laptop.run("local.stop")
        assert (stopped.returncode, running.wait(timeout=10)) == (0, 0), stopped.stdout + laptop.output.read_text()
    assert laptop.nothing_left(), laptop.left()
    assert not laptop.serves(), "stack.json names a stack that has ended"


@pytest.fixture(scope="session")
def stack(laptop: Laptop) -> dict[str, Any]:
    """What `stack.json` says: where everything is, and the sample account."""
    return laptop.described()
