"""Writes the rows a signed-in person may read as TypeScript, from the catalogue of a database that has every migration.

`python -m local.row_types FILE` writes the file; with `--check` it compares instead and fails on a difference.
"""

import sys
import tempfile
import uuid
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import psycopg

from local.database import prepare
from local.ports import free_port
from local.postgres import Cluster

_HEAD = "// Made by `make types` from the migrations; do not edit.\n"
_BASIC = {
    "bool": "boolean", "int2": "number", "int4": "number", "int8": "number", "float4": "number", "float8": "number", "numeric": "number",
    "json": "unknown", "jsonb": "unknown", "uuid": "string", "text": "string", "varchar": "string", "timestamptz": "string",
    "date": "string", "time": "string", "interval": "string",
    "bytea": "string", "inet": "string", "numrange": "string", "tstzrange": "string",
}  # fmt: skip
_ENUMS = """
select typname, array_agg(enumlabel::text order by enumsortorder) from pg_enum join pg_type t on t.oid = enumtypid group by 1 order by 1
"""
# A column of a view may be null, because Postgres does not say that it cannot.
_COLUMNS = """
select c.relname, a.attname, coalesce(b.typname, t.typname), a.attnotnull
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
  left join pg_type b on b.oid = t.typbasetype
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p')
  and has_column_privilege('authenticated', c.oid, a.attnum, 'select')
order by c.relname, a.attname
"""

type Column = tuple[str, str, str, bool]


class UnknownType(RuntimeError):
    """A column has a type this module knows no TypeScript for; name it in `_BASIC`."""


def write_types(database: str) -> str:
    """The module: the enums by their names, then one interface with every table and view."""
    with psycopg.connect(database) as connection:
        enums: dict[str, list[str]] = dict(connection.execute(_ENUMS).fetchall())
        columns = connection.execute(_COLUMNS).fetchall()
    known = _BASIC | {name: f'Enums["{name}"]' for name in enums}
    tables = [_table(name, [*of_table], known) for name, of_table in groupby(columns, itemgetter(0))]
    return _HEAD + "\n".join((_interface("Enums", map(_enum, enums.items())), _interface("Rows", tables)))


def _interface(name: str, members: Iterable[str]) -> str:
    return f"export interface {name} {{\n{''.join(members)}}}\n"


def _enum(enum: tuple[str, list[str]]) -> str:
    name, labels = enum
    return f"  {name}: {' | '.join(f'"{label}"' for label in labels)};\n"


def _table(name: str, columns: list[Column], known: dict[str, str]) -> str:
    fields = "".join(
        f"    readonly {column}: {_type(kind, known)}{'' if required else ' | null'};\n" for _, column, kind, required in columns
    )
    return f"  {name}: {{\n{fields}  }};\n"


def _type(kind: str, known: dict[str, str]) -> str:
    element = kind.removeprefix("_")
    if element not in known:
        message = f"There is no TypeScript for {kind}: name it in {__name__}."
        raise UnknownType(message)
    return f"readonly {known[element]}[]" if kind.startswith("_") else known[element]


def _from_migrations() -> str:
    """The types of a database that is made for it and removed again."""
    with tempfile.TemporaryDirectory(prefix="rex-types-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(data=Path(folder) / "postgres" / "data", port=free_port(), password=uuid.uuid4().hex)
        cluster.data.parent.mkdir()
        cluster.start()
        try:
            return write_types(prepare(cluster, "rex", uuid.uuid4().hex))
        finally:
            cluster.stop()


def main(arguments: list[str]) -> int:
    """Write, or compare with `--check`; the exit status."""
    target, made = Path(arguments[-1]), _from_migrations()
    if "--check" not in arguments:
        target.write_text(made)
    elif not target.exists() or target.read_text() != made:
        print(f"{target} is not what the migrations say: run make types.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
