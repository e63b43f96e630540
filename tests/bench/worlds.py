"""Accounts, missions and tasks made in SQL, as the commands would have left them."""

from tests.support.database import Connection, as_service, connect
from tests.support.mission_world import STEPS

CREW = "dead_lead_crew"


def service(url: str) -> Connection:
    """A direct connection as the machinery has it: a role of its own, statements prepared at first use."""
    connection = as_service(connect(url))
    connection.prepare_threshold = 0
    return connection


def add_accounts(url: str, count: int, slots: int) -> None:
    """Signed-up accounts, each with a domain that its default campaign holds already."""
    with connect(url) as db:
        db.execute(
            "insert into auth.users (id, email) select gen_random_uuid(), 'u' || n || '@rex.example' from generate_series(1, %s) as n",
            (count,),
        )
        db.execute("update public.rex_crews set slots = %s where crew = %s", (slots, CREW))
        db.execute("update public.rex_accounts set company = 'Rex', postal_address = '1 Main Street'")
        db.execute(
            "update public.rex_campaigns set offer = 'o', sender_name = 's', reply_to = 'r@rex.example', call_to_action = 'c',"
            " link = 'https://rex.example', steps = %s",
            (STEPS,),
        )
        db.execute(
            "insert into public.rex_domain_pool (user_id, domain, status, reputation, verified_at, campaign_id)"
            " select user_id, 'd' || row_number() over () || '.example', 'active', 0.9, rex.now(), id from public.rex_campaigns where is_default"
        )
        db.execute(
            "insert into public.rex_inboxes (user_id, domain_id, address, host, username, checked_version, warmed_at)"
            " select user_id, id, 'rex@' || domain, '127.0.0.1', 'rex', 1, rex.now() from public.rex_domain_pool"
        )
        db.execute(
            "insert into public.rex_leads (user_id, first_name) select user_id, 'Ann' from public.rex_accounts, generate_series(1, 2)"
        )


def add_missions(url: str, count: int, batches: int = 0, calls: int = 0) -> None:
    """Queued missions of all accounts in turn; without batches they have no leads and one chain of tasks."""
    with connect(url) as db:
        db.execute(
            "with campaign as (select user_id, id, row_number() over (order by user_id) - 1 as n from public.rex_campaigns where is_default),"
            " made as (insert into public.rex_missions (user_id, type, crew, campaign_id, sends, leads, llm_calls_per_minute, created_by)"
            "  select c.user_id, 'lead_reactivation', %(crew)s, c.id, true, %(leads)s, %(calls)s, c.user_id"
            "  from generate_series(1, %(count)s) as g join campaign c on c.n = g %% (select count(*) from campaign) returning user_id, id)"
            " insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, to_state, version)"
            " select user_id, 'mission', id, id, 'create_mission', 'QUEUED', 1 from made",
            {"crew": CREW, "leads": batches * 50, "calls": calls, "count": count},
        )
        db.execute(
            "update public.rex_api_limits set calls_per_minute = greatest(calls_per_minute, %s) where provider = 'openai'", (count * calls,)
        )
        db.execute("vacuum analyze")


def finish_setup(url: str) -> None:
    """What autovacuum would have done before."""
    with connect(url) as db:
        db.execute("vacuum analyze")
        db.execute("checkpoint")


def free_slots(url: str) -> None:
    """More slots than the setting allows, so that no trickle ends for want of them."""
    with connect(url) as db:
        db.execute("alter table public.rex_crews drop constraint rex_crews_slots_check; update public.rex_crews set slots = 250")


def make_raw_queue(url: str, count: int) -> None:
    with connect(url) as db:
        db.execute("create table jobs (id bigint primary key, state smallint not null default 0) with (fillfactor = 70)")
        db.execute("insert into jobs select generate_series(1, %s)", (count,))
        db.execute("create index jobs_ready on jobs (id) where state = 0")
    finish_setup(url)
