-- Any window of 90 days is a few hundred rows, whatever they sum; where nothing was measured there is a gap, not a zero.

create function rex.buckets(p_from timestamptz, p_until timestamptz, p_zone text, p_step text) returns setof timestamptz
language sql stable set search_path = '' as $$
  select h from generate_series(p_from, p_until - interval '1 microsecond', interval '1 hour') as h where p_step = 'hour'
  union all
  select d at time zone p_zone from generate_series(
    p_from at time zone p_zone, (p_until - interval '1 microsecond') at time zone p_zone, interval '1 day') as d where p_step = 'day'
$$;

create function rex.percentiles(p_user_id uuid, p_from timestamptz, p_until timestamptz, p_zone text, p_step text)
returns table (bucket timestamptz, p50 bigint, p95 bigint) language sql stable set search_path = '' as $$
  with span as materialized (
    select b as at, lead(b, 1, p_until) over (order by b) as until from rex.buckets(p_from, p_until, p_zone, p_step) as b
  ), told as materialized (
    select s.at as bucket, d.active_ms, d.missions as n from span s join public.rex_analytics_durations d
      on d.user_id = p_user_id and d.grain in ('hour', 'day') and d.starts_at >= s.at and d.starts_at < s.until
  ), whole as materialized (
    select active_ms, sum(n)::int as n from told group by 1
  ), ranked as (
    select bucket, active_ms, sum(n) over (partition by bucket order by active_ms rows unbounded preceding) as upto, t.total
    from told join (select bucket, sum(n) as total from told group by 1) as t using (bucket)
    union all
    select null, active_ms, sum(n) over (order by active_ms rows unbounded preceding), (select sum(n) from whole) from whole
  )
  select r.bucket, min(active_ms) filter (where upto * 2 >= total), min(active_ms) filter (where upto * 20 >= total * 19) from ranked r group by 1
$$;
comment on function rex.percentiles is 'Of the time in active stages, by bucket; the row without one is of the whole window. The least value that so many do not exceed.';

create type rex.sums as (
  hours numeric, created bigint, completed bigint, escalated bigint, failed bigint, cancelled bigint, retried bigint, active_ms numeric,
  tasks_completed bigint, tasks_failed bigint, tasks_retried bigint, task_ms numeric, sent bigint, unknown bigint, refused bigint, contacted bigint,
  delivered bigint, bounced bigint, soft_bounced bigint, blocked bigint, deferred bigint, complained bigint, unsubscribed bigint, replied bigint,
  auto_replied bigint, opened bigint, clicked bigint, replies bigint, llm_calls bigint, llm_tokens numeric, llm_nanos numeric, message_nanos numeric,
  compute_nanos numeric, held_ms numeric, slot_ms numeric, reputations bigint, reputation_sum numeric);

-- Without another function in it, and in PL/pgSQL: a trend has 90 points, and each call of SQL that sets its search path costs 50 microseconds.
create function rex.figures(s rex.sums, p_p50 bigint, p_p95 bigint) returns jsonb language plpgsql immutable set search_path = '' as $$
declare
  v_nanos numeric := s.llm_nanos + s.message_nanos + s.compute_nanos;
begin
  return to_jsonb(s) - '{active_ms,task_ms,held_ms,slot_ms,reputations,reputation_sum}'::text[] || jsonb_build_object(
    'missions_per_hour', round(s.completed::numeric / nullif(s.hours, 0), 4),
    'success_rate', round(s.completed::numeric / nullif(s.completed + s.escalated, 0), 4),
    'active_ms', jsonb_build_object('mean', round(s.active_ms / nullif(s.completed, 0)), 'p50', p_p50, 'p95', p_p95),
    'task_ms_mean', round(s.task_ms / nullif(s.tasks_completed + s.tasks_failed + s.tasks_retried, 0)),
    'utilisation', round(s.held_ms::numeric / nullif(s.slot_ms, 0), 4), 'reputation', round(s.reputation_sum::numeric / nullif(s.reputations, 0), 4),
    'delivery_rate', round(s.delivered::numeric / nullif(s.sent + s.unknown, 0), 4),
    'bounce_rate', round(s.bounced::numeric / nullif(s.sent + s.unknown + s.refused, 0), 4),
    'complaint_rate', round(s.complained::numeric / nullif(s.sent + s.unknown, 0), 4),
    'unsubscribe_rate', round(s.unsubscribed::numeric / nullif(s.sent + s.unknown, 0), 4),
    'reply_rate', round(s.replied::numeric / nullif(s.sent + s.unknown, 0), 4), 'meetings', null, 'cost', jsonb_build_object(
      'nanos', v_nanos, 'per_mission', round(v_nanos / nullif(s.completed, 0)), 'per_lead', round(v_nanos / nullif(s.contacted, 0)),
      'per_reply', round(v_nanos / nullif(s.replied, 0)), 'per_meeting', null));
end $$;
comment on function rex.figures is 'Costs are in billionths of a dollar: of each mission completed, lead written to, and message replied to.';

-- Hours are those of the account's own rows: what has no row of its own in one of them did nothing in it.
create function rex.sum_analytics(
  p_user_id uuid, p_subject text, p_key text, p_from timestamptz, p_until timestamptz, p_zone text, p_step text
) returns table (bucket timestamptz, sums rex.sums) language sql stable set search_path = '' as $$
  with span as materialized (
    select case p_step when 'hour' then starts_at else date_trunc('day', starts_at, p_zone) end as bucket, a.*
    from public.rex_analytics a
    where a.user_id = p_user_id and a.grain in ('hour', 'day') and a.starts_at >= p_from and a.starts_at < p_until
      and ((a.subject = 'account' and a.key = '') or (a.subject = p_subject and a.key = p_key))
  )
  select s.bucket, row(
    round(coalesce(sum(extract(epoch from least(ends_at, s.now) - starts_at)) filter (where subject = 'account'), 0) / 3600, 4),
    coalesce(sum(created) filter (where own), 0), coalesce(sum(completed) filter (where own), 0), coalesce(sum(escalated) filter (where own), 0),
    coalesce(sum(failed) filter (where own), 0), coalesce(sum(cancelled) filter (where own), 0), coalesce(sum(retried) filter (where own), 0),
    coalesce(sum(active_ms) filter (where own), 0), coalesce(sum(tasks_completed) filter (where own), 0),
    coalesce(sum(tasks_failed) filter (where own), 0), coalesce(sum(tasks_retried) filter (where own), 0), coalesce(sum(task_ms) filter (where own), 0),
    coalesce(sum(sent) filter (where own), 0), coalesce(sum(unknown) filter (where own), 0), coalesce(sum(refused) filter (where own), 0),
    coalesce(sum(contacted) filter (where own), 0), coalesce(sum(delivered) filter (where own), 0), coalesce(sum(bounced) filter (where own), 0),
    coalesce(sum(soft_bounced) filter (where own), 0), coalesce(sum(blocked) filter (where own), 0), coalesce(sum(deferred) filter (where own), 0),
    coalesce(sum(complained) filter (where own), 0), coalesce(sum(unsubscribed) filter (where own), 0), coalesce(sum(replied) filter (where own), 0),
    coalesce(sum(auto_replied) filter (where own), 0), coalesce(sum(opened) filter (where own), 0), coalesce(sum(clicked) filter (where own), 0),
    coalesce(sum(replies) filter (where own), 0), coalesce(sum(llm_calls) filter (where own), 0), coalesce(sum(llm_tokens) filter (where own), 0),
    coalesce(sum(llm_nanos) filter (where own), 0), coalesce(sum(message_nanos) filter (where own), 0),
    coalesce(sum(compute_nanos) filter (where own), 0), coalesce(sum(held_ms) filter (where own), 0), coalesce(sum(slot_ms) filter (where own), 0),
    coalesce(sum(reputations) filter (where own), 0), coalesce(sum(reputation_sum) filter (where own), 0))::rex.sums
  from (
    select span.*, subject = p_subject and key = p_key as own, present.now from span cross join (select rex.now() as now offset 0) as present) as s
  group by grouping sets ((1), ())
$$;
comment on function rex.sum_analytics is 'By bucket; the row without one is of the whole window.';

create function rex.read_trends(
  p_user_id uuid, p_subject text, p_key text, p_from timestamptz, p_until timestamptz, p_zone text, p_step text
) returns jsonb language sql stable set search_path = '' as $$
  with summed as materialized (
    select * from rex.sum_analytics(p_user_id, p_subject, p_key, p_from, p_until, p_zone, p_step)
  ), ranked as materialized (
    select * from rex.percentiles(p_user_id, p_from, p_until, p_zone, p_step) where p_subject = 'account'
  )
  select jsonb_build_object('since', p_from, 'until', p_until, 'step', p_step, 'time_zone', p_zone, 'subject', p_subject, 'key', p_key,
    'totals', (select rex.figures(s.sums, r.p50, r.p95) from summed s left join ranked r on r.bucket is null where s.bucket is null),
    'points', (
      select coalesce(jsonb_agg(jsonb_build_object('starts_at', b.at, 'figures', case when s.bucket is not null then rex.figures(s.sums, r.p50, r.p95) end)
        order by b.at), '[]')
      from rex.buckets(p_from, p_until, p_zone, p_step) as b (at)
      left join summed s on s.bucket = b.at left join ranked r on r.bucket = b.at))
$$;
comment on function rex.read_trends is 'Points without figures are gaps: nothing was measured there.';

create function rex.snapshot_at(p_user_id uuid, p_starts_at timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('starts_at', p_starts_at, 'ends_at', max(ends_at), 'missions', (array_agg(missions) filter (where subject = 'account'))[1],
    'subjects', jsonb_object_agg(subject, rows)) from (
    select subject, max(ends_at) as ends_at, (array_agg(missions))[1] as missions,
      jsonb_agg(to_jsonb(a) - '{user_id,grain,starts_at,ends_at,subject,missions,state_changes,closed_at}'::text[] order by key) as rows
    from public.rex_analytics a
    where user_id = p_user_id and grain = 'hour' and subject in ('account', 'agent', 'campaign', 'crew', 'domain', 'provider') and starts_at = p_starts_at
    group by subject) as by_subject
$$;

-- As the window is given, or the 24 hours before now; a step of an hour up to 7 days that are not rolled up, else of a day.
create function rex.trend_window(p_from timestamptz, p_until timestamptz, p_step text, p_zone text, p_hour_days int,
  out starts_at timestamptz, out ends_at timestamptz, out step text) language plpgsql stable security definer set search_path = '' as $$
declare
  v_until timestamptz := least(coalesce(p_until, rex.now()), rex.now());
  v_from timestamptz := coalesce(p_from, v_until - interval '24 hours');
  v_hours_from timestamptz := (rex.day_of(rex.now() - make_interval(days => p_hour_days), p_zone)).starts_at;
begin
  if v_from >= v_until or v_until - v_from > interval '90 days 1 hour' then
    perform rex.refuse(422, 'window_invalid', 'A window begins before it ends, lies in the past, and is of 90 days at most.', 'Move since or until.');
  elsif p_step is not null and p_step not in ('hour', 'day') then
    perform rex.refuse(422, 'step_unknown', 'There is no such step.', 'Use hour or day, or leave it out.');
  elsif p_step = 'hour' and (v_until - v_from > interval '7 days 1 hour' or v_from < v_hours_from) then
    perform rex.refuse(422, 'step_too_fine', format('Hours are kept for %s days, and told for 7 at once.', p_hour_days), 'Use day, or a shorter window.');
  end if;
  step := coalesce(p_step, case when v_until - v_from <= interval '7 days 1 hour' and v_from >= v_hours_from then 'hour' else 'day' end);
  starts_at := case step when 'hour' then rex.hour_of(v_from, p_zone) else (rex.day_of(v_from, p_zone)).starts_at end;
  ends_at := case step when 'hour' then rex.hour_of(v_until - interval '1 microsecond', p_zone) + interval '1 hour'
    else (rex.day_of(v_until - interval '1 microsecond', p_zone)).ends_at end;
end $$;

create function rex.check_subject(p_subject text, p_key text) returns void language plpgsql security definer set search_path = '' as $$
begin
  if p_subject is null or p_subject not in ('account', 'campaign', 'domain', 'agent', 'crew', 'provider') then
    perform rex.refuse(422, 'subject_unknown', 'There is no such subject.', 'Use account, campaign, domain, agent, crew or provider.');
  elsif (p_subject = 'account') <> (coalesce(p_key, '') = '') then
    perform rex.refuse(422, 'key_invalid', 'An account has no key; every other subject has one.', 'Send the id of the campaign or domain, or the name.');
  end if;
end $$;

create function public.rex_read_analytics(
  p_account uuid, p_since timestamptz default null, p_until timestamptz default null, p_step text default null,
  p_subject text default 'account', p_key text default ''
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_account public.rex_accounts;
  v_window record;
  v_closed timestamptz;
begin
  perform rex.check_subject(p_subject, p_key);
  select * into v_account from public.rex_accounts where user_id = rex.reading_account(p_account);
  select * into v_window from rex.trend_window(p_since, p_until, p_step, v_account.time_zone, v_account.analytics_hour_days);
  v_closed := (
    select starts_at from public.rex_analytics
    where user_id = v_account.user_id and grain = 'hour' and subject = 'account' and key = '' and closed_at is not null order by starts_at desc limit 1);
  return jsonb_build_object(
    'now', rex.now(),
    'current', (select metrics || jsonb_build_object('version', version, 'changed_at', changed_at, 'quota', rex.quota_use(rex.now()))
      from public.rex_live_metrics where user_id = v_account.user_id),
    'snapshot', rex.snapshot_at(v_account.user_id, v_closed),
    'history', rex.read_trends(v_account.user_id, 'account', '', v_closed - interval '23 hours', v_closed + interval '1 hour', v_account.time_zone, 'hour') -> 'points',
    'anomalies', rex.read_anomalies(v_account.user_id),
    'benchmarks', rex.benchmark_figures(v_account, v_closed + interval '1 hour'),
    'trends', rex.read_trends(v_account.user_id, p_subject, coalesce(p_key, ''), v_window.starts_at, v_window.ends_at, v_account.time_zone, v_window.step));
end $$;
comment on function public.rex_read_analytics is 'How it is now, the newest snapshot, the 24 hours up to it, and the trends of a window.';
grant execute on function rex.hour_origin, rex.hour_of, rex.day_of, rex.rate, rex.quota_use, rex.percentiles, rex.buckets, rex.figures,
  rex.sum_analytics, rex.read_trends, rex.snapshot_at, rex.trend_window, rex.check_subject, public.rex_read_analytics to authenticated;
