-- Invariant: one open anomaly for each cause of an account, opened, changed and closed together with what was examined; late or twice, it is the same.

create table public.rex_anomalies (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  signal text not null check (signal in ('bounces', 'complaints', 'unsubscribes', 'replies', 'success', 'duration', 'task_failures', 'task_time',
    'cost', 'reputation', 'queue_age')),
  subject text not null check (subject in ('account', 'campaign', 'domain', 'agent', 'provider')),
  key text not null,
  cause text not null check (cause in ('account', 'campaign', 'domain', 'agent', 'provider')),
  cause_key text not null,
  share numeric check (share between 0 and 1),
  is_new boolean not null,
  method text not null check (method in ('cusum', 'point', 'drift', 'alert')),
  observed double precision not null,
  expected double precision not null,
  score double precision not null,
  bound double precision not null,
  samples bigint not null,
  started_at timestamptz not null,
  found_at timestamptz not null,
  examined_at timestamptz not null,
  closed_at timestamptz,
  mission_id uuid references public.rex_missions (id) on delete set null,
  check ((cause = 'account') = (cause_key = '')),
  check (closed_at is null or closed_at >= found_at)
);
comment on table public.rex_anomalies is 'What was not as usual, since when, by how much and most likely why; open while closed_at is null.';
comment on column public.rex_anomalies.subject is 'Whose figures told it, by key; the cause is the narrowest subject that explains it, with its share of the excess.';
comment on column public.rex_anomalies.is_new is 'The cause began to have figures only shortly before it.';
comment on column public.rex_anomalies.observed is 'A rate, or a mean in the unit of the signal: milliseconds, billionths of a dollar, seconds, reputation.';
comment on column public.rex_anomalies.score is 'The evidence of the method, which had to pass bound.';
comment on column public.rex_anomalies.mission_id is 'The mission that was started because of it.';
create unique index rex_anomalies_one_open on public.rex_anomalies (user_id, signal, cause, cause_key) where closed_at is null;
create index rex_anomalies_account on public.rex_anomalies (user_id, found_at desc, id);
create index rex_anomalies_mission on public.rex_anomalies (mission_id) where mission_id is not null;
select rex.protect('public.rex_anomalies');

-- How long the oldest mission that could start has waited; a sample of each hour, as nothing else tells it afterwards.
create table rex.queue_ages (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  starts_at timestamptz not null,
  seconds int not null check (seconds >= 0),
  primary key (user_id, starts_at)
);

alter table rex.metric_accounts add column examined_until timestamptz not null default '-infinity';
comment on column rex.metric_accounts.examined_until is 'All hours before it have been examined for anomalies.';
create index metric_accounts_examine on rex.metric_accounts (examined_until) where examined_until < closed_until;

create function rex.anomaly_figures(p_user_id uuid, p_until timestamptz) returns jsonb language sql stable set search_path = '' as $$
  with span as (
    select a.*, d.starts_at as day, d.ends_at as day_ends,
      a.starts_at < p_until - interval '3 days' or a.subject not in ('account', 'domain') as is_old
    from public.rex_accounts c join public.rex_analytics a on a.user_id = c.user_id cross join lateral rex.day_of(a.starts_at, c.time_zone) as d
    where c.user_id = p_user_id and a.grain in ('hour', 'day') and a.subject in ('account', 'agent', 'campaign', 'domain', 'provider')
      and a.starts_at >= p_until - interval '84 days' and a.ends_at <= p_until
  ), summed as (
    select subject, key, day, day_ends, case when is_old then day else starts_at end as starts_at, max(ends_at) as ends_at,
      nullif(sum(completed), 0) as completed, nullif(sum(escalated), 0) as escalated, nullif(sum(active_ms), 0) as active_ms,
      nullif(sum(tasks_completed), 0) as tasks_completed, nullif(sum(tasks_failed), 0) as tasks_failed,
      nullif(sum(tasks_completed + tasks_failed + tasks_retried), 0) as attempts, nullif(sum(task_ms), 0) as task_ms,
      nullif(sum(sent + unknown), 0) as sent, nullif(sum(sent + unknown + refused), 0) as begun, nullif(sum(bounced), 0) as bounced,
      nullif(sum(complained), 0) as complained, nullif(sum(unsubscribed), 0) as unsubscribed, nullif(sum(replied), 0) as replied,
      nullif(sum(llm_nanos + message_nanos + compute_nanos), 0) as nanos, nullif(sum(reputations), 0) as reputations,
      nullif(sum(reputation_sum), 0) as reputation_sum
    from span group by 1, 2, 3, 4, 5
  ), waited as (
    select 'account' as subject, '' as key, case when q.starts_at < p_until - interval '3 days' then d.starts_at else q.starts_at end as starts_at,
      count(*) as queue_ages, sum(q.seconds) as queue_seconds
    from public.rex_accounts c join rex.queue_ages q on q.user_id = c.user_id cross join lateral rex.day_of(q.starts_at, c.time_zone) as d
    where c.user_id = p_user_id and q.starts_at >= p_until - interval '84 days' and q.starts_at < p_until group by 1, 2, 3
  )
  select coalesce(jsonb_agg(
    jsonb_strip_nulls(to_jsonb(s)) || jsonb_strip_nulls(jsonb_build_object('queue_ages', w.queue_ages, 'queue_seconds', w.queue_seconds))
    order by s.subject, s.key, s.starts_at), '[]')
  from summed s left join waited w on (w.subject, w.key, w.starts_at) = (s.subject, s.key, s.starts_at)
$$;
comment on function rex.anomaly_figures is 'Twelve weeks of an account up to a moment: each day; of itself and its domains each hour of the last three days. What is zero is left out.';

create function public.rex_account_to_examine(p_without uuid[] default null) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('user_id', m.user_id, 'until', m.closed_until, 'figures', rex.anomaly_figures(m.user_id, m.closed_until),
    'open', (select coalesce(jsonb_agg(jsonb_build_object(
        'signal', signal, 'subject', subject, 'key', key, 'cause', cause, 'cause_key', cause_key)), '[]')
      from public.rex_anomalies where user_id = m.user_id and closed_at is null))
  from rex.metric_accounts m where m.examined_until < m.closed_until and m.user_id <> all (coalesce(p_without, '{}')) order by m.examined_until, m.user_id limit 1
$$;
comment on function public.rex_account_to_examine is 'The account that has waited longest with a closed hour nobody has examined, of all but those; null when there is none.';
grant execute on function public.rex_account_to_examine to service_role;

create function rex.tell_anomalies(p_ids uuid[], p_state text) returns rex.announcement[] language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, entity, entity_id, action, to_state, reason, data)
  select user_id, 'anomaly', id, case p_state when 'open' then 'open_anomaly' else 'close_anomaly' end, p_state, signal,
    jsonb_build_object('cause', cause, 'cause_key', cause_key, 'method', method)
  from public.rex_anomalies where id = any (p_ids) order by id;
  return array(
    select row(user_id, 'analytics.anomaly', null, jsonb_build_object(
      'anomaly_id', id, 'state', p_state, 'signal', signal, 'subject', subject, 'key', key, 'cause', cause, 'cause_key', cause_key, 'share', share,
      'is_new', is_new, 'method', method, 'observed', observed, 'expected', expected, 'started_at', started_at, 'closed_at', closed_at))::rex.announcement
    from public.rex_anomalies where id = any (p_ids) order by id);
end $$;

create type rex.found_anomaly as (signal text, subject text, key text, cause text, cause_key text, share numeric, is_new boolean, method text,
  observed double precision, expected double precision, score double precision, "limit" double precision, samples bigint, started_at timestamptz,
  found_at timestamptz);

-- What was open stays the same anomaly: how it was found and when it began are not rewritten, only how it goes on.
create function rex.keep_anomalies(p_user_id uuid, p_until timestamptz, p_found rex.found_anomaly[]) returns uuid[] language sql set search_path = '' as $$
  with kept as (
    insert into public.rex_anomalies as a (user_id, signal, subject, key, cause, cause_key, share, is_new, method, observed, expected, score, bound,
      samples, started_at, found_at, examined_at)
    select p_user_id, signal, subject, key, cause, cause_key, share, is_new, method, observed, expected, score, "limit", samples, started_at,
      least(found_at, p_until), p_until
    from unnest(p_found) order by signal, cause, cause_key
    on conflict (user_id, signal, cause, cause_key) where closed_at is null do update set
      observed = excluded.observed, expected = excluded.expected, score = greatest(a.score, excluded.score), samples = excluded.samples,
      share = coalesce(excluded.share, a.share), examined_at = excluded.examined_at
    returning id, xmax = 0 as is_opened
  )
  select coalesce(array_agg(id order by id) filter (where is_opened), '{}') from kept
$$;

create function rex.close_anomalies(p_user_id uuid, p_until timestamptz) returns uuid[] language sql set search_path = '' as $$
  with closed as (
    update public.rex_anomalies set closed_at = greatest(p_until, found_at), examined_at = p_until
    where user_id = p_user_id and closed_at is null and examined_at < p_until returning id)
  select coalesce(array_agg(id order by id), '{}') from closed
$$;
comment on function rex.close_anomalies is 'Those that were not found any more.';

-- Only where the cause is a domain that can be rotated, and nothing was started for it yet.
create function rex.anomalous_domains(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(rex.judged_domain(d) || jsonb_build_object('anomaly_id', a.id, 'signal', a.signal, 'usual_reputation', (
      select round(avg(r.value), 3) from public.rex_domain_reputations r
      where r.domain_id = d.id and r.at >= a.started_at - interval '28 days' and r.at < a.started_at)) order by a.id), '[]')
  from public.rex_anomalies a join public.rex_domain_pool d on d.user_id = a.user_id and d.id::text = a.cause_key
  where a.user_id = p_user_id and a.closed_at is null and a.cause = 'domain' and a.mission_id is null
$$;

create function rex.note_queue_age(p_user_id uuid, p_until timestamptz) returns void language sql set search_path = '' as $$
  insert into rex.queue_ages (user_id, starts_at, seconds)
  select p_user_id, p_until - interval '1 hour', coalesce((
    select greatest(0, extract(epoch from rex.now() - stage_at))::int from public.rex_missions
    where user_id = p_user_id and ready order by stage_at limit 1), 0)
  on conflict do nothing;
  delete from rex.queue_ages where user_id = p_user_id and starts_at < p_until - interval '85 days'
$$;

create function rex.save_anomalies(p_user_id uuid, p_until timestamptz, p_found jsonb) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_opened uuid[];
  v_closed uuid[];
begin
  -- A deletion locks the account first; so does this, whose new rows need it.
  perform from public.rex_accounts where user_id = p_user_id for key share;
  perform from rex.metric_accounts where user_id = p_user_id and examined_until < p_until for no key update;
  if not found then
    return jsonb_build_object('saved', false, 'opened', 0, 'closed', 0, 'domains', '[]'::jsonb);
  end if;
  v_opened := rex.keep_anomalies(p_user_id, p_until, array(select jsonb_populate_recordset(null::rex.found_anomaly, p_found)));
  v_closed := rex.close_anomalies(p_user_id, p_until);
  perform rex.note_queue_age(p_user_id, p_until);
  update rex.metric_accounts set examined_until = p_until where user_id = p_user_id;
  delete from public.rex_anomalies a using public.rex_accounts c
  where c.user_id = p_user_id and a.user_id = p_user_id and a.closed_at < p_until - make_interval(days => c.analytics_day_days);
  perform rex.publish(rex.tell_anomalies(v_opened, 'open') || rex.tell_anomalies(v_closed, 'closed'), 'find_anomalies');
  return jsonb_build_object('saved', true, 'opened', cardinality(v_opened), 'closed', cardinality(v_closed), 'domains', rex.anomalous_domains(p_user_id));
end $$;

create function public.rex_save_anomalies(p_request_id text, p_user_id uuid, p_until timestamptz, p_found jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('save_anomalies', p_request_id, jsonb_build_array(p_user_id, p_until, p_found));
begin
  return coalesce(v_answer, rex.end_request('save_anomalies', p_request_id, rex.save_anomalies(p_user_id, p_until, p_found)));
end $$;
comment on function public.rex_save_anomalies is
  'All that goes on in the hours up to a moment: opens what is new, closes what is missing; `saved` false: another run has examined them.';
grant execute on function public.rex_save_anomalies to service_role;

create function rex.answer_anomaly(p_anomaly_id uuid, p_decision jsonb) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_domain uuid := (
    select d.id from public.rex_anomalies a join public.rex_domain_pool d on d.user_id = a.user_id and d.id::text = a.cause_key
    where a.id = p_anomaly_id and a.cause = 'domain' and a.closed_at is null and a.mission_id is null);
  v_answer jsonb;
begin
  if v_domain is null then
    return jsonb_build_object('mission_id', null, 'code', 'anomaly_over');
  end if;
  v_answer := rex.start_rotation(v_domain, p_decision);
  update public.rex_anomalies set mission_id = (v_answer ->> 'mission_id')::uuid where id = p_anomaly_id and v_answer ->> 'mission_id' is not null;
  return v_answer;
end $$;

create function public.rex_answer_anomaly(p_request_id text, p_anomaly_id uuid, p_decision jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('answer_anomaly', p_request_id, jsonb_build_array(p_anomaly_id, p_decision));
begin
  return coalesce(v_answer, rex.end_request('answer_anomaly', p_request_id, rex.answer_anomaly(p_anomaly_id, p_decision)));
end $$;
comment on function public.rex_answer_anomaly is 'Starts the rotation of the domain that causes it, once; `mission_id` null with a code when there is nothing to start.';
grant execute on function public.rex_answer_anomaly to service_role;

create function rex.read_anomalies(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(a) - '{user_id}'::text[] order by (a.closed_at is null) desc, a.found_at desc, a.id), '[]') from (
    (select * from public.rex_anomalies where user_id = p_user_id and closed_at is null order by found_at desc, id limit 50)
    union all
    (select * from public.rex_anomalies where user_id = p_user_id and closed_at >= rex.now() - interval '28 days' order by found_at desc, id limit 50)) as a
$$;
comment on function rex.read_anomalies is 'The open ones, and those that were closed in the last 28 days.';
grant execute on function rex.read_anomalies to authenticated;
