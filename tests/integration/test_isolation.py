"""Invariant 10, by the catalogue: another account's person sees and changes nothing, and anon sees and calls nothing.

What is tested is listed from the database, so a new table or function is covered by itself, or fails here until it is.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.integration.test_live_updates import may_receive
from tests.support.anomalies.found import anomaly
from tests.support.bus import add_letter
from tests.support.database import Connection, as_anon, as_person, as_superuser, call, one, refused, request_id, sign_up
from tests.support.mission_world import World
from tests.support.sending_world import make_sending

MARK = "only-of-account-a"
DEPLOYMENT_TABLES = {"rex_api_usage", "rex_api_limits", "rex_prices"}
"""Rows of no account: for service_role alone."""


@dataclass(frozen=True)
class Two:
    """An account with a row in every table, and a stranger with an account of their own."""

    world: World
    stranger: uuid.UUID
    ids: dict[str, Any]


@pytest.fixture
def two(db: Connection) -> Two:
    sending = make_sending(db, leads=2)
    world = sending.world
    sending.write()
    outreach = sending.send()["outreach_id"]
    sending.event(outreach, "unsubscribed")
    planned = world.create()
    world.claim()
    world.plan(planned)
    db.execute("update public.rex_accounts set company = %s where user_id = %s", (MARK, world.account))
    imported = one(
        db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, %s, 'h') returning id",
        world.account, world.account, MARK,
    )  # fmt: skip
    db.execute(
        "insert into public.rex_import_rows (import_id, line, user_id, change) values (%s, 2, %s, 'unchanged')", (imported, world.account)
    )
    db.execute(
        "insert into public.rex_domain_reputations select id, rex.now(), user_id, 0.85, 1, 0, 0, 0, 0, 0 from public.rex_domain_pool where user_id = %s",
        (world.account,),
    )
    db.execute("insert into public.rex_api_usage (provider, window_start, used, cap) values ('openai', rex.now(), 1, 2)")
    world.run("rex_take_llm_budget", p_user_id=world.account, p_tokens=1, p_micros=1)
    world.run("rex_count_decisions", p_counts=[{"user_id": str(world.account), "layer": 1, "rule": "x", "decided": 1, "effective": 1}])
    letter = add_letter(db, world.account, mission=planned)
    world.run("rex_measure_metrics")
    db.execute("insert into public.rex_analytics_durations values (%s, 'hour', rex.now(), 1000, 1)", (world.account,))
    world.run("rex_save_anomalies", p_user_id=world.account, p_until="2030-01-01T00:00:00Z", p_found=[anomaly()])
    db.execute(
        "insert into public.rex_daily_reports (user_id, day, state, claimed_at, finished_at) values (%s, '2026-01-01', 'sent', rex.now(), rex.now())",
        (world.account,),
    )
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (world.account,))
    world.ask("rex_queue_test_mail", p_campaign_id=world.campaign, p_lead_id=sending.leads[1], p_step=1)
    ids = {
        "p_mission_id": planned, "p_campaign_id": world.campaign, "p_import_id": imported, "p_id": planned,
        "p_outreach_id": outreach, "p_member_id": world.account, "p_lead_id": sending.leads[0],
        "p_inbox_id": one(db, "select id from public.rex_inboxes limit 1"), "p_domain_id": one(db, "select id from public.rex_domain_pool"),
        "p_dead_letter_id": letter,
    }  # fmt: skip
    return Two(world, sign_up(db), ids)


def tables(db: Connection) -> list[tuple[str, str]]:
    """Name and kind (r table, v view, ...) of whatever PostgREST could show."""
    query = (
        "select relname::text, relkind::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')"
        " order by 1"
    )
    return [(name, kind) for name, kind in db.execute(query).fetchall()]


def functions(db: Connection, schema: str, role: str) -> list[tuple[str, int, list[str], bool]]:
    """Name, oid, argument names and whether it defines its security, of what a role may call."""
    query = (
        "select p.proname::text, p.oid::int, coalesce(p.proargnames[1:p.pronargs], '{}'), p.prosecdef from pg_proc p"
        " where p.pronamespace = %s::regnamespace and has_schema_privilege(%s, p.pronamespace, 'usage')"
        " and has_function_privilege(%s, p.oid, 'execute') order by 1"
    )
    return [(name, oid, list(names), definer) for name, oid, names, definer in db.execute(query, (schema, role, role)).fetchall()]


def owners(db: Connection, table: str) -> str | None:
    """The column that says whose a row is."""
    columns = {
        row[0]
        for row in db.execute(
            "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s", (table,)
        )
    }
    return next((column for column in ("user_id", "actor") if column in columns), None)


def rows(db: Connection, table: str, column: str, owner: uuid.UUID) -> int:
    count: int = one(
        db,
        sql.SQL("select count(*) from public.{} where {} = %s").format(sql.Identifier(table), sql.Identifier(column)).as_string(db),
        owner,
    )
    return count


def test_every_table_is_protected(db: Connection) -> None:
    bare = db.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity"
    ).fetchall()
    assert bare == [], "row-level security is off"
    leaky = db.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'"
        " and not coalesce('security_invoker=true' = any (reloptions), false)"
    ).fetchall()
    assert leaky == [], "a view that reads as its owner"


def test_every_function_has_a_fixed_search_path(db: Connection) -> None:
    loose = db.execute(
        "select p.pronamespace::regnamespace::text, proname from pg_proc p where p.pronamespace in ('public'::regnamespace, 'rex'::regnamespace)"
        " and not coalesce(proconfig::text like '%search_path=\"\"%' or proconfig::text like '%search_path=%', false) and prokind = 'f'"
        " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
    ).fetchall()
    assert loose == []


def test_policies_read_the_person_once(db: Connection) -> None:
    policies = db.execute("select tablename, policyname, qual from pg_policies where schemaname = 'public'").fetchall()
    assert policies
    for table, name, qual in policies:
        assert qual is not None, f"{table}.{name} has no condition"
        bare = "auth.uid()" in qual.replace("( SELECT auth.uid() AS uid)", "")
        assert not bare, f"{table}.{name} calls auth.uid() for each row"


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_nobody_writes_but_through_commands(db: Connection, role: str) -> None:
    verbs = "insert, update, delete, truncate, references, trigger"
    for name, _ in tables(db):
        held = [verb for verb in verbs.split(", ") if one(db, "select has_table_privilege(%s, %s, %s)", role, f"public.{name}", verb)]
        assert held == [], f"{role} may {held} {name}"


def test_machinerys_own_tables_are_closed_to_everybody(db: Connection) -> None:
    """Cursors, questions and whatever else is of no account's business: even the machinery has them through commands alone.

    A view that reads as whoever asks shows no more than the policies do.
    """
    query = (
        "select oid::regclass::text from pg_class where relnamespace = 'rex'::regnamespace"
        " and (relkind in ('r', 'p', 'm') or relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false))"
    )
    names = [row[0] for row in db.execute(query)]
    assert {"rex.cursors", "rex.open_requests", "rex.message_types"} <= set(names)
    for role in ("anon", "authenticated", "service_role"):
        open_ones = [name for name in names if one(db, "select has_table_privilege(%s, %s, 'select, insert, update, delete')", role, name)]
        assert open_ones == [], role


def test_anon_sees_and_calls_nothing(db: Connection) -> None:
    assert not one(db, "select has_schema_privilege('anon', 'public', 'usage') or has_schema_privilege('anon', 'rex', 'usage')")
    for schema in ("public", "rex"):
        oids = [row[0] for row in db.execute("select oid::int from pg_proc where pronamespace = %s::regnamespace", (schema,))]
        open_ones = [oid for oid in oids if one(db, "select has_function_privilege('anon', %s::oid, 'execute')", oid)]
        assert open_ones == [], f"anon may execute functions of {schema}"
    as_anon(db)
    found = tables(db)
    as_anon(db)
    for name, _ in found:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(sql.SQL("select * from public.{}").format(sql.Identifier(name)))
    as_superuser(db)


def test_who_signed_in_without_a_name_sees_and_changes_nothing(db: Connection) -> None:
    """A hosted project may allow it; the account that its sign-up opens is nobody's."""
    nameless = sign_up(db)
    as_person(db, nameless)
    assert one(db, "select count(*) from public.rex_accounts") == 1
    claims = json.dumps({"role": "authenticated", "sub": str(nameless), "is_anonymous": True})
    db.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
    assert one(db, "select count(*) from public.rex_accounts") == 0
    with refused(401, "not_signed_in"):
        call(db, "rex_pause", p_request_id=request_id(), p_scope="account")
    as_superuser(db)


def test_stranger_sees_no_row_of_any_table_or_view(db: Connection, two: Two) -> None:
    for name, _ in tables(db):
        column = owners(db, name)
        if name in DEPLOYMENT_TABLES:
            assert not one(db, "select has_table_privilege('authenticated', %s, 'select')", f"public.{name}"), name
            continue
        assert column, f"{name} does not say whose its rows are"
        assert rows(db, name, column, two.world.account), f"the test plants no row in {name}: add one, or it proves nothing"
        as_person(db, two.stranger)
        seen = rows(db, name, column, two.world.account)
        as_person(db, two.world.account)
        own = rows(db, name, column, two.world.account)
        as_superuser(db)
        assert (seen, own > 0) == (0, True), f"{name}: the stranger sees {seen} rows, the owner {own}"


def test_stranger_receives_no_broadcast_of_any_topic(db: Connection, two: Two) -> None:
    topics = [
        row[0] for row in db.execute("select distinct topic from realtime.messages where topic like %s", (f"rex:{two.world.account}:%",))
    ]
    assert len(topics) > 1, "the test's world says too little for this to prove anything"
    for person, expected in ((two.stranger, False), (two.world.account, True)):
        as_person(db, person)
        assert {topic: may_receive(db, topic) for topic in topics} == dict.fromkeys(topics, expected)
        as_superuser(db)


def snapshot(db: Connection, account: uuid.UUID) -> dict[str, str]:
    """A digest of all rows of an account by table, without the log of what was asked."""
    found = {}
    for name, kind in tables(db):
        column = owners(db, name)
        if kind == "r" and column and name != "rex_requests":
            query = sql.SQL("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from public.{} t where {} = %s")
            found[name] = one(db, query.format(sql.Identifier(name), sql.Identifier(column)).as_string(db), account)
    return found


def arguments(names: list[str], two: Two, account: uuid.UUID | None, schema: str) -> dict[str, Any]:
    """Something fit for every argument of a command: the other account's ids wherever an id is asked for; bodies have no defaults."""
    usual: dict[str, Any] = {
        "p_request_id": request_id(), "p_account": account, "p_scope": "mission", "p_type": "lead_reactivation", "p_file_name": "f.csv",
        "p_file_hash": "a" * 64, "p_audience": psycopg.types.json.Jsonb({"import_id": str(two.ids["p_import_id"])}),
        "p_rows": psycopg.types.json.Jsonb([]), "p_rejected": psycopg.types.json.Jsonb([]),
        "p_fields": psycopg.types.json.Jsonb({"name": "x", "domain_id": str(two.ids["p_domain_id"])}),
        "p_selection": psycopg.types.json.Jsonb({"ids": [str(two.ids["p_dead_letter_id"])]}), "p_expected_count": 1,
        "p_inbox_ids": [two.ids["p_inbox_id"]],
        "p_changes": psycopg.types.json.Jsonb({"company": "stolen", "name": "stolen", "daily_cap": 1}),
    }  # fmt: skip
    given = usual | two.ids
    return {name: given.get(name) for name in names if name in given or schema == "rex"}


@pytest.mark.parametrize("schema", ["public", "rex"])
@pytest.mark.parametrize("for_the_other", [True, False])
def test_stranger_changes_and_learns_nothing_by_any_command(db: Connection, two: Two, schema: str, for_the_other: bool) -> None:
    before = snapshot(db, two.world.account)
    commands = functions(db, schema, "authenticated")
    assert len(commands) > 4
    for name, _, names, _ in commands:
        if name in ("my_accounts", "now"):
            continue
        given = arguments(names, two, two.world.account if for_the_other else None, schema)
        answer, refusal = ask(db, two.stranger, schema, name, given)
        if for_the_other and "p_account" in names:
            assert (refusal or "").startswith("PT403") or answer == [(None,)], f"{schema}.{name} answered {answer} {refusal}"
        assert refusal is None or refusal.startswith("PT"), f"{schema}.{name}: {refusal}"
        assert MARK not in str(answer), f"{schema}.{name} tells {answer}"
        assert not any(str(id_) in str(answer) for id_ in two.ids.values()), f"{schema}.{name} tells {answer}"
    assert snapshot(db, two.world.account) == before


def ask(db: Connection, person: uuid.UUID, schema: str, name: str, given: dict[str, Any]) -> tuple[Any, str | None]:
    """The answer, or the code of the refusal."""
    passed = sql.SQL(", ").join(sql.SQL("{} => {}").format(sql.Identifier(key), sql.Placeholder(key)) for key in given)
    as_person(db, person)
    try:
        return db.execute(sql.SQL("select {}.{}({})").format(sql.Identifier(schema), sql.Identifier(name), passed), given).fetchall(), None
    except psycopg.Error as error:
        return None, f"{error.sqlstate} {error.diag.message_detail} {error}"
    finally:
        as_superuser(db)


def test_commands_of_people_run_as_the_caller_and_those_of_the_machinery_are_closed_to_them(db: Connection) -> None:
    definers = [name for name, _, _, definer in functions(db, "public", "authenticated") if definer]
    assert definers == [], "a person's command in public must be SECURITY INVOKER"
    people = {name for name, *_ in functions(db, "public", "authenticated")}
    machinery = {name for name, *_ in functions(db, "public", "service_role")} - people
    assert {"rex_claim_missions", "rex_begin_outreach", "rex_record_event"} <= machinery


def test_whatever_is_made_later_is_closed_until_it_is_granted(db: Connection) -> None:
    db.execute("set role postgres")
    db.execute(
        "create function public.made_later() returns int language sql set search_path = '' as 'select 1'; create table public.made_later (id int)"
    )
    db.execute("create function rex.made_later() returns int language sql set search_path = '' as 'select 1'")
    as_superuser(db)
    for role in ("anon", "authenticated", "service_role"):
        assert not one(db, "select has_table_privilege(%s, 'public.made_later', 'select')", role), role
        for schema in ("public", "rex"):
            assert not one(db, "select has_function_privilege(%s, %s, 'execute')", role, f"{schema}.made_later()"), (role, schema)


def test_audit_trail_is_append_only_even_for_its_owner(db: Connection, two: Two) -> None:
    assert two.world
    db.execute("set role postgres")
    for table in ("rex_logs", "rex_decisions"):
        for statement in ("delete from public.{}", "update public.{} set user_id = gen_random_uuid()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(sql.SQL(statement).format(sql.Identifier(table)))
    as_superuser(db)
