-- Invariant 8: no hand-over begins outside the lead's permitted hours, in whatever zone of its country the lead may be.

create function rex.permitted(p_at timestamptz, p_zones text[], p_start time, p_end time, p_days smallint[]) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(bool_and(
    (p_at at time zone zone)::time >= p_start and (p_at at time zone zone)::time < p_end
    and extract(isodow from p_at at time zone zone)::smallint = any (p_days)), false)
  from unnest(p_zones) as zone
$$;
comment on function rex.permitted is 'Whether p_at lies in the hours [p_start, p_end) of the ISO days, by the clock of every zone; false without a zone.';

create function rex.clock_offset_at(p_at timestamptz, p_zone text) returns interval language sql stable set search_path = '' as $$
  select (p_at at time zone p_zone) - (p_at at time zone 'UTC')
$$;

-- What is permitted begins when the hours of some zone begin, at either of two such moments when its clock goes back, or when
-- a clock is changed: every zone changes on a quarter of an hour. No other moment needs to be looked at.
create function rex.openings(p_at timestamptz, p_zone text, p_start time) returns setof timestamptz
language sql stable set search_path = '' as $$
  select opening from (
    select ((p_at at time zone p_zone)::date + day + p_start) at time zone 'UTC' as wall, p_at + make_interval(days => day) as around
    from generate_series(0, 15) as day) as days
  cross join lateral (
    select wall - rex.clock_offset_at(wall - interval '1 day', p_zone) as opening
    union all
    select wall - rex.clock_offset_at(wall + interval '1 day', p_zone)
    union all
    select generate_series(date_trunc('hour', around), around + interval '1 day', interval '15 minutes')
    where rex.clock_offset_at(around, p_zone) <> rex.clock_offset_at(around + interval '1 day', p_zone)) as candidates
$$;

create function rex.next_permitted(p_at timestamptz, p_zones text[], p_start time, p_end time, p_days smallint[]) returns timestamptz
language sql stable set search_path = '' as $$
  select case when rex.permitted(p_at, p_zones, p_start, p_end, p_days) then p_at else (
    select moment from (
      select moment from unnest(p_zones) as zone, rex.openings(p_at, zone, p_start) as moment
      where moment >= p_at order by moment offset 0) as openings
    where rex.permitted(moment, p_zones, p_start, p_end, p_days) limit 1) end
$$;
comment on function rex.next_permitted is 'The first permitted moment at or after p_at; null when there is none in 15 days, as for zones whose hours never meet.';

create type rex.hours as (zones text[], opens time, closes time, days smallint[]);

create function rex.hours_of(p_lead_id uuid, p_campaign_id uuid) returns rex.hours language sql stable set search_path = '' as $$
  select row(
    case when cardinality(l.time_zones) > 0 then l.time_zones else array[a.time_zone] end,
    coalesce(c.window_start, a.window_start), coalesce(c.window_end, a.window_end), coalesce(c.window_days, a.window_days))::rex.hours
  from public.rex_leads l join public.rex_accounts a on a.user_id = l.user_id, public.rex_campaigns c
  where l.id = p_lead_id and c.id = p_campaign_id
$$;
comment on function rex.hours_of is 'When a campaign may write to a lead: the campaign''s hours or else the account''s, in the lead''s zones or else the account''s.';

create function rex.next_open(p_at timestamptz, p_hours rex.hours) returns timestamptz language sql stable set search_path = '' as $$
  select rex.next_permitted(p_at, p_hours.zones, p_hours.opens, p_hours.closes, p_hours.days)
$$;
