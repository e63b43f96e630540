-- What rex_analytics must hold, by subject and by the spans of the account's own rows: over all raw rows, each time anew.
with span as materialized (
  select user_id, grain, starts_at, ends_at, missions is not null as closed from public.rex_analytics where subject = 'account'
), log as materialized (
  select l.*, m.campaign_id::text as campaign, m.active_seconds from public.rex_logs l join public.rex_missions m on m.id = l.mission_id
), attempt as materialized (
  select l.id, l.user_id, l.at, l.action, l.to_state, l.campaign, t.task::uuid as task, t.fence, l.data ->> 'agent' as agent
  from log l cross join lateral (
    select l.entity_id::text as task, l.fence where l.entity_id is not null
    union all
    select task, fence::bigint from rows from (jsonb_array_elements_text(l.data -> 'tasks'), jsonb_array_elements_text(l.data -> 'fences')) as x (task, fence)
  ) as t
  where l.entity = 'task'
), run as materialized (
  select e.*, round(1000 * extract(epoch from e.at - b.at))::bigint as ms
  from attempt e join attempt b on b.action = 'claim_task' and b.task = e.task and b.fence = e.fence where e.action <> 'claim_task'
), happened as materialized (
  select distinct on (e.outreach_id, e.kind) e.user_id, e.kind::text, e.occurred_at, o.begun_at, o.campaign_id::text as campaign, o.domain_id::text as domain
  from public.rex_outreach_events e join public.rex_outreach o on o.id = e.outreach_id order by e.outreach_id, e.kind, e.recorded_at, e.id
), fact (user_id, at, metric, n, campaign, domain, agent, provider) as (
  select user_id, at, 'created', 1::numeric, campaign, null, null, null from log where entity = 'mission' and from_state is null
  union all select user_id, at, case when to_state = 'FAILED' and reason = 'cancelled' then 'cancelled' else lower(to_state) end, 1, campaign, null, null, null
    from log where entity = 'mission' and to_state in ('COMPLETED', 'ESCALATED', 'FAILED')
  union all select user_id, at, 'retried', 1, campaign, null, null, null from log where entity = 'mission' and to_state = 'QUEUED' and from_state is not null
  union all select user_id, at, 'active_ms', round(active_seconds * 1000)::numeric, campaign, null, null, null
    from log where entity = 'mission' and to_state = 'COMPLETED'
  union all select user_id, at, case to_state when 'READY' then 'tasks_retried' else 'tasks_' || lower(to_state) end, 1, campaign, null, agent, null from run
  union all select user_id, at, 'task_ms', ms, campaign, null, agent, null from run
  union all select user_id, at, 'compute_nanos', round(ms * (
      select nanos from public.rex_prices where item = 'compute.ms' and valid_from <= run.at order by valid_from desc limit 1)), campaign, null, agent, null
    from run
  union all select user_id, begun_at, state::text, 1, campaign_id::text, domain_id::text, null, provider from public.rex_outreach
    where state in ('sent', 'unknown', 'refused')
  union all select user_id, begun_at, 'contacted', 1, campaign_id::text, domain_id::text, null, provider from public.rex_outreach
    where state in ('sent', 'unknown') and step = 1
  union all select user_id, begun_at, 'message_nanos', (
      select nanos from public.rex_prices where item = channel || '.' || provider and valid_from <= begun_at order by valid_from desc limit 1),
      campaign_id::text, domain_id::text, null, provider
    from public.rex_outreach where state in ('sent', 'unknown')
  union all select user_id, begun_at, case kind when 'hard_bounced' then 'bounced' else kind end, 1, campaign, domain, null, null from happened
  union all select user_id, occurred_at, 'replies', 1, campaign, domain, null, null from happened where kind = 'replied'
  union all select c.user_id, c.taken_at, v.metric, v.n, m.campaign_id::text, null, null, 'openai'
    from public.rex_llm_calls c left join public.rex_missions m on m.id = c.mission_id
    cross join lateral (values ('llm_calls', 1), ('llm_tokens', c.tokens), ('llm_nanos', c.micros * 1000)) as v (metric, n)
  union all select r.user_id, r.at, v.metric, v.n, null, r.domain_id::text, null, null
    from public.rex_domain_reputations r cross join lateral (values ('reputations', 1), ('reputation_sum', r.value)) as v (metric, n)
), counted as (
  select f.user_id, s.starts_at, k.subject, k.key, f.metric, sum(f.n) as n
  from fact f join span s on s.user_id = f.user_id and f.at >= s.starts_at and f.at < s.ends_at
  cross join lateral (values ('account', ''), ('campaign', f.campaign), ('domain', f.domain), ('agent', f.agent), ('provider', f.provider)) as k (subject, key)
  where k.key is not null group by 1, 2, 3, 4, 5
), held as (
  select r.user_id, s.starts_at, r.crew, sum(h.ms) as ms
  from public.rex_reservations r join span s on s.user_id = r.user_id and r.taken_at < s.ends_at and coalesce(r.released_at, 'infinity') > s.starts_at
  cross join lateral (
    select sum(floor(1000 * extract(epoch from least(coalesce(r.released_at, hour + interval '1 hour'), hour + interval '1 hour') - greatest(r.taken_at, hour)))) as ms
    from generate_series(s.starts_at, s.ends_at - interval '1 hour', interval '1 hour') as hour
    where r.taken_at < hour + interval '1 hour' and coalesce(r.released_at, 'infinity') > hour) as h
  where h.ms is not null and s.closed group by 1, 2, 3
), expected as (
  select * from counted
  union all select user_id, starts_at, 'crew', crew, 'held_ms', ms from held
  union all select user_id, starts_at, 'account', '', 'held_ms', sum(ms) from held group by 1, 2
), stored as (
  select a.user_id, a.starts_at, a.subject, a.key, c.key as metric, c.value::numeric as n
  from public.rex_analytics a cross join lateral jsonb_each_text(
    to_jsonb(a) - '{user_id,grain,starts_at,ends_at,subject,key,state_changes,missions,closed_at,slot_ms}'::text[]) as c
)
select coalesce(e.starts_at, s.starts_at)::text, coalesce(e.subject, s.subject), coalesce(e.key, s.key), coalesce(e.metric, s.metric), e.n, s.n
from (select * from expected where n <> 0) as e
full join (select * from stored where n <> 0) as s using (user_id, starts_at, subject, key, metric)
where e.n is distinct from s.n
