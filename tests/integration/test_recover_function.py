"""The function that recovers missions, as Lambda runs it: the reasoner's key comes from the deployment's secret, its address from the settings."""

import json
import os
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest

from functions.automation.recover_missions import handler
from tests.support.database import Connection
from tests.support.mission_world import World, make_world
from tests.support.responses_api import ResponsesApi, chooses, serve_responses_api

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="r", get_remaining_time_in_millis=lambda: 50_000
)


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResponsesApi]:
    with serve_responses_api() as running:
        monkeypatch.setenv("REX_OPENAI_BASE_URL", running.url)
        yield running


def failed(world: World) -> uuid.UUID:
    mission = world.create()
    world.advance(mission, "FAILED", p_error_code="sunspots")
    return mission


def decided(world: World) -> tuple[str, str, str]:
    row = world.db.execute("select rule, action, reason from public.rex_decisions where rule <> 'resource_allocation'").fetchone()
    assert row is not None
    return row[0], row[1], row[2]


@pytest.mark.usefixtures("deployment")
def test_without_a_key_a_failure_no_rule_knows_goes_to_a_person(world: World, api: ResponsesApi) -> None:
    mission = failed(world)
    handler({}, CONTEXT)
    assert world.mission(mission)["state"] == "ESCALATED"
    assert decided(world) == ("reasoner", "escalate", "llm_no_key")
    assert api.requests == []


@pytest.mark.usefixtures("deployment")
def test_with_a_key_the_model_of_the_settings_is_asked(world: World, api: ResponsesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REX_REASONER_MODEL", "small")
    secrets, arn = boto3.client("secretsmanager"), os.environ["REX_SECRET_ARN"]
    kept = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(kept | {"openai_api_key": "sk-of-the-secret"}))
    mission = failed(world)
    api.always(chooses(retry_in_seconds=90))
    handler({}, CONTEXT)
    assert world.mission(mission)["state"] == "QUEUED"
    assert decided(world) == ("reasoner", "retry", "overload")
    assert (api.keys, api.requests[0]["model"]) == (["Bearer sk-of-the-secret"], "small")
