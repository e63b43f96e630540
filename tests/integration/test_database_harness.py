"""The ground the other tests stand on: the embedded Postgres and the roles of a Supabase project."""

import signal
from pathlib import Path

import psycopg
import pytest

from local.database import migrate
from local.postgres import Cluster
from tests.conftest import free_port
from tests.support.database import Clock, Connection, as_anon, as_person, as_service, as_superuser, one, sign_up


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


@pytest.mark.parametrize("major", [16, 18])
def test_starts_again_after_a_crash(home: Path, major: int) -> None:
    folder = home / f"crash-{major}"
    folder.mkdir()
    cluster = Cluster(data=folder / "data", port=free_port(), password="secret", major=major)
    try:
        cluster.start()
        cluster.stop(signal.SIGQUIT)
        (cluster.data / "postmaster.pid").write_text("1\n")
        cluster.start()
        with psycopg.connect(cluster.url()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        cluster.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(cluster.url())
