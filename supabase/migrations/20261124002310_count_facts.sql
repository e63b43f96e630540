-- Each fact is counted in the row of its own hour, in the transaction that marks it as counted.

create function rex.hour_origin(p_zone text) returns timestamptz language sql stable set search_path = '' as $$
  select timestamptz '2000-01-01 00:00Z' - make_interval(mins => extract(minute from timestamptz '2000-01-01 00:00Z' at time zone p_zone)::int)
$$;

create function rex.hour_of(p_at timestamptz, p_zone text) returns timestamptz language sql stable set search_path = '' as $$
  select date_bin('1 hour', p_at, rex.hour_origin(p_zone))
$$;
comment on function rex.hour_of is 'The beginning of the hour by the clock of a zone; an instant, so that no change of that clock moves or doubles it.';

create function rex.day_of(p_at timestamptz, p_zone text, out starts_at timestamptz, out ends_at timestamptz) language sql stable set search_path = '' as $$
  select date_trunc('day', p_at, p_zone), date_trunc('day', date_trunc('day', p_at, p_zone) + interval '36 hours', p_zone)
$$;
comment on function rex.day_of is 'The day of a zone, of 23, 24 or 25 hours.';

create function rex.add_counts(p_counts jsonb, p_more jsonb) returns jsonb language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(key, n) filter (where n <> 0), '{}') from (
    select key, sum(value::bigint) as n from (
      select * from jsonb_each_text(p_counts) union all select * from jsonb_each_text(p_more)) as both_counts group by key) as summed
$$;
comment on function rex.add_counts is 'Sums {name: count} by name; what is zero is left out.';

create function rex.rounded_ms(p_ms bigint) returns bigint language sql immutable set search_path = '' as $$
  select round(p_ms::numeric, least(0, 3 - length(p_ms::text)))::bigint
$$;
comment on function rex.rounded_ms is 'To three significant digits.';

create function rex.price(p_item text, p_at timestamptz) returns numeric language sql stable set search_path = '' as $$
  select coalesce((select nanos from public.rex_prices where item = p_item and valid_from <= p_at order by valid_from desc limit 1), 0)
$$;

create function rex.span_of(p_user_id uuid, p_hour timestamptz, out grain text, out starts_at timestamptz, out ends_at timestamptz)
language plpgsql stable set search_path = '' as $$
begin
  if p_hour >= (select m.rolled_until from rex.metric_accounts m where m.user_id = p_user_id) then
    grain := 'hour';
    starts_at := p_hour;
    ends_at := p_hour + interval '1 hour';
    return;
  end if;
  grain := 'day';
  select a.starts_at, a.ends_at into starts_at, ends_at from public.rex_analytics a
  where a.user_id = p_user_id and a.grain = 'day' and a.subject = 'account' and a.key = '' and a.starts_at <= p_hour
  order by a.starts_at desc limit 1;
  if starts_at is null or ends_at <= p_hour then
    select d.starts_at, d.ends_at into starts_at, ends_at from public.rex_accounts a cross join lateral rex.day_of(p_hour, a.time_zone) as d
    where a.user_id = p_user_id;
  end if;
end $$;
comment on function rex.span_of is 'Which row an hour is counted in: its own, or that of its day once it is rolled up.';

create type rex.account_hour as (user_id uuid, hour timestamptz);

create function rex.spans_of(p_hours rex.account_hour[]) returns table (user_id uuid, hour timestamptz, grain text, starts_at timestamptz, ends_at timestamptz)
language sql stable set search_path = '' as $$
  select h.user_id, h.hour, s.grain, s.starts_at, s.ends_at from (select distinct * from unnest(p_hours)) as h
  cross join lateral rex.span_of(h.user_id, h.hour) as s
$$;

create type rex.state_change as (user_id uuid, grain text, starts_at timestamptz, ends_at timestamptz, changes jsonb);

create function rex.state_changes(p_ids bigint[]) returns rex.state_change[] language sql stable set search_path = '' as $$
  with moved as materialized (
    select l.user_id, date_bin('1 hour', l.at, m.hour_origin) as hour, s.state, sum(s.n) as n
    from public.rex_logs l join rex.metric_accounts m on m.user_id = l.user_id
    cross join lateral (values (l.from_state, -1), (l.to_state, 1)) as s (state, n)
    where l.id = any (p_ids) and s.state is not null group by 1, 2, 3
  ), placed as (
    select m.user_id, s.grain, s.starts_at, s.ends_at, m.state, sum(m.n) as n
    from moved m join rex.spans_of(array(select row(user_id, hour)::rex.account_hour from moved)) as s using (user_id, hour) group by 1, 2, 3, 4, 5
  )
  select array_agg(row(user_id, grain, starts_at, ends_at, changes)::rex.state_change) from (
    select user_id, grain, starts_at, ends_at, jsonb_object_agg(state, n) as changes from placed where n <> 0 group by 1, 2, 3, 4) as by_span
$$;

-- What closed rows say of the states is put right too, should a fact be told after the close.
create function rex.count_states(p_ids bigint[]) returns void language plpgsql set search_path = '' as $$
declare
  v_changes rex.state_change[] := rex.state_changes(p_ids);
begin
  update rex.metric_accounts m set states = rex.add_counts(m.states, c.changes) from (
    select user_id, jsonb_object_agg(key, n) as changes from (
      select user_id, key, sum(value::bigint) as n from unnest(v_changes) cross join lateral jsonb_each_text(changes) group by 1, 2) as by_state
    group by 1) as c
  where m.user_id = c.user_id;
  insert into public.rex_analytics as a (user_id, grain, starts_at, ends_at, subject, state_changes)
  select user_id, grain, starts_at, ends_at, 'account', changes from unnest(v_changes) order by 1, 2, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set state_changes = rex.add_counts(a.state_changes, excluded.state_changes);
  update public.rex_analytics a set missions = rex.add_counts(a.missions, (
    select jsonb_object_agg(key, n) from (
      select key, sum(value::bigint) as n from unnest(v_changes) as c cross join lateral jsonb_each_text(c.changes)
      where c.user_id = a.user_id and c.starts_at <= a.starts_at group by 1) as earlier))
  from (
    select c.user_id, min(c.starts_at) as starts_at from unnest(v_changes) as c join rex.metric_accounts m on m.user_id = c.user_id
    where c.starts_at < m.closed_until group by 1) as late
  where a.user_id = late.user_id and a.starts_at >= late.starts_at and a.subject = 'account' and a.missions is not null;
end $$;

create function rex.count_missions(p_ids bigint[]) returns void language sql set search_path = '' as $$
  with moved as materialized (
    select l.user_id, date_bin('1 hour', l.at, a.hour_origin) as hour, m.campaign_id, l.from_state, l.to_state,
      l.to_state = 'FAILED' and l.reason is not distinct from 'cancelled' as is_cancel, round(m.active_seconds * 1000)::bigint as active_ms
    from public.rex_logs l join rex.metric_accounts a on a.user_id = l.user_id left join public.rex_missions m on m.id = l.mission_id
    where l.id = any (p_ids)
  ), span as materialized (
    select * from rex.spans_of(array(select row(user_id, hour)::rex.account_hour from moved))
  ), distribution as (
    insert into public.rex_analytics_durations as d (user_id, grain, starts_at, active_ms, missions)
    select user_id, s.grain, s.starts_at, rex.rounded_ms(m.active_ms), count(*) from moved m join span s using (user_id, hour)
    where m.to_state = 'COMPLETED' and m.active_ms is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (user_id, grain, starts_at, active_ms) do update set missions = d.missions + excluded.missions
  )
  insert into public.rex_analytics as t (
    user_id, grain, starts_at, ends_at, subject, key, created, completed, escalated, failed, cancelled, retried, active_ms)
  select user_id, s.grain, s.starts_at, s.ends_at, k.subject, k.key,
    count(*) filter (where m.from_state is null), count(*) filter (where m.to_state = 'COMPLETED'), count(*) filter (where m.to_state = 'ESCALATED'),
    count(*) filter (where m.to_state = 'FAILED' and not m.is_cancel), count(*) filter (where m.is_cancel),
    count(*) filter (where m.to_state = 'QUEUED' and m.from_state is not null), coalesce(sum(m.active_ms) filter (where m.to_state = 'COMPLETED'), 0)
  from moved m join span s using (user_id, hour)
  cross join lateral (values ('account', ''), ('campaign', m.campaign_id::text)) as k (subject, key)
  where k.key is not null and (m.from_state is null or m.to_state in ('COMPLETED', 'ESCALATED', 'FAILED', 'QUEUED'))
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    created = t.created + excluded.created, completed = t.completed + excluded.completed, escalated = t.escalated + excluded.escalated,
    failed = t.failed + excluded.failed, cancelled = t.cancelled + excluded.cancelled, retried = t.retried + excluded.retried,
    active_ms = t.active_ms + excluded.active_ms
$$;

-- A task's first attempt began when the task did; of a later one the log says when it was leased.
create function rex.attempt_began(p_task public.rex_tasks, p_fence bigint, p_log_id bigint) returns timestamptz language sql stable set search_path = '' as $$
  select case when p_fence = 1 then p_task.started_at else (
    select l.at from public.rex_logs l
    where l.mission_id = p_task.mission_id and l.id < p_log_id and l.action = 'claim_task'
      and (l.entity_id = p_task.id or l.data -> 'tasks' ? p_task.id::text)
    order by l.id desc limit 1) end
$$;

create function rex.count_tasks(p_ids bigint[]) returns void language sql set search_path = '' as $$
  with attempt as materialized (
    select l.user_id, date_bin('1 hour', l.at, a.hour_origin) as hour, t.agent, t.mission_id, m.campaign_id, l.to_state,
      greatest(0, round(1000 * extract(epoch from l.at - rex.attempt_began(t, l.fence, l.id))))::bigint as ms, l.at
    from rex.task_trail l join rex.metric_accounts a on a.user_id = l.user_id
    join public.rex_tasks t on t.id = l.task_id join public.rex_missions m on m.id = t.mission_id
    where l.id = any (p_ids)
  ), priced as materialized (
    select p.*, round(p.ms * price.nanos)::bigint as nanos from attempt p
    join (select hour, rex.price('compute.ms', hour) as nanos from (select distinct hour from attempt) as hours) as price using (hour)
  ), span as materialized (
    select * from rex.spans_of(array(select row(user_id, hour)::rex.account_hour from attempt))
  ), cost as (
    insert into public.rex_mission_costs as c (mission_id, user_id, task_ms, compute_nanos)
    select mission_id, user_id, sum(ms), sum(nanos) from priced group by 1, 2 order by 1
    on conflict (mission_id) do update set task_ms = c.task_ms + excluded.task_ms, compute_nanos = c.compute_nanos + excluded.compute_nanos
  )
  insert into public.rex_analytics as t (
    user_id, grain, starts_at, ends_at, subject, key, tasks_completed, tasks_failed, tasks_retried, task_ms, compute_nanos)
  select user_id, s.grain, s.starts_at, s.ends_at, k.subject, k.key, count(*) filter (where p.to_state = 'COMPLETED'),
    count(*) filter (where p.to_state = 'FAILED'), count(*) filter (where p.to_state = 'READY'), sum(p.ms), sum(p.nanos)
  from priced p join span s using (user_id, hour)
  cross join lateral (values ('account', ''), ('agent', p.agent), ('campaign', p.campaign_id::text)) as k (subject, key)
  where k.key is not null group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    tasks_completed = t.tasks_completed + excluded.tasks_completed, tasks_failed = t.tasks_failed + excluded.tasks_failed,
    tasks_retried = t.tasks_retried + excluded.tasks_retried, task_ms = t.task_ms + excluded.task_ms,
    compute_nanos = t.compute_nanos + excluded.compute_nanos
$$;

-- An answer that came late moves a message from unknown to what it is, in the hour its hand-over began.
create function rex.count_messages(p_ids bigint[]) returns void language sql set search_path = '' as $$
  with answer as materialized (
    select o.user_id, date_bin('1 hour', o.begun_at, a.hour_origin) as hour, o.mission_id, o.campaign_id, o.domain_id, o.provider, o.step,
      coalesce(o.channel || '.' || o.provider, '') as item, s.state, s.n
    from public.rex_logs l join rex.metric_accounts a on a.user_id = l.user_id join public.rex_outreach o on o.id = l.entity_id
    cross join lateral (values (l.from_state, -1), (l.to_state, 1)) as s (state, n)
    where l.id = any (p_ids) and s.state in ('sent', 'unknown', 'refused') and o.begun_at is not null
  ), priced as materialized (
    select w.*, case when w.state <> 'refused' then round(w.n * price.nanos)::bigint else 0 end as nanos from answer w
    join (select item, hour, rex.price(item, hour) as nanos from (select distinct item, hour from answer) as items) as price
      on price.hour = w.hour and price.item = w.item
  ), span as materialized (
    select * from rex.spans_of(array(select row(user_id, hour)::rex.account_hour from answer))
  ), cost as (
    insert into public.rex_mission_costs as c (mission_id, user_id, messages, message_nanos)
    select mission_id, user_id, coalesce(sum(n) filter (where state <> 'refused'), 0), sum(nanos) from priced group by 1, 2 order by 1
    on conflict (mission_id) do update set messages = c.messages + excluded.messages, message_nanos = c.message_nanos + excluded.message_nanos
  )
  insert into public.rex_analytics as t (user_id, grain, starts_at, ends_at, subject, key, sent, unknown, refused, contacted, message_nanos)
  select user_id, s.grain, s.starts_at, s.ends_at, k.subject, k.key, coalesce(sum(p.n) filter (where p.state = 'sent'), 0),
    coalesce(sum(p.n) filter (where p.state = 'unknown'), 0), coalesce(sum(p.n) filter (where p.state = 'refused'), 0),
    coalesce(sum(p.n) filter (where p.step = 1 and p.state <> 'refused'), 0), sum(p.nanos)
  from priced p join span s using (user_id, hour)
  cross join lateral (values ('account', ''), ('campaign', p.campaign_id::text), ('domain', p.domain_id::text), ('provider', p.provider)) as k (subject, key)
  where k.key is not null group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    sent = t.sent + excluded.sent, unknown = t.unknown + excluded.unknown, refused = t.refused + excluded.refused,
    contacted = t.contacted + excluded.contacted, message_nanos = t.message_nanos + excluded.message_nanos
$$;

-- The first event of a kind counts for its message, whichever source tells it again.
create function rex.first_events(p_ids bigint[]) returns setof public.rex_outreach_events language sql stable set search_path = '' as $$
  select e.* from public.rex_logs l join public.rex_outreach_events e on e.id = case
    when l.action = 'record_event' then (l.data ->> 'event_id')::uuid
    else (select h.id from public.rex_outreach_events h
      where h.user_id = l.user_id and h.source = 'hand_over' and h.source_id = l.entity_id || ':' || l.fence) end
  where l.id = any (p_ids) and not exists (
    select from public.rex_outreach_events earlier
    where earlier.outreach_id = e.outreach_id and earlier.kind = e.kind and (earlier.recorded_at, earlier.id) < (e.recorded_at, e.id))
$$;

create function rex.count_events(p_ids bigint[]) returns void language sql set search_path = '' as $$
  with told as materialized (
    select e.user_id, date_bin('1 hour', f.at, a.hour_origin) as hour, o.campaign_id, o.domain_id, f.kind
    from rex.first_events(p_ids) as e join rex.metric_accounts a on a.user_id = e.user_id join public.rex_outreach o on o.id = e.outreach_id
    cross join lateral (values (o.begun_at, e.kind::text), (case when e.kind = 'replied' then e.occurred_at end, 'reply')) as f (at, kind)
    where f.at is not null
  ), span as materialized (
    select * from rex.spans_of(array(select row(user_id, hour)::rex.account_hour from told))
  )
  insert into public.rex_analytics as t (
    user_id, grain, starts_at, ends_at, subject, key, delivered, bounced, soft_bounced, blocked, deferred, complained, unsubscribed,
    replied, auto_replied, opened, clicked, replies)
  select user_id, s.grain, s.starts_at, s.ends_at, k.subject, k.key,
    count(*) filter (where e.kind = 'delivered'), count(*) filter (where e.kind = 'hard_bounced'), count(*) filter (where e.kind = 'soft_bounced'),
    count(*) filter (where e.kind = 'blocked'), count(*) filter (where e.kind = 'deferred'), count(*) filter (where e.kind = 'complained'),
    count(*) filter (where e.kind = 'unsubscribed'), count(*) filter (where e.kind = 'replied'), count(*) filter (where e.kind = 'auto_replied'),
    count(*) filter (where e.kind = 'opened'), count(*) filter (where e.kind = 'clicked'), count(*) filter (where e.kind = 'reply')
  from told e join span s using (user_id, hour)
  cross join lateral (values ('account', ''), ('campaign', e.campaign_id::text), ('domain', e.domain_id::text)) as k (subject, key)
  where k.key is not null group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    delivered = t.delivered + excluded.delivered, bounced = t.bounced + excluded.bounced, soft_bounced = t.soft_bounced + excluded.soft_bounced,
    blocked = t.blocked + excluded.blocked, deferred = t.deferred + excluded.deferred, complained = t.complained + excluded.complained,
    unsubscribed = t.unsubscribed + excluded.unsubscribed, replied = t.replied + excluded.replied, auto_replied = t.auto_replied + excluded.auto_replied,
    opened = t.opened + excluded.opened, clicked = t.clicked + excluded.clicked, replies = t.replies + excluded.replies
$$;

create function rex.count_uncounted(p_limit int) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_facts rex.uncounted[];
begin
  with taken as (
    delete from rex.uncounted where id in (select id from rex.uncounted order by id limit p_limit for update skip locked) returning uncounted)
  select array_agg(taken.uncounted) into v_facts from taken;
  insert into public.rex_mission_costs as c (mission_id, user_id, llm_calls, llm_tokens, llm_nanos)
  select m.id, m.user_id, sum(f.llm_calls), sum(f.llm_tokens), sum(f.llm_nanos)
  from unnest(v_facts) as f join public.rex_missions m on m.id = f.mission_id group by 1, 2 order by 1
  on conflict (mission_id) do update set
    llm_calls = c.llm_calls + excluded.llm_calls, llm_tokens = c.llm_tokens + excluded.llm_tokens, llm_nanos = c.llm_nanos + excluded.llm_nanos;
  perform rex.open_books(array(select distinct user_id from unnest(v_facts)));
  with fact as materialized (
    select f.*, m.campaign_id, date_bin('1 hour', f.at, a.hour_origin) as hour
    from unnest(v_facts) as f join rex.metric_accounts a on a.user_id = f.user_id left join public.rex_missions m on m.id = f.mission_id
  )
  insert into public.rex_analytics as t (
    user_id, grain, starts_at, ends_at, subject, key, llm_calls, llm_tokens, llm_nanos, reputations, reputation_sum)
  select user_id, s.grain, s.starts_at, s.ends_at, k.subject, k.key,
    sum(f.llm_calls), sum(f.llm_tokens), sum(f.llm_nanos), count(f.reputation), coalesce(sum(f.reputation), 0)
  from fact f join rex.spans_of(array(select row(user_id, hour)::rex.account_hour from fact)) as s using (user_id, hour)
  cross join lateral (values ('account', ''), ('campaign', f.campaign_id::text), ('domain', f.domain_id::text),
    ('provider', case when f.domain_id is null then 'openai' end)) as k (subject, key)
  where k.key is not null group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    llm_calls = t.llm_calls + excluded.llm_calls, llm_tokens = t.llm_tokens + excluded.llm_tokens, llm_nanos = t.llm_nanos + excluded.llm_nanos,
    reputations = t.reputations + excluded.reputations, reputation_sum = t.reputation_sum + excluded.reputation_sum;
  return array(select distinct user_id from unnest(v_facts));
end $$;

create function rex.open_books(p_user_ids uuid[]) returns void language sql set search_path = '' as $$
  insert into rex.metric_accounts as m (user_id, hour_origin, closed_until)
  select user_id, rex.hour_origin(time_zone), rex.hour_of(created_at, time_zone) from public.rex_accounts where user_id = any (p_user_ids) order by 1
  on conflict (user_id) do update set hour_origin = excluded.hour_origin where m.hour_origin <> excluded.hour_origin
$$;
comment on function rex.open_books is 'Begins to count for accounts that are new, and follows those whose clock changed.';
