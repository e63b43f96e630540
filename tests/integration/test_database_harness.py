"""The ground the other tests stand on: the embedded Postgres and the roles of a Supabase project."""

import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from local.database import migrate
from local.ports import free_port
from local.postgres import Cluster
from tests.support.database import Clock, Connection, as_anon, as_person, as_service, as_superuser, one, sign_up

BUSY_FOR_A_SECOND = (
    b"do $$ declare began timestamptz := now(); begin while clock_timestamp() < began + interval '1 second' loop end loop; end $$"
)


def test_person_is_known_to_the_policies(db: Connection) -> None:
    person, stranger = sign_up(db), sign_up(db)
    as_person(db, person)
    assert one(db, "select auth.uid()") == person
    assert one(db, "select count(*) from public.rex_accounts where user_id = %s", stranger) == 0
    assert one(db, "select user_id from public.rex_accounts") == person


def test_anon_reads_nothing(db: Connection) -> None:
    sign_up(db)
    as_anon(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select from public.rex_accounts")


def test_service_reads_every_account_and_writes_none(db: Connection) -> None:
    sign_up(db)
    as_service(db)
    assert one(db, "select count(*) from public.rex_accounts") == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("update public.rex_accounts set company = 'Other'")


def test_migrating_twice_changes_nothing(database: str) -> None:
    assert migrate(database) == []


def test_clock_moves_for_a_superuser_only(db: Connection, clock: Clock) -> None:
    before = clock.now()
    clock.advance(hours=5)
    assert (clock.now() - before).total_seconds() > 5 * 3600 - 1
    as_service(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("update rex.clock_offset set by = '0'")
    as_superuser(db)
    db.execute("set role postgres")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("update rex.clock_offset set by = '0'")


@pytest.fixture(params=[16, 18])
def crashed(home: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of its own, started once and killed."""
    folder = home / f"crash-{uuid.uuid4().hex}"
    folder.mkdir()
    cluster = Cluster(data=folder / "data", port=free_port(), password="secret", major=request.param)
    cluster.start()
    cluster.stop(signal.SIGKILL)
    yield cluster
    cluster.stop()


def answers(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.url()) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_starts_after_a_crash(crashed: Cluster) -> None:
    crashed.start()
    assert answers(crashed)


def test_takes_no_stranger_for_its_server(crashed: Cluster) -> None:
    record = crashed.data / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record.write_text(record.read_text().replace(record.read_text().split()[0], str(stranger.pid), 1))
        crashed.start()
        assert answers(crashed)
        assert stranger.poll() is None, "the stranger was ended"
        stranger.terminate()


def test_ends_the_server_an_earlier_run_left(crashed: Cluster) -> None:
    crashed.start()
    again = replace(crashed, port=free_port())
    again.start()
    assert (answers(crashed), answers(again)) == (False, True)


def test_waits_for_a_busy_backend_of_a_killed_server(crashed: Cluster) -> None:
    crashed.start()
    with closing(psycopg.connect(crashed.url())) as connection:
        connection.pgconn.send_query(BUSY_FOR_A_SECOND)
        crashed.stop(signal.SIGKILL)
    crashed.start()
    assert answers(crashed)


def test_nothing_answers_after_a_stop(crashed: Cluster) -> None:
    crashed.start()
    crashed.stop()
    assert not answers(crashed)
    assert not (crashed.data / "postmaster.pid").exists()


def test_half_made_directory_is_made_again(home: Path) -> None:
    folder = home / "half"
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("16\n")
    cluster = Cluster(data=folder / "data", port=free_port(), password="secret")
    cluster.start()
    assert answers(cluster)
    cluster.stop()
