-- Each hour of an account is closed once, when nothing that was known in it can still appear; late, the same row comes of it.

create type rex.open_hour as (user_id uuid, starts_at timestamptz, ends_at timestamptz);

create function rex.hours_to_close(p_limit int) returns rex.open_hour[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(row(h.user_id, h.starts_at, h.starts_at + interval '1 hour')::rex.open_hour), '{}') from (
    select m.user_id, h.starts_at
    from (
      select a.*, r.settled_at - interval '1 hour' as last, date_bin('1 hour', a.closed_until + interval '59:59.999999', a.hour_origin) as first,
        greatest(1, p_limit / count(*) over ()) as most
      from rex.metric_accounts a cross join rex.log_reader r where a.closed_until <= r.settled_at - interval '1 hour'
      order by a.closed_until limit p_limit) as m
    cross join lateral generate_series(m.first, least(m.last, m.first + m.most * interval '1 hour'), interval '1 hour') as h (starts_at)
    order by m.user_id, h.starts_at limit p_limit) as h
$$;
comment on function rex.hours_to_close is 'Of those who are furthest behind, each account''s hours one after the other.';

create function rex.close_slots(p_hours rex.open_hour[]) returns void language sql set search_path = '' as $$
  with span as (
    select user_id, min(starts_at) as starts_at, max(ends_at) as ends_at from unnest(p_hours) group by 1
  ), held as (
    select r.user_id, r.crew, r.taken_at, coalesce(r.released_at, 'infinity') as released_at from span s cross join lateral (
      select * from public.rex_reservations where user_id = s.user_id and released_at > s.starts_at and taken_at < s.ends_at
      union all
      select * from public.rex_reservations where user_id = s.user_id and released_at is null and taken_at < s.ends_at) as r
  )
  insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, key, held_ms)
  select user_id, 'hour', s.starts_at, s.ends_at, 'crew', h.crew,
    sum(floor(1000 * extract(epoch from least(h.released_at, s.ends_at) - greatest(h.taken_at, s.starts_at))))
  from unnest(p_hours) as s join held h using (user_id) where h.released_at > s.starts_at and h.taken_at < s.ends_at
  group by 1, 3, 4, 6 order by 1, 6, 3
$$;
comment on function rex.close_slots is 'How long the slots of each crew were held in an hour; a crew that held none has no row.';

-- Missions by state at the end of an hour are those at the end of the last one closed, and what changed since.
create function rex.states_at_ends(p_hours rex.open_hour[]) returns table (user_id uuid, starts_at timestamptz, missions jsonb)
language sql stable set search_path = '' as $$
  with span as materialized (
    select user_id, min(starts_at) as first, max(starts_at) as last from unnest(p_hours) group by 1
  ), before as materialized (
    select s.*, closed.starts_at as closed_at, closed.missions from span s left join lateral (
      select a.starts_at, a.missions from public.rex_analytics a
      where a.user_id = s.user_id and a.grain in ('hour', 'day') and a.subject = 'account' and a.key = '' and a.starts_at < s.first and a.missions is not null
      order by a.starts_at desc limit 1) as closed on true
  ), change as materialized (
    select b.user_id, b.first as at, c.key, c.value::bigint as n from before b cross join lateral jsonb_each_text(b.missions) as c
    union all
    select b.user_id, greatest(a.starts_at, b.first), c.key, c.value::bigint
    from before b join public.rex_analytics a on a.user_id = b.user_id and a.grain = 'hour' and a.subject = 'account' and a.key = ''
      and a.starts_at > coalesce(b.closed_at, '-infinity') and a.starts_at <= b.last
    cross join lateral jsonb_each_text(a.state_changes) as c
  ), summed as (
    select h.user_id, h.starts_at, c.key, sum(c.n) as n from unnest(p_hours) as h join change c on c.user_id = h.user_id and c.at <= h.starts_at
    group by 1, 2, 3
  )
  select h.user_id, h.starts_at, coalesce(jsonb_object_agg(s.key, s.n) filter (where s.n <> 0), '{}')
  from unnest(p_hours) as h left join summed s on s.user_id = h.user_id and s.starts_at = h.starts_at group by 1, 2
$$;

create function rex.close_hours(p_limit int, p_now timestamptz) returns int language plpgsql set search_path = '' as $$
declare
  v_hours rex.open_hour[] := rex.hours_to_close(p_limit);
begin
  perform rex.close_slots(v_hours);
  insert into public.rex_analytics as a (user_id, grain, starts_at, ends_at, subject, held_ms, slot_ms, missions, closed_at)
  select h.user_id, 'hour', h.starts_at, h.ends_at, 'account', (
      select coalesce(sum(held_ms), 0) from public.rex_analytics
      where user_id = h.user_id and grain = 'hour' and subject = 'crew' and starts_at = h.starts_at), coalesce(c.slot_ms, 0), s.missions, p_now
  from unnest(v_hours) as h join rex.states_at_ends(v_hours) as s using (user_id, starts_at)
  left join (select user_id, sum(slots) * 3600000 as slot_ms from public.rex_crews where user_id in (select user_id from unnest(v_hours)) group by 1) as c using (user_id)
  order by 1, 3
  on conflict (user_id, grain, subject, key, starts_at) do update set
    held_ms = excluded.held_ms, slot_ms = excluded.slot_ms, missions = excluded.missions, closed_at = excluded.closed_at;
  update rex.metric_accounts m set closed_until = h.ends_at
  from (select user_id, max(ends_at) as ends_at from unnest(v_hours) group by 1) as h where m.user_id = h.user_id;
  return cardinality(v_hours);
end $$;
