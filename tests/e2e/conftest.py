"""One laptop stack for all end-to-end tests of a worker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.laptop import Laptop, Switch


@pytest.fixture(scope="session")
def switch(home: Path) -> Iterator[Switch]:
    """A running stack; when the tests are done it ends as a person would end it, and nothing of it is left."""
    laptop = Laptop.at(home / "laptop")
    switch = Switch.on(laptop)
    yield switch
    switch.stop()
    assert laptop.nothing_left(), laptop.left()
    assert not laptop.serves(), "stack.json names a stack that has ended"


@pytest.fixture
def laptop(switch: Switch) -> Laptop:
    return switch.laptop


@pytest.fixture
def stack(laptop: Laptop) -> dict[str, Any]:
    """What `stack.json` says: where everything is, and the sample account."""
    return laptop.described()
