"""Databases of migrations that differ from ours by a few exact texts: with a clock and ids a test can repeat, or without one of the guards."""

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from local.database import MIGRATIONS, migrate, prepare
from local.postgres import Cluster

BARE = "rex_bare"
"""What a project has before our migrations."""


@dataclass(frozen=True)
class Edit:
    """One text of one migration, which must stand there exactly `times` times, and what stands there instead."""

    migration: str
    """The file's name without its number and suffix."""
    text: str
    instead: str
    times: int = 1

    def apply(self, folder: Path) -> None:
        file = find_migration(folder, self.migration)
        content = file.read_text()
        found = content.count(self.text)
        assert found == self.times, (
            f"{file.name} holds this text {found} times instead of {self.times}, so the edit has to follow it: {self.text}"
        )
        file.write_text(content.replace(self.text, self.instead))


def find_migration(folder: Path, name: str) -> Path:
    files = [file for file in folder.glob("*.sql") if file.stem.partition("_")[2] == name]
    assert len(files) == 1, f"there are {len(files)} migrations named {name}"
    return files[0]


def copy_migrations(folder: Path, edits: Iterable[Edit] = (), repeatable: bool = False) -> Path:
    """Our migrations, edited, in a new folder."""
    made = folder / f"migrations-{uuid.uuid4().hex}"
    shutil.copytree(MIGRATIONS, made)
    for edit in edits:
        edit.apply(made)
    if repeatable:
        _make_repeatable(made)
    return made


def make_bare(cluster: Cluster, folder: Path) -> None:
    """The database that variants are copied from."""
    empty = folder / "no-migrations"
    empty.mkdir(exist_ok=True)
    prepare(cluster, BARE, uuid.uuid4().hex, migrations=empty)


def make_variant(cluster: Cluster, name: str, migrations: Path) -> str:
    """A database with these migrations; its superuser's URL."""
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {} owner postgres").format(sql.Identifier(name), sql.Identifier(BARE)))
    owner = "postgres"
    password = uuid.uuid4().hex
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(owner), sql.Literal(password)))
    migrate(cluster.url(name, owner, password), migrations)
    return cluster.url(name)


# Ids are counted and the clock moves on by a microsecond each time it is read: the same steps find the same database.
_COUNTED = """
create sequence rex.ticks;
create sequence rex.ids;
create sequence rex.draws;
create function rex.next_id() returns uuid language sql volatile security definer set search_path = '' as $$
  select md5('id ' || nextval('rex.ids'))::uuid $$;
create function rex.next_draw() returns double precision language sql volatile security definer set search_path = '' as $$
  select (('x' || substr(md5('draw ' || nextval('rex.draws')), 1, 6))::bit(24)::int)::double precision / 16777216 $$;
"""
_CLOCK = Edit(
    "foundation",
    "return clock_timestamp() + coalesce(",
    "return timestamptz '2026-01-05 10:00+00' + nextval('rex.ticks') * interval '1 microsecond' + coalesce(",
)
_IDS = Edit("foundation", "create function rex.now()", _COUNTED + "create function rex.now()")


def _make_repeatable(folder: Path) -> None:
    for file in folder.glob("*.sql"):
        content = file.read_text()
        file.write_text(content.replace("gen_random_uuid()", "rex.next_id()").replace("random()", "rex.next_draw()"))
    _CLOCK.apply(folder)
    _IDS.apply(folder)
