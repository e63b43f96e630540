"""A change of something that is no mission, after silence, is told by the first step that begins after it."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from local.sample_mission import Api
from tests.support.database import Connection, connect, one
from tests.support.live import puppet
from tests.support.waiting import wait

_SECONDS = 110
"""Less than three beginnings of a minute take, so the steps seen are those between them too."""
_SILENT_STEPS = """
select count(*) >= 3 and bool_and(answer ->> 'changed' = '0') from (
  select answer from public.rex_requests where command = 'measure_metrics' and created_at > %s and answer ? 'changed'
  order by created_at desc limit 3) as newest
"""
_STEPS_BETWEEN = "select count(*) from public.rex_requests where command = 'measure_metrics' and created_at between %s and %s"


@pytest.fixture
def client(stack: dict[str, Any]) -> Iterator[httpx.Client]:
    with closing(Api.sign_in(stack).client) as signed_in:
        yield signed_in


def post(client: httpx.Client, path: str, **body: Any) -> None:
    client.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex}).raise_for_status()


@contextmanager
def paused_domain(client: httpx.Client) -> Iterator[None]:
    """One of them is, for so long."""
    scope = {"scope": "domain", "id": client.get("/domains").json()["items"][0]["id"]}
    post(client, "/pause", **scope)
    try:
        yield
    finally:
        post(client, "/resume", **scope)


def wait_for_silence(db: Connection) -> None:
    """Three steps on end that find nothing to tell."""
    since = one(db, "select rex.now()")
    wait(lambda: bool(one(db, _SILENT_STEPS, since)), _SECONDS, "three silent steps")


def test_paused_domain_after_silence_is_told_by_the_next_step(stack: dict[str, Any], client: httpx.Client) -> None:
    with puppet("javascript") as process, connect(stack["database_url"]) as db:
        listener = process.open(stack["supabase_url"], stack["publishable_key"])
        listener.do("sign_in", email=stack["user"]["email"], password=stack["user"]["password"])
        assert listener.join(f"rex:{stack['user']['id']}:analytics") == "SUBSCRIBED"
        wait_for_silence(db)
        assert client.get("/status").json()["domains"]["paused"] == 0
        with paused_domain(client):
            answered = one(db, "select rex.now()")
            told = listener.hears(lambda event: event["event"] == "broadcast" and paused_domains(event) == 1)
            assert client.get("/status").json()["domains"]["paused"] == 1, "the channel and the page say the same"
            (message,) = told["said"]["payload"]["messages"]
            assert one(db, _STEPS_BETWEEN, answered, message["timestamp"]) <= 1


def paused_domains(event: dict[str, Any]) -> Any:
    return event["said"]["payload"]["messages"][-1]["data"].get("domains", {}).get("paused")
