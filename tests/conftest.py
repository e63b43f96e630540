"""One Postgres for a test process, one migrated template, one database for each test; nothing survives."""

import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local.database import prepare
from local.postgres import Cluster
from tests.support.database import Clock, Connection, connect

TEMPLATE = "rex_template"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A directory for the servers of this test process, open to the user Postgres runs as."""
    folder = Path(tempfile.mkdtemp(prefix="rex-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster(home: Path) -> Iterator[Cluster]:
    running = Cluster(data=home / "postgres" / "data", port=free_port(), password=uuid.uuid4().hex)
    (home / "postgres").mkdir()
    try:
        running.start()
        prepare(running, TEMPLATE, uuid.uuid4().hex)
        yield running
    finally:
        running.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The superuser's URL of a fresh, migrated database."""
    name = sql.Identifier(f"rex_{uuid.uuid4().hex}")
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {} owner postgres").format(name, sql.Identifier(TEMPLATE)))
        yield cluster.url(name.as_string().strip('"'))
        admin.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    """A superuser's connection in autocommit; `as_person` and the like change who it acts for."""
    with connect(database) as connection:
        yield connection


@pytest.fixture
def clock(database: str) -> Iterator[Clock]:
    with connect(database) as connection:
        yield Clock(connection)
