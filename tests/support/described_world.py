"""An account in which the examples of the API's description are true."""

import uuid

from psycopg import sql

from functions.api.description.route import AN_ID, ANOTHER_ID
from tests.support.bus import add_letter
from tests.support.database import Connection, one, sign_up
from tests.support.sending_world import Sending, make_sending


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
    undone, imported = (
        one(
            db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, 'a', %s) returning id",
            world.account, world.account, name,
        )
        for name in ("first", "second")
    )  # fmt: skip
    db.execute("update public.rex_leads set import_id = %s where user_id = %s", (imported, world.account))
    member, stranger = sign_up(db), sign_up(db)
    db.execute("update auth.users set email = 'bob@example.com' where id = %s", (stranger,))
    db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, member))
    domain, inbox = (
        one(db, f"select id from public.{table} where user_id = %s limit 1", world.account) for table in ("rex_domain_pool", "rex_inboxes")
    )
    letter = add_letter(db, world.account, mission=sending.mission)
    for old in (world.campaign, sending.mission, sending.leads[0], domain, inbox, held, undone, member, letter):
        rename(db, old, AN_ID)
    for old in (sending.leads[1], sent, imported):
        rename(db, old, ANOTHER_ID)
    return sending
