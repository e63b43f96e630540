"""A command that got no answer is asked once more, unless a person has waited long enough."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from postgrest import APIResponse

from rex import wiring
from rex.errors import Transient
from rex.gateways import database, secrets
from rex.gateways.database import Database
from rex.settings import Settings
from tests.support.template import read_functions


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


def longest_answer() -> float:
    """What one call of a route may take."""
    with database.http_client() as http:
        assert http.timeout.connect is not None
        assert http.timeout.read is not None
        return database.AGAIN_WITHIN_SECONDS + 2 * http.timeout.connect + http.timeout.read


def test_function_of_a_route_lives_to_say_that_the_database_did_not_answer() -> None:
    lives = re.search(r"^Globals:.*?^    Timeout: (\d+)$", Path("template.yaml").read_text(), re.DOTALL | re.MULTILINE)
    assert lives is not None
    assert longest_answer() <= int(lives[1]) - 1


@pytest.mark.parametrize("function", ["get_outreach", "show_outreach"])
def test_function_that_reads_a_secret_first_lives_as_long(function: str) -> None:
    longest_read = secrets.ATTEMPTS * (secrets.CONNECT_SECONDS + secrets.READ_SECONDS)
    assert longest_read + longest_answer() <= read_functions()[f"functions.api.{function}"]["Timeout"] - 1


def test_route_that_acts_as_the_machinery_waits_for_one_slow_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "settings", lambda: Settings.of({"SUPABASE_URL": "http://127.0.0.1:9"}))
    monkeypatch.setattr(wiring, "secrets", lambda: SimpleNamespace(supabase_secret_key=lambda: "secret"))
    assert "wiring.machinery_of_route()" in Path("functions/api/show_outreach.py").read_text()
    assert wiring.machinery_of_route().again_within == database.AGAIN_WITHIN_SECONDS
