"""The invariants of the design as queries: one file each, its first line the rule, its rows what breaks it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.database import Connection

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Violation:
    """One row that breaks a rule."""

    rule: str
    problem: str
    id: str
    detail: str


def violations(connection: Connection) -> list[Violation]:
    """Every row that breaks an invariant now; the connection must see all accounts."""
    found = connection.execute(_all_queries()).fetchall()
    return [Violation(*(str(value) for value in row)) for row in found]


def assert_invariants(connection: Connection) -> None:
    broken = violations(connection)
    assert not broken, "broken: " + "; ".join(f"{v.rule} ({v.problem}: {v.id} {v.detail})" for v in broken[:10])


@cache
def _all_queries() -> bytes:
    """One statement, so that who checks after every step prepares it once."""
    return "\nunion all\n".join(map(_labelled, sorted(_FOLDER.glob("*.sql")))).encode()


def _labelled(query: Path) -> str:
    text = query.read_text()
    rule = text.splitlines()[0].removeprefix("-- ").replace("'", "''")
    return f"select '{rule}', q.problem::text, q.id::text, q.detail::text from (\n{text}) as q (problem, id, detail)"
