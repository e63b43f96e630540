"""Compare what was counted with what plain SQL finds in the raw rows."""

import uuid
from pathlib import Path
from typing import Any

from tests.support.database import Connection

_RECOUNT = (Path(__file__).parent / "recount.sql").read_text()

_STATES = """
select a.starts_at::text, a.missions, s.missions from public.rex_analytics a cross join lateral (
  select coalesce(jsonb_object_agg(to_state, n), '{}') as missions from (
    select to_state, count(*) as n from (
      select distinct on (mission_id) mission_id, to_state from public.rex_logs
      where user_id = a.user_id and version is not null and at < a.ends_at order by mission_id, version desc) as last group by 1) as by_state) as s
where a.subject = 'account' and a.missions is not null and a.missions <> s.missions
"""
_DURATIONS = """
with expected as (
  select s.user_id, s.starts_at, count(*) as n,
    (round(ms / 10.0 ^ d.digits) * 10.0 ^ d.digits)::bigint as active_ms
  from public.rex_logs l join public.rex_missions m on m.id = l.mission_id
  join public.rex_analytics s on s.user_id = l.user_id and s.subject = 'account' and l.at >= s.starts_at and l.at < s.ends_at
  cross join lateral (select round(m.active_seconds * 1000)::numeric as ms) as t
  cross join lateral (select greatest(0, floor(log(greatest(1, t.ms))) - 2)::int as digits) as d
  where l.entity = 'mission' and l.to_state = 'COMPLETED' group by 1, 2, 4)
select e.starts_at::text, e.active_ms, e.n, d.missions
from expected e full join public.rex_analytics_durations d using (user_id, starts_at, active_ms) where e.n is distinct from d.missions
"""
_COSTS = """
select m.id::text, c.messages, c.llm_tokens, o.n, l.tokens from public.rex_missions m left join public.rex_mission_costs c on c.mission_id = m.id
cross join lateral (select count(*) as n from public.rex_outreach where mission_id = m.id and state in ('sent', 'unknown')) as o
cross join lateral (select coalesce(sum(tokens), 0) as tokens from public.rex_llm_calls where mission_id = m.id) as l
where coalesce(c.messages, 0) <> o.n or coalesce(c.llm_tokens, 0) <> l.tokens
"""
_TOTAL = """
select 'mission costs', sum(c.task_ms), sum(c.compute_nanos), sum(c.message_nanos) from public.rex_mission_costs c
having (sum(c.task_ms), sum(c.compute_nanos), sum(c.message_nanos)) is distinct from (
  select (sum(task_ms), sum(compute_nanos), sum(message_nanos)) from public.rex_analytics where subject = 'account')
"""
_TILES = """
select a.user_id::text, a.starts_at::text, a.ends_at::text from (
  select *, lag(ends_at) over (partition by user_id order by starts_at) as before from public.rex_analytics where subject = 'account') as a
where a.before <> a.starts_at
"""

_WINDOW = """
with ended as (
  select to_state, (round(ms / 10.0 ^ d.digits) * 10.0 ^ d.digits)::bigint as ms
  from public.rex_logs l join public.rex_missions m on m.id = l.mission_id
  cross join lateral (select round(m.active_seconds * 1000)::numeric as ms) as t
  cross join lateral (select greatest(0, floor(log(greatest(1, t.ms))) - 2)::int as digits) as d
  where l.entity = 'mission' and l.user_id = %(account)s and l.at >= %(since)s and l.at < %(until)s and to_state in ('COMPLETED', 'ESCALATED'))
select count(*) filter (where to_state = 'COMPLETED') as completed,
  round(count(*) filter (where to_state = 'COMPLETED')::numeric / nullif(count(*), 0), 4)::float as success_rate,
  percentile_disc(0.5) within group (order by ms) filter (where to_state = 'COMPLETED') as p50,
  percentile_disc(0.95) within group (order by ms) filter (where to_state = 'COMPLETED') as p95,
  (select count(*) from public.rex_outreach where user_id = %(account)s and state = 'sent' and begun_at >= %(since)s and begun_at < %(until)s) as sent,
  (select round(avg(value), 4)::float from public.rex_domain_reputations where user_id = %(account)s and at >= %(since)s and at < %(until)s) as reputation
from ended
"""


def window(db: Connection, account: uuid.UUID, since: Any, until: Any) -> tuple[Any, ...]:
    """Missions completed, success rate, percentiles of active time, messages sent and reputation, over the raw rows."""
    row = db.execute(_WINDOW.encode(), {"account": account, "since": since, "until": until}).fetchone()
    assert row is not None
    return row


def differences(db: Connection) -> list[tuple[Any, ...]]:
    """Every figure that is not what the raw rows say; the account's rows follow each other without a hole."""
    found: list[tuple[Any, ...]] = []
    for query in (_RECOUNT, _STATES, _DURATIONS, _COSTS, _TOTAL, _TILES):
        found += db.execute(query.encode()).fetchall()
    return found
