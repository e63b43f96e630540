"""How soon the pages' reads answer with 10,000 missions and 100,000 tasks stored: through the whole laptop stack, and the handlers by themselves.

FastAPI over asyncpg asks the same database the same questions in the same run, one connection kept open, one request after the other.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from local.credentials import load_credentials
from local.ports import free_port
from local.sample_mission import Api
from rex.domain.crews import CREWS
from tests.bench.results import ROOT, Result
from tests.bench.server import peer_worker
from tests.bench.worlds import add_history
from tests.support.api import CONTEXT
from tests.support.laptop import Laptop, Switch

MISSIONS, TASKS_EACH, DOMAINS = 10_000, 10, 20
WARM_UP, ROUNDS = 15, 120
WHOLE_MS, OWN_MS = 200.0, 10.0
PEER = "FastAPI and asyncpg"
HANDLERS = {"status": "get_status", "agents": "get_agents", "domains": "list_domains", "mission": "get_mission"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A stack with its history, the paths that are measured, and whose token asks."""

    laptop: Laptop
    paths: dict[str, str]
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[94]


@contextmanager
def stack() -> Iterator[Asked]:
    (ROOT / ".rex").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / ".rex") as folder:
        Path(folder).chmod(0o755)
        laptop = Laptop.at(Path(folder) / "stack")
        switch = Switch.on(laptop)
        try:
            told = laptop.described()
            with Api.sign_in(told).client as client:
                token = client.headers["Authorization"].removeprefix("Bearer ")
            mission = add_history(told["database_url"], told["user"]["id"], MISSIONS, TASKS_EACH, DOMAINS)
            paths = {"status": "/status", "agents": "/agents/status", "domains": "/domains", "mission": f"/missions/{mission}"}
            yield Asked(laptop=laptop, paths=paths, token=token)
        finally:
            switch.stop()


def through_the_stack(asked: Asked) -> dict[str, list[float]]:
    """Milliseconds of each request, as its client sees it."""
    with httpx.Client(base_url=asked.laptop.described()["api_url"], headers=asked.headers, timeout=30) as client:
        return {name: [took(client, path) for _ in range(WARM_UP + ROUNDS)][WARM_UP:] for name, path in asked.paths.items()}


def took(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000


def of_the_peer(asked: Asked) -> tuple[dict[str, list[float]], list[float]]:
    """The same of the peer, and what it says that it took beside the database."""
    port, own = free_port(), []
    secret = load_credentials(asked.laptop.home.credentials_file).jwt_secret
    agents = json.dumps(sorted({seat.agent for crew in CREWS for seat in crew.seats}))
    command = [*peer_worker("fastapi_peer.py"), str(port), asked.laptop.described()["database_url"], secret, agents]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as peer:
        assert peer.stdout
        assert "ready" in peer.stdout.readline()
        keep = {"response": [lambda answer: own.append(float(answer.headers["x-own-ms"]))]}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=asked.headers, timeout=30) as client:
            until_it_listens(client, asked.paths["status"])
            client.event_hooks = keep
            taken = {name: [took(client, path) for _ in range(WARM_UP + ROUNDS)][WARM_UP:] for name, path in asked.paths.items()}
        peer.terminate()
    return taken, own


def until_it_listens(client: httpx.Client, path: str) -> None:
    for _ in range(100):
        try:
            client.get(path).raise_for_status()
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return


class Timed(httpx.HTTPTransport):
    """Sums up what the database takes to answer, to the last byte."""

    seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.perf_counter()
        answer = super().handle_request(request)
        answer.read()
        self.seconds += time.perf_counter() - began
        return answer


def own_shares(asked: Asked) -> dict[str, list[float]]:
    """Milliseconds of each handler without its call of the database, in a warm process as Lambda has them."""
    told = asked.laptop.described()
    os.environ |= {"SUPABASE_URL": told["supabase_url"], "SUPABASE_PUBLISHABLE_KEY": told["publishable_key"]}
    from rex import wiring  # noqa: PLC0415 - its settings are read once

    transport = Timed(http2=False)
    with httpx.Client(transport=transport, timeout=8) as client, patch.object(wiring, "http", lambda: client):
        return {
            name: [share(asked, name, path, transport) for _ in range(WARM_UP + ROUNDS)][WARM_UP:] for name, path in asked.paths.items()
        }


def share(asked: Asked, name: str, path: str, transport: Timed) -> float:
    event: dict[str, Any] = {
        "version": "2.0", "routeKey": "$default", "rawPath": f"/api/rex{path}", "rawQueryString": "", "queryStringParameters": {},
        "headers": {"authorization": asked.headers["Authorization"]}, "isBase64Encoded": False,
        "requestContext": {"http": {"method": "GET", "path": path}, "requestId": "r", "stage": "$default"},
    }  # fmt: skip
    handle = import_module(f"functions.api.{HANDLERS[name]}").handler
    transport.seconds, began = 0.0, time.perf_counter()
    answer = handle(event, CONTEXT)
    spent = time.perf_counter() - began - transport.seconds
    assert answer["statusCode"] == 200, answer
    return spent * 1000


def bench() -> list[Result]:
    with stack() as asked:
        taken, (other, other_own), own = through_the_stack(asked), of_the_peer(asked), own_shares(asked)
    found = [result(f"{name}_p95_ms", p95(taken[name]), p95(other[name]), WHOLE_MS) for name in asked.paths]
    return [*found, result("own_share_p95_ms", max(p95(values) for values in own.values()), p95(other_own), OWN_MS)]


def result(name: str, value: float, peer_value: float, bound: float) -> Result:
    return Result(name=name, value=value, unit="ms", peer=PEER, peer_value=peer_value, ratio=value / peer_value, holds=value < bound)
