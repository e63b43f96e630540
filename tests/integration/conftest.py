"""The environment of a function: Supabase over the test's database, queues and secrets; and a second connection that gets in the way."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from moto import mock_aws
from moto.core.config import DefaultConfig
from psycopg import conninfo

from local.postgres import Cluster
from rex import wiring
from tests.support.api import JWT_SECRET, PUBLISHABLE_KEY, SECRET_KEY
from tests.support.database import connect
from tests.support.machinery import SqlMachinery
from tests.support.mail_servers import PASSWORD
from tests.support.rival import Rival
from tests.support.supabases import Supabases, run_supabases

KEPT: DefaultConfig = {"core": {"reset_boto3_session": False}}
"""Who keeps the session keeps the descriptions of the services, which take longer to read than most tests to run."""


def _make_queues_and_secrets() -> dict[str, str]:
    client, sqs = boto3.client("secretsmanager"), boto3.client("sqs")
    keys = {"supabase_secret_key": SECRET_KEY, "report_smtp_password": PASSWORD}
    secret = client.create_secret(Name="rex", SecretString=json.dumps(keys))
    signing = client.create_secret(Name="rex-signing", SecretString=json.dumps({"jwt_secret": JWT_SECRET, "signing_key": "k"}))
    made = {"REX_SECRET_ARN": secret["ARN"], "REX_SIGNING_SECRET_ARN": signing["ARN"]}
    for queue in ("SCHEDULE", "TASKS", "SEND", "INBOXES", "BUS", "METRICS"):
        made[f"REX_{queue}_QUEUE_URL"] = sqs.create_queue(QueueName=queue)["QueueUrl"]
    return made


def _forget_what_was_built() -> None:
    """All but the connections: making them reads every certificate of the machine."""
    for built in vars(wiring).values():
        if hasattr(built, "cache_clear") and built is not wiring.http:
            built.cache_clear()


@pytest.fixture(scope="session")
def supabases() -> Iterator[Supabases]:
    with run_supabases() as running:
        yield running
        wiring.http().close()


@pytest.fixture
def deployment(database: str, cluster: Cluster, supabases: Supabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a handler finds around itself; the handlers of `tests.support.api.request` then work."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    owner = conninfo.conninfo_to_dict(database)
    with supabases.serve(cluster.url(str(owner["dbname"]))) as url, mock_aws(config=KEPT):
        values = {"SUPABASE_URL": url, "SUPABASE_PUBLISHABLE_KEY": PUBLISHABLE_KEY, "REX_AUTH_MODE": "hs256"} | _make_queues_and_secrets()
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield
        _forget_what_was_built()


@pytest.fixture
def rival(database: str) -> Iterator[Rival]:
    with connect(database) as acting, connect(database) as watching, ThreadPoolExecutor(1) as pool:
        yield Rival(acting, watching, pool)


@pytest.fixture
def machinery(database: str) -> Iterator[SqlMachinery]:
    """The commands over a connection of their own."""
    with connect(database) as connection:
        yield SqlMachinery(connection)
