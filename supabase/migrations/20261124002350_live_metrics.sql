-- The live row of an account is made anew when something of it changed, from rows that are few however many missions are stored.

create function rex.quota_use(p_now timestamptz) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_object_agg(l.provider, jsonb_build_object('used', coalesce(u.used, 0), 'cap', coalesce(u.cap, l.calls_per_minute), 'reserved', l.reserved))
  from public.rex_api_limits l left join public.rex_api_usage u on u.provider = l.provider and u.window_start = rex.window_of(p_now)
$$;
comment on function rex.quota_use is 'What the deployment has used of each provider''s minute: totals, so every member may see them.';

create function rex.rate(p_count numeric, p_of numeric) returns numeric language sql immutable set search_path = '' as $$
  select round(p_count / nullif(p_of, 0), 4)
$$;
comment on function rex.rate is 'Null where there is nothing to compare with: no rate is not a rate of zero.';

create function rex.last_24_hours(p_user_id uuid, p_now timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'since', m.since, 'created', coalesce(sum(a.created), 0), 'completed', coalesce(sum(a.completed), 0), 'escalated', coalesce(sum(a.escalated), 0),
    'failed', coalesce(sum(a.failed), 0), 'cancelled', coalesce(sum(a.cancelled), 0),
    'success_rate', rex.rate(sum(a.completed), sum(a.completed + a.escalated)),
    'tasks', coalesce(sum(a.tasks_completed), 0), 'tasks_failed', coalesce(sum(a.tasks_failed), 0),
    'sent', coalesce(sum(a.sent), 0), 'unknown', coalesce(sum(a.unknown), 0), 'refused', coalesce(sum(a.refused), 0),
    'delivered', coalesce(sum(a.delivered), 0), 'bounced', coalesce(sum(a.bounced), 0), 'complained', coalesce(sum(a.complained), 0),
    'unsubscribed', coalesce(sum(a.unsubscribed), 0), 'replied', coalesce(sum(a.replied), 0), 'replies', coalesce(sum(a.replies), 0),
    'llm_calls', coalesce(sum(a.llm_calls), 0), 'cost_nanos', coalesce(sum(a.llm_nanos + a.message_nanos + a.compute_nanos), 0))
  from (select date_bin('1 hour', p_now, hour_origin) - interval '23 hours' as since from rex.metric_accounts where user_id = p_user_id) as m
  left join public.rex_analytics a
    on a.user_id = p_user_id and a.grain = 'hour' and a.subject = 'account' and a.key = '' and a.starts_at >= m.since
  group by m.since
$$;
comment on function rex.last_24_hours is 'Of the present hour and the 23 before it.';

create function rex.crews_now(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_object_agg(crew, jsonb_build_object('slots', slots, 'held', held, 'waiting', waiting, 'paused', paused, 'exhausted_at', exhausted_at))
  from public.rex_crews where user_id = p_user_id
$$;

create function rex.tasks_by_agent(p_user_ids uuid[]) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_object_agg(user_id, agents), '{}') from (
    select user_id, jsonb_object_agg(agent, n) as agents from (
      select user_id, agent, count(*) as n from public.rex_tasks where lease_until is not null and user_id = any (p_user_ids) group by 1, 2) as counted
    group by 1) as running
$$;
comment on function rex.tasks_by_agent is 'By account and agent: the index it reads holds leases alone, of which there are no more than workers can hold.';

create function rex.metrics_now(p_user_id uuid, p_now timestamptz, p_running jsonb, p_quota jsonb) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'missions', m.states,
    'queue', jsonb_build_object(
      'waiting', (select sum(waiting) from public.rex_crews where user_id = p_user_id),
      'oldest_at', rex.oldest_waiting(p_user_id) -> 'queued_at'),
    'crews', rex.crews_now(p_user_id),
    'agents', coalesce(p_running, '{}'),
    'last_24_hours', rex.last_24_hours(p_user_id, p_now),
    'quota', p_quota,
    'llm_today', (select jsonb_build_object('tokens', coalesce(s.tokens, 0), 'of_tokens', a.llm_daily_tokens, 'micros', coalesce(s.micros, 0),
        'of_micros', a.llm_daily_micros)
      from public.rex_accounts a left join public.rex_llm_spending s on s.user_id = a.user_id and s.day = (p_now at time zone 'UTC')::date
      where a.user_id = p_user_id),
    'domains', rex.pool_summary(p_user_id, rex.account_day(p_user_id, p_now)))
  from rex.metric_accounts m where m.user_id = p_user_id
$$;

-- A minute's quota moves on by itself at the next minute, a window that holds something at the next hour, caps and ramp with the day.
create function rex.next_look(p_user_id uuid, p_metrics jsonb, p_origin timestamptz, p_refresh_at timestamptz, p_now timestamptz) returns timestamptz
language sql stable set search_path = '' as $$
  select case
    when p_refresh_at = '-infinity' and exists (select from jsonb_each(p_metrics -> 'quota') where (value ->> 'used')::int > 0)
      then rex.next_window(p_now)
    when exists (
      select from jsonb_each(p_metrics -> 'last_24_hours') where key <> 'since' and jsonb_typeof(value) = 'number' and value <> '0')
      then date_bin('1 hour', p_now, p_origin) + interval '1 hour'
    else (select (rex.day_of(p_now, time_zone)).ends_at from public.rex_accounts where user_id = p_user_id) end
$$;

create function rex.refresh_metrics(p_limit int, p_now timestamptz) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_due uuid[] := array(select user_id from rex.metric_accounts where refresh_at <= p_now order by refresh_at, user_id limit p_limit);
  v_running jsonb := rex.tasks_by_agent(v_due);
  v_quota jsonb := rex.quota_use(p_now);
  v_said rex.announcement[];
begin
  with fresh as materialized (
    select due.user_id, rex.metrics_now(due.user_id, p_now, v_running -> due.user_id::text, v_quota) as metrics from unnest(v_due) as due (user_id)
  ), looked as (
    update rex.metric_accounts m set refresh_at = rex.next_look(m.user_id, f.metrics, m.hour_origin, m.refresh_at, p_now) from fresh f where m.user_id = f.user_id
  ), changed as (
    insert into public.rex_live_metrics as l (user_id, metrics, changed_at) select user_id, metrics, p_now from fresh order by user_id
    on conflict (user_id) do update set metrics = excluded.metrics, version = l.version + 1, changed_at = excluded.changed_at
    where l.metrics is distinct from excluded.metrics
    returning l.user_id, l.version, l.metrics
  )
  select array_agg(row(user_id, 'analytics.snapshot', null, metrics || jsonb_build_object('version', version))::rex.announcement order by user_id)
  into v_said from changed;
  return v_said;
end $$;

create function rex.measure_metrics(p_limit int) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_batch rex.log_batch := rex.count_logs(p_limit, v_now);
  v_touched uuid[] := v_batch.accounts || rex.count_uncounted(p_limit);
  v_closed int := rex.close_hours(500, v_now);
  v_rolled int := rex.roll_up(20, v_now);
  v_said rex.announcement[];
begin
  update rex.metric_accounts set refresh_at = '-infinity' where user_id = any (v_touched) and refresh_at <> '-infinity';
  v_said := rex.refresh_metrics(500, v_now);
  perform rex.publish(v_said, 'measure_metrics');
  return jsonb_build_object('counted', v_batch.rows, 'closed', v_closed, 'rolled_up', v_rolled, 'changed', coalesce(cardinality(v_said), 0),
    'more', v_batch.rows = p_limit or v_closed = 500 or v_rolled = 20);
end $$;

-- One at a time, and beside no deletion of an account, which locks the account before what is counted of it.
create function rex.step_lock() returns bigint language sql immutable set search_path = '' as $$
  select hashtextextended('rex.measure_metrics', 0)
$$;

create function rex.wait_for_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(rex.step_lock());
  return null;
end $$;
create trigger wait_for_step before delete on public.rex_accounts for each statement execute function rex.wait_for_step();

-- Two at once would only wait for each other: the second leaves it to the first.
create function public.rex_measure_metrics(p_request_id text, p_limit int default 5000) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('measure_metrics', p_request_id, jsonb_build_array(p_limit));
begin
  if v_answer is not null then
    return v_answer;
  elsif not pg_try_advisory_xact_lock(rex.step_lock()) then
    v_answer := jsonb_build_object('busy', true, 'more', false);
  else
    v_answer := rex.measure_metrics(least(greatest(p_limit, 1), 20000));
  end if;
  return rex.end_request('measure_metrics', p_request_id, v_answer);
end $$;
comment on function public.rex_measure_metrics is
  'One step: counts what is new, closes hours, rolls up days, and tells the accounts whose metrics changed; `more`: there is more to do at once.';
grant execute on function public.rex_measure_metrics to service_role;
