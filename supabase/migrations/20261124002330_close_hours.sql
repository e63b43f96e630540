-- Each hour of an account is closed once, when nothing that was known in it can still appear; late, the same row comes of it.

create function rex.hours_to_close(p_limit int) returns table (user_id uuid, starts_at timestamptz) language sql stable set search_path = '' as $$
  select m.user_id, h.starts_at
  from (
    select a.*, r.settled_at - interval '1 hour' as last, date_bin('1 hour', a.closed_until + interval '59:59.999999', a.hour_origin) as first,
      greatest(1, p_limit / count(*) over ()) as most
    from rex.metric_accounts a cross join rex.log_reader r where a.closed_until <= r.settled_at - interval '1 hour'
    order by a.closed_until limit p_limit) as m
  cross join lateral generate_series(m.first, least(m.last, m.first + m.most * interval '1 hour'), interval '1 hour') as h (starts_at)
  order by m.user_id, h.starts_at limit p_limit
$$;
comment on function rex.hours_to_close is 'Of those who are furthest behind, each account''s hours one after the other.';

create function rex.close_slots(p_user_id uuid, p_from timestamptz, p_until timestamptz) returns void language sql set search_path = '' as $$
  with held as (
    select crew, taken_at, released_at from public.rex_reservations
    where user_id = p_user_id and released_at > p_from and taken_at < p_until
    union all
    select crew, taken_at, null from public.rex_reservations where user_id = p_user_id and released_at is null and taken_at < p_until
  )
  insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, key, held_ms)
  select p_user_id, 'hour', p_from, p_until, 'crew', h.crew,
    sum(floor(1000 * extract(epoch from least(coalesce(h.released_at, p_until), p_until) - greatest(h.taken_at, p_from))))
  from held h group by h.crew order by h.crew
$$;
comment on function rex.close_slots is 'How long the slots of each crew were held in an hour; a crew that held none has no row.';

-- Missions by state at the end of an hour are those at the end of the last one closed, and what changed since.
create function rex.close_hour(p_user_id uuid, p_starts_at timestamptz, p_now timestamptz) returns void language plpgsql set search_path = '' as $$
declare
  v_before record;
  v_states jsonb;
begin
  select starts_at, missions into v_before from public.rex_analytics
  where user_id = p_user_id and grain = 'hour' and subject = 'account' and key = '' and starts_at < p_starts_at and missions is not null
  order by starts_at desc limit 1;
  select rex.add_counts(coalesce(v_before.missions, '{}'), coalesce(jsonb_object_agg(key, n), '{}')) into v_states from (
    select c.key, sum(c.value::bigint) as n from public.rex_analytics a cross join lateral jsonb_each_text(a.state_changes) as c
    where a.user_id = p_user_id and a.grain = 'hour' and a.subject = 'account' and a.key = '' and a.starts_at <= p_starts_at
      and a.starts_at > coalesce(v_before.starts_at, '-infinity') group by 1) as changed;
  perform rex.close_slots(p_user_id, p_starts_at, p_starts_at + interval '1 hour');
  insert into public.rex_analytics as a (user_id, grain, starts_at, ends_at, subject, held_ms, slot_ms, missions, closed_at)
  select p_user_id, 'hour', p_starts_at, p_starts_at + interval '1 hour', 'account', (
      select coalesce(sum(held_ms), 0) from public.rex_analytics
      where user_id = p_user_id and grain = 'hour' and subject = 'crew' and starts_at = p_starts_at),
    (select sum(slots) * 3600000 from public.rex_crews where user_id = p_user_id), v_states, p_now
  on conflict (user_id, grain, subject, key, starts_at) do update set
    held_ms = excluded.held_ms, slot_ms = excluded.slot_ms, missions = excluded.missions, closed_at = excluded.closed_at;
  update rex.metric_accounts set closed_until = p_starts_at + interval '1 hour' where user_id = p_user_id;
end $$;

create function rex.close_hours(p_limit int, p_now timestamptz) returns int language plpgsql set search_path = '' as $$
declare
  v_hour record;
  v_closed int := 0;
begin
  for v_hour in select * from rex.hours_to_close(p_limit) loop
    perform rex.close_hour(v_hour.user_id, v_hour.starts_at, p_now);
    v_closed := v_closed + 1;
  end loop;
  return v_closed;
end $$;
