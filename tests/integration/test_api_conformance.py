"""The API is as its description, which it serves, says: schemathesis asks every route what the description allows, and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.api import ROOT, token_of
from tests.support.database import Connection
from tests.support.described_world import make_examples_real
from tests.support.gateway import serve_api

pytestmark = pytest.mark.usefixtures("deployment")
QUICK = ("--phases", "examples,fuzzing", "--no-shrink")
"""Without the systematic walk along every bound of every field, which takes minutes."""


def ask_every_route(db: Connection, folder: Path, examples: int, *options: str, seconds: int) -> None:
    """Every check of schemathesis, with so many cases of each route; what it finds is the message."""
    account = make_examples_real(db).world.account
    environment = {"PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}", "REX_TOKEN": token_of(account), "REX_ACCOUNT": str(account)}
    with serve_api() as url:
        asked = subprocess.run(
            [
                str(Path(sys.executable).with_name("st")), "--no-color", "--config-file", str(ROOT / "tests" / "support" / "schemathesis.toml"),
                "run", f"{url}/openapi.json", "--checks", "all", "--max-examples", str(examples), "--request-timeout", "20", *options,
            ],
            cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_every_route_does_what_the_description_says(db: Connection, tmp_path: Path) -> None:
    ask_every_route(db, tmp_path, 10, *QUICK, seconds=600)


@pytest.mark.nightly
def test_every_route_does_what_the_description_says_in_a_hundred_cases(db: Connection, tmp_path: Path) -> None:
    ask_every_route(db, tmp_path, 100, seconds=3600)
