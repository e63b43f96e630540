"""Ports: those people know are refused with a way out when they are taken, the others move by themselves."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import PortTaken, choose_ports, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_is_refused_with_the_variable_that_moves_it(taken: int) -> None:
    with pytest.raises(PortTaken, match=rf"Port {taken} is taken.*REX_PORT="):
        require_free(taken, "REX_PORT")


def test_ports_stay_the_same_over_restarts(tmp_path: Path) -> None:
    first = choose_ports(tmp_path / "ports.json", ("sink", "aws"))

    assert choose_ports(tmp_path / "ports.json", ("sink", "aws")) == first
    assert len(set(first.values())) == 2


def test_port_that_was_taken_meanwhile_is_chosen_anew(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"sink": {taken}}}')

    assert choose_ports(tmp_path / "ports.json", ("sink",))["sink"] != taken
