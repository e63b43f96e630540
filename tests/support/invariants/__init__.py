"""The invariants of the design as queries: one file each, its first line the rule, its rows what breaks it."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.database import Connection

_QUERIES = tuple(sorted(Path(__file__).parent.glob("*.sql")))


@dataclass(frozen=True)
class Violation:
    """One row that breaks a rule."""

    rule: str
    problem: str
    id: str
    detail: str


def violations(connection: Connection) -> list[Violation]:
    """Every row that breaks an invariant now; the connection must see all accounts."""
    return [found for query in _QUERIES for found in _broken(connection, query)]


def assert_invariants(connection: Connection) -> None:
    broken = violations(connection)
    assert not broken, "broken: " + "; ".join(f"{v.rule} ({v.problem}: {v.id} {v.detail})" for v in broken[:10])


def _broken(connection: Connection, query: Path) -> list[Violation]:
    text = query.read_text()
    rule = text.splitlines()[0].removeprefix("-- ")
    rows = connection.execute(text.encode()).fetchall()
    return [Violation(rule, str(problem), str(id_), str(detail)) for problem, id_, detail in rows]
