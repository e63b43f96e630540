"""Speak SQL as the people and the machinery do, and move the clock of a test database."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[tuple[Any, ...]]


def connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def as_service(connection: Connection) -> Connection:
    """Act as the machinery: PostgREST's role for the secret key."""
    return _act(connection, "service_role", {"role": "service_role"})


def as_person(connection: Connection, user_id: uuid.UUID) -> Connection:
    """Act as a signed-in person."""
    return _act(connection, "authenticated", {"role": "authenticated", "sub": str(user_id)})


def as_anon(connection: Connection) -> Connection:
    return _act(connection, "anon", {"role": "anon"})


def as_superuser(connection: Connection) -> Connection:
    connection.execute("reset role; reset request.jwt.claims")
    return connection


def _act(connection: Connection, role: str, claims: dict[str, str]) -> Connection:
    as_superuser(connection)
    connection.execute("select set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    return connection


def call(connection: Connection, command: str, **arguments: Any) -> Any:
    """The answer of a command called by named arguments; dicts and lists of dicts go as jsonb."""
    names = sql.SQL(", ").join(sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments)
    statement = sql.SQL("select public.{}({})").format(sql.Identifier(command), names)
    row = connection.execute(statement, {name: _adapt(value) for name, value in arguments.items()}).fetchone()
    assert row is not None
    return row[0]


def _adapt(value: Any) -> Any:
    is_json = isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))
    return Jsonb(value) if is_json else value


def request_id() -> str:
    return str(uuid.uuid4())


def sign_up(connection: Connection, email: str | None = None) -> uuid.UUID:
    """A new person with an account of their own."""
    address = email or f"{uuid.uuid4().hex}@rex.example"
    row = connection.execute("insert into auth.users (id, email) values (gen_random_uuid(), %s) returning id", (address,)).fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def one(connection: Connection, query: str, *arguments: Any) -> Any:
    """The only column of the only row."""
    rows = connection.execute(query, arguments).fetchall()
    assert len(rows) == 1, f"expected one row, got {len(rows)}: {query}"
    return rows[0][0]


@contextmanager
def refused(status: int, code: str | None = None) -> Iterator[None]:
    """The block is refused with this HTTP status and code."""
    with pytest.raises(psycopg.Error) as error:
        yield
    found = (error.value.sqlstate, error.value.diag.message_detail)
    assert found == (f"PT{status}", code or found[1]), f"refused otherwise: {error.value}"


@dataclass(frozen=True)
class Clock:
    """The clock of one test database; only its superuser may move it."""

    connection: Connection

    def now(self) -> datetime:
        moment: datetime = one(self.connection, "select rex.now()")
        return moment

    def set(self, moment: datetime) -> None:
        self.connection.execute("update rex.clock_offset set by = %s - clock_timestamp()", (moment,))

    def advance(self, **delta: float) -> None:
        self.connection.execute("update rex.clock_offset set by = by + %s", (timedelta(**delta),))
