-- Invariant 10: a person reads how their account is doing, and of the deployment totals only. What grows for ever is counted by the live row.

create index rex_missions_state on public.rex_missions (user_id, state, created_at desc, id);

create function rex.deployment() returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'started_at', pg_postmaster_start_time(), 'uptime_seconds', round(extract(epoch from clock_timestamp() - pg_postmaster_start_time())),
    'versions', jsonb_build_object('database', current_setting('server_version'), 'schema', (
      select max(version) from supabase_migrations.schema_migrations)),
    'prewarmed_domains', (select count(*) from public.rex_domain_pool
      where user_id is null and tier = 'prewarmed' and status in ('warming', 'active') and paused_at is null),
    'quotas', (select jsonb_agg(jsonb_build_object(
        'provider', l.provider, 'limit', coalesce(u.cap, l.calls_per_minute), 'used', coalesce(u.used, 0), 'reserved', l.reserved,
        'resets_at', rex.next_window(moment.now)) order by l.provider)
      from (select rex.now() as now) as moment cross join public.rex_api_limits l
      left join public.rex_api_usage u on u.provider = l.provider and u.window_start = rex.window_of(moment.now)))
$$;
comment on function rex.deployment is 'Totals of what belongs to no account: quota of the present minute, domains on offer, since when the database runs.';

create function rex.oldest_waiting(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('mission_id', (oldest.m).id, 'type', (oldest.m).type, 'crew', (oldest.m).crew, 'priority', (oldest.m).priority,
    'created_at', (oldest.m).created_at, 'queued_at', (oldest.m).stage_at, 'waiting_for', w.waiting_for, 'waiting_since', w.waiting_since)
  from (
    select m from public.rex_missions m
    where m.user_id = p_user_id and m.state = 'QUEUED' and m.paused_at is null and m.waiting_for is distinct from 'not_before'
    order by m.stage_at limit 1) as oldest
  cross join lateral rex.waits_for(oldest.m) as w
$$;
comment on function rex.oldest_waiting is 'The mission that has been in the queue longest and is neither paused nor meant to start later.';

create function rex.pool_summary(p_user_id uuid, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'states', (select coalesce(jsonb_object_agg(status, domains), '{}') from (
      select status, count(*) as domains from public.rex_domain_pool where user_id = p_user_id group by 1) as s),
    'paused', count(*) filter (where (pool.d).paused_at is not null),
    'sick', count(*) filter (where pool.serves and (pool.d).reputation < 0.7),
    'lowest_reputation', min((pool.d).reputation) filter (where pool.serves),
    'cap_today', coalesce(sum(rex.domain_cap(pool.d, p_day)) filter (where pool.serves and (pool.d).paused_at is null), 0),
    'sent_today', coalesce(sum(s.sent), 0))
  from (select d, d.status in ('warming', 'active') as serves from public.rex_domain_pool d where d.user_id = p_user_id) as pool
  left join public.rex_domain_days s on s.domain_id = (pool.d).id and s.day = p_day
$$;
comment on function rex.pool_summary is 'The domains of an account, and what they may send and have sent on that day of it.';

create function rex.decision_summary(p_user_id uuid, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'layer', s.layer, 'decided', s.decided, 'effective', s.effective, 'share', s.share, 'rules', (
      select jsonb_object_agg(r.rule, r.decided) from (
        select c.rule, sum(c.decided) as decided from public.rex_decision_counts c
        where c.user_id = p_user_id and c.layer = s.layer and c.day > p_day - 30 group by c.rule) as r)) order by s.layer), '[]')
  from public.rex_decision_shares s where s.user_id = p_user_id
$$;

create function rex.llm_budget(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'calls', coalesce(s.calls, 0), 'tokens', coalesce(s.tokens, 0), 'tokens_limit', a.llm_daily_tokens,
    'cost_micros', coalesce(s.micros, 0), 'cost_micros_limit', a.llm_daily_micros,
    'resets_at', (today.day + 1)::timestamp at time zone 'UTC')
  from (select rex.utc_day() as day) as today
  join public.rex_accounts a on a.user_id = p_user_id left join public.rex_llm_spending s on s.user_id = a.user_id and s.day = today.day
$$;
comment on function rex.llm_budget is 'What the reasoner may cost an account on this UTC day, and has.';

create function rex.open_anomalies(p_user_id uuid) returns bigint language plpgsql stable set search_path = '' as $$
begin
  return (select count(*) from public.rex_anomalies where user_id = p_user_id and closed_at is null);
end $$;
comment on function rex.open_anomalies is 'In plpgsql, as the table comes later.';

grant execute on function rex.deployment, rex.oldest_waiting, rex.pool_summary, rex.decision_summary, rex.llm_budget, rex.open_anomalies,
  rex.utc_day, rex.account_day, rex.inbox_cap, rex.domain_cap to authenticated;
