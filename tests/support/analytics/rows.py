"""Rows with the moment they are written at, and how they get into the database."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from tests.support.database import Connection

START = datetime(2025, 12, 1, tzinfo=UTC)
END = datetime(2026, 11, 29, tzinfo=UTC)
ODD_MOMENTS = (
    datetime(2026, 3, 8, 6, 50, tzinfo=UTC), datetime(2026, 3, 29, 0, 40, tzinfo=UTC), datetime(2026, 10, 25, 0, 20, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 3, 28, 22, 58, tzinfo=UTC), datetime(2026, 10, 25, 22, 50, tzinfo=UTC),
)  # fmt: skip
"""Around changes of clocks, and midnights beside them."""
COUNTED_BY_TRIGGER = ("rex_llm_calls", "rex_domain_reputations")


@dataclass(frozen=True)
class Row:
    """One row of a table of `public`; `settled` is the end of a model call."""

    table: str
    at: datetime
    columns: dict[str, Any]


def log(
    account: uuid.UUID, at: datetime, entity: str, entity_id: uuid.UUID | None, mission: uuid.UUID, action: str, before: str | None, after: str | None,
    **more: Any,
) -> Row:  # fmt: skip
    """A row of the audit trail."""
    told = {"reason": None, "version": None, "fence": None, "data": {}} | more
    return Row("rex_logs", at, {
        "user_id": account, "at": at, "entity": entity, "entity_id": entity_id, "mission_id": mission, "action": action, "from_state": before,
        "to_state": after, **told, "data": Jsonb(told["data"]),
    })  # fmt: skip


def insert(db: Connection, rows: list[Row]) -> None:
    """As the commands would have left them; only what triggers count is written with triggers."""
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_table[row.table].append(row)
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        for table in (name for name in by_table if name not in (*COUNTED_BY_TRIGGER, "settled")):
            _copy(db, table, by_table[table])
        db.execute("set local session_replication_role = origin")
        for table in COUNTED_BY_TRIGGER:
            _copy(db, table, by_table[table])
        for row in by_table["settled"]:
            db.execute(
                "update public.rex_llm_calls set tokens = %(tokens)s, micros = %(micros)s, settled_at = taken_at, code = 'ok' where id = %(id)s",
                row.columns,
            )


def _copy(db: Connection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    names = list(rows[0].columns)
    statement = sql.SQL("copy public.{} ({}) from stdin").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)))
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row.columns[name] for name in names])
