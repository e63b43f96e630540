"""One Postgres for a test process, one migrated template, one database for each test, one laptop stack; nothing survives."""

import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

from local.database import prepare
from local.ports import free_port
from local.postgres import Cluster
from tests.mutants.mutants import edits_under_test
from tests.support.database import Clock, Connection, connect
from tests.support.laptop import Laptop, Switch
from tests.support.variants import copy_migrations

ROOT = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2 * 1024**3
TEMPLATE = "rex_template"
# The tests of each of these folders share a stack, so one worker runs them.
SHARING = ("e2e", "page")
# How long an example took, or was drawn, says how busy the machine is.
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share a stack run in one worker; xdist 3.8 finds no group marks under pytest 9.2."""
    if config.getoption("dist") != "loadgroup":
        return None
    scheduler = LoadGroupScheduling(config, log)
    by_test = scheduler._split_scope
    scheduler._split_scope = lambda nodeid: _shared(nodeid) or by_test(nodeid)
    return scheduler


def _shared(nodeid: str) -> str | None:
    return next((folder for folder in SHARING if nodeid.startswith(f"tests/{folder}/")), None)


def fast_folder() -> str | None:
    """Memory where there is enough of it: a database has hundreds of files, and disks take 300 ms to make them."""
    enough = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
    return str(MEMORY) if enough else None


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A directory for the servers of this test process, open to the user Postgres runs as."""
    folder = Path(tempfile.mkdtemp(prefix="rex-test-", dir=fast_folder()))
    folder.chmod(0o755)
    command = [sys.executable, "-m", "tests.support.caretaker", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True) as caretaker:
        yield folder
        caretaker.communicate(timeout=60)
    assert caretaker.returncode == 0, f"{folder} may still be there"


@pytest.fixture(scope="session")
def cluster(home: Path) -> Iterator[Cluster]:
    running = Cluster(data=home / "postgres" / "data", port=free_port(), password=uuid.uuid4().hex)
    running.data.parent.mkdir()
    running.start()
    prepare(running, TEMPLATE, uuid.uuid4().hex, migrations=copy_migrations(home, edits_under_test()))
    yield running
    running.stop()


@pytest.fixture
def crashing(home: Path) -> Iterator[Cluster]:
    """A server of its own, because it is going to crash."""
    folder = home / f"crashing-{uuid.uuid4().hex}"
    folder.mkdir()
    folder.chmod(0o755)
    running = Cluster(data=folder / "data", port=free_port(), password=uuid.uuid4().hex)
    running.start()
    yield running
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
