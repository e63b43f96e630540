"""Accounts, missions and tasks made in SQL, as the commands would have left them."""

from tests.support.database import Connection, as_service, connect, one
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


def add_history(url: str, account: str, missions: int, tasks_each: int, domains: int) -> str:
    """What an account has behind it that has worked for a month, nothing of it due; returns the id of a mission with messages."""
    with connect(url) as db:
        given = {"account": account, "missions": missions, "tasks_each": tasks_each, "domains": domains}
        for statement in _HISTORY:
            db.execute(statement, given)
        db.execute("vacuum analyze")
        return str(one(db, "select mission_id from public.rex_outreach where subject = 'history' limit 1"))


_HISTORY = (
    "insert into public.rex_domain_pool (user_id, domain, status, reputation, verified_at, measured_at)"
    " select %(account)s, 'history' || n || '.example', 'active', 0.85, rex.now(), date_trunc('hour', rex.now(), 'UTC')"
    " from generate_series(1, %(domains)s) as n",
    "insert into public.rex_inboxes (user_id, domain_id, address, host, username, checked_version, warmed_at)"
    " select user_id, id, 'i' || n || '@' || domain, '127.0.0.1', 'rex', 1, rex.now() from public.rex_domain_pool, generate_series(1, 2) as n"
    " where domain like 'history%%'",
    "insert into public.rex_domain_reputations (domain_id, at, user_id, value, sends, complaints, bounces, blocks, unsubscribes, replies)"
    " select id, measured_at - make_interval(hours => n), user_id, 0.85, 300, 0, 4, 5, 2, 6 from public.rex_domain_pool, generate_series(0, 30) as n"
    " where domain like 'history%%'",
    "insert into public.rex_logs (user_id, entity, entity_id, action) select user_id, 'domain', id, 'assign_domain'"
    " from public.rex_domain_pool, generate_series(1, 10) where domain like 'history%%'",
    "insert into public.rex_leads (user_id, first_name, last_name, company) select %(account)s, 'Ann', 'Of history', 'Rex' from generate_series(1, 200)",
    "insert into public.rex_missions (user_id, type, crew, campaign_id, sends, leads, created_by, created_at, stage_at, state, ready, not_before,"
    "  waiting_for, waiting_since, assigned_at, started_at, collecting_at, finished_at, error_code)"
    " select c.user_id, 'lead_reactivation', 'dead_lead_crew', c.id, true, 200, c.user_id, at, at, state, false,"
    "  case when state = 'QUEUED' then rex.now() + interval '30 days' end, case when state = 'QUEUED' then 'not_before' end, case when state = 'QUEUED' then at end,"
    "  case when state <> 'QUEUED' then at end, case when state <> 'QUEUED' then at end, case when state = 'COMPLETED' then at end,"
    "  case when state <> 'QUEUED' then at end, case state when 'FAILED' then 'cancelled' when 'ESCALATED' then 'agent_failed' end"
    " from public.rex_campaigns c cross join lateral ("
    "  select rex.now() - interval '30 days' * random() as at, (case when n %% 100 < 90 then 'COMPLETED' when n %% 100 < 94 then 'FAILED'"
    "   when n %% 100 < 97 then 'ESCALATED' else 'QUEUED' end)::public.mission_state as state from generate_series(1, %(missions)s) as n) as m"
    " where c.user_id = %(account)s and c.is_default",
    "insert into public.rex_tasks (user_id, mission_id, agent, batch, position, state, error_code, created_at, started_at, finished_at)"
    " select m.user_id, m.id, ('{researcher,writer,compliance,quality_control}'::text[])[1 + n %% 4], 1, n,"
    "  (case when n %% 50 = 7 then 'FAILED' else 'COMPLETED' end)::public.task_state, case when n %% 50 = 7 then 'agent_failed' end,"
    "  m.stage_at, m.stage_at, m.stage_at + interval '1 second' * random()"
    " from public.rex_missions m, generate_series(1, %(tasks_each)s) as n where m.user_id = %(account)s",
    "insert into public.rex_mission_leads (mission_id, lead_id, user_id, batch, outcome)"
    " select m.id, l.id, m.user_id, 1, 'sent' from (select * from public.rex_missions where user_id = %(account)s and state = 'COMPLETED' limit 20) as m"
    " join public.rex_leads l on l.user_id = m.user_id and l.last_name = 'Of history'",
    "insert into public.rex_outreach (user_id, mission_id, campaign_id, lead_id, step, channel, address_hash, state, due_at, subject, body_text,"
    "  template_version, domain_id, inbox_id, begun_at, handed_over_at)"
    " select ml.user_id, ml.mission_id, m.campaign_id, ml.lead_id, 1, 'email', md5(ml.lead_id::text), 'sent', rex.now(), 'history', 't', 1, i.domain_id, i.id,"
    "  rex.now() - interval '1 day' * random(), rex.now()"
    " from public.rex_mission_leads ml join public.rex_missions m on m.id = ml.mission_id cross join lateral ("
    "  select i.* from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id where d.domain like 'history%%' and ml.lead_id is not null"
    "  order by md5(i.id::text || ml.lead_id) limit 1) as i where m.user_id = %(account)s and ml.outcome = 'sent'",
    "insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, from_state, to_state, version)"
    " select m.user_id, 'mission', m.id, m.id, 'advance_mission', 'ASSIGNED', 'EXECUTING', n from generate_series(1, 60) as n,"
    "  public.rex_missions m where m.id in (select mission_id from public.rex_outreach where subject = 'history')",
    "insert into public.rex_decision_counts (user_id, day, layer, rule, decided, effective)"
    " select %(account)s, current_date - n, 1 + r %% 3, 'rule_' || r, 9, 1 from generate_series(1, 29) as n, generate_series(1, 6) as r",
)
