"""The API is as its description, which it serves, says: schemathesis asks every route what the description allows, and what it does not."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from psycopg import sql

from functions.api.description.route import AN_ID, ANOTHER_ID
from tests.support.api import ROOT, token_of
from tests.support.bus import add_letter
from tests.support.database import Connection, one, sign_up
from tests.support.gateway import serve_api
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")
QUICK = ("--phases", "examples,fuzzing", "--no-shrink")
"""Without the systematic walk along every bound of every field, which takes minutes."""


def rename(db: Connection, old: uuid.UUID, new: uuid.UUID) -> None:
    """One thing gets another id, wherever it is named."""
    columns = (
        "select table_schema, table_name, column_name from information_schema.columns join pg_class on oid = (quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass"
        " where table_schema in ('public', 'auth') and data_type = 'uuid' and relkind = 'r' and is_generated = 'NEVER'"
    )
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        for schema, table, column in db.execute(columns).fetchall():
            statement = sql.SQL("update {0} set {1} = %(new)s where {1} = %(old)s").format(
                sql.Identifier(schema, table), sql.Identifier(column)
            )
            db.execute(statement, {"old": old, "new": new})


def make_examples_real(db: Connection) -> Sending:
    """An account in which every id of the description's examples is something's."""
    sending = make_sending(db, leads=5)
    world = sending.world
    held, sent = sending.write()[:2]
    sending.send()
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now() where id = %s and state <> 'sent'", (held,))
    imported = one(
        db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, 'a', 'h') returning id",
        world.account, world.account,
    )  # fmt: skip
    member, stranger = sign_up(db), sign_up(db)
    db.execute("update auth.users set email = 'bob@example.com' where id = %s", (stranger,))
    db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, member))
    domain, inbox = (
        one(db, f"select id from public.{table} where user_id = %s limit 1", world.account) for table in ("rex_domain_pool", "rex_inboxes")
    )
    letter = add_letter(db, world.account, mission=sending.mission)
    for old in (world.campaign, sending.mission, sending.leads[0], domain, inbox, held, imported, member, letter):
        rename(db, old, AN_ID)
    for old in (sending.leads[1], sent):
        rename(db, old, ANOTHER_ID)
    return sending


def ask_every_route(db: Connection, folder: Path, examples: int, *options: str, seconds: int) -> None:
    """Every check of schemathesis, with so many cases of each route; what it finds is the message."""
    account = make_examples_real(db).world.account
    environment = {"PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}", "REX_TOKEN": token_of(account), "REX_ACCOUNT": str(account)}
    with serve_api() as url:
        asked = subprocess.run(
            [
                str(Path(sys.executable).with_name("st")), "--no-color", "--config-file", str(ROOT / "tests" / "support" / "schemathesis.toml"),
                "run", f"{url}/openapi.json", "--checks", "all", "--max-examples", str(examples), "--request-timeout", "20", *options,
            ],
            cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_every_route_does_what_the_description_says(db: Connection, tmp_path: Path) -> None:
    ask_every_route(db, tmp_path, 10, *QUICK, seconds=300)


@pytest.mark.nightly
def test_every_route_does_what_the_description_says_in_a_hundred_cases(db: Connection, tmp_path: Path) -> None:
    ask_every_route(db, tmp_path, 100, seconds=3600)
