"""A command that got no answer is asked once more, unless a person has waited long enough."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from postgrest import APIResponse

from rex.errors import Transient
from rex.gateways import database
from rex.gateways.database import Database


def asked(of: Database) -> int:
    """How often, of a database that never answers."""
    tries = []

    def query() -> APIResponse:
        tries.append(1)
        raise httpx.ReadTimeout("no answer")

    with pytest.raises(Transient, match="Try again"):
        of.run(query)
    return len(tries)


def test_machinery_asks_twice_and_a_person_waits_for_one_slow_try() -> None:
    client: Any = None
    assert asked(Database(client=client)) == 2
    assert asked(Database(client=client, again_within=0)) == 1
    with database.http_client() as http:
        assert Database.as_machinery("http://127.0.0.1:9", "secret", http).again_within > 3600
        assert Database.as_person("http://127.0.0.1:9", "key", "token", http).again_within == database.AGAIN_WITHIN_SECONDS


def test_function_of_a_route_lives_to_say_that_the_database_did_not_answer() -> None:
    lives = re.search(r"^Globals:.*?^    Timeout: (\d+)$", Path("template.yaml").read_text(), re.DOTALL | re.MULTILINE)
    with database.http_client() as http:
        assert lives is not None
        assert http.timeout.connect is not None
        assert http.timeout.read is not None
        assert database.AGAIN_WITHIN_SECONDS + 2 * http.timeout.connect + http.timeout.read <= int(lives[1]) - 1
