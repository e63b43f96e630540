-- Invariant 8: no hand-over begins outside the lead's permitted hours, in whatever zone of its country the lead may be.

create function rex.permitted(p_at timestamptz, p_zones text[], p_start time, p_end time, p_days smallint[]) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(bool_and(
    (p_at at time zone zone)::time >= p_start and (p_at at time zone zone)::time < p_end
    and extract(isodow from p_at at time zone zone)::smallint = any (p_days)), false)
  from unnest(p_zones) as zone
$$;
comment on function rex.permitted is 'Whether p_at lies in the hours [p_start, p_end) of the ISO days, by the clock of every zone; false without a zone.';

-- What is permitted begins when the hours of some zone begin: no other moment needs to be looked at.
create function rex.next_permitted(p_at timestamptz, p_zones text[], p_start time, p_end time, p_days smallint[]) returns timestamptz
language sql stable set search_path = '' as $$
  select min(moment) from (
    select p_at as moment
    union all
    select ((p_at at time zone zone)::date + day + p_start) at time zone zone
    from unnest(p_zones) as zone, generate_series(0, 15) as day
  ) as candidates
  where moment >= p_at and rex.permitted(moment, p_zones, p_start, p_end, p_days)
$$;
comment on function rex.next_permitted is 'The first permitted moment at or after p_at; null when there is none in 15 days, as for zones whose hours never meet.';
