-- 8. No hand-over begins to a suppressed address, outside the lead's permitted hours, or after a pause or cancel was acknowledged.
with begun as (
  select o.*, a.time_zone, l.time_zones, coalesce(c.window_start, a.window_start) as opens, coalesce(c.window_end, a.window_end) as closes,
    coalesce(c.window_days, a.window_days) as days,
    least(a.paused_at, c.paused_at, m.paused_at) as paused_at, m.state as mission_state, m.created_at as mission_created_at, m.finished_at, m.error_code
  from public.rex_outreach o
  join public.rex_accounts a using (user_id)
  join public.rex_campaigns c on c.id = o.campaign_id
  join public.rex_missions m on m.id = o.mission_id
  join public.rex_leads l on l.id = o.lead_id
  where o.begun_at is not null
)
select 'to a suppressed address' as problem, b.id, s.reason::text as detail
from begun b join public.rex_suppressions s on s.user_id = b.user_id and s.channel = b.channel and s.address_hash = b.address_hash
where b.begun_at > s.created_at
union all
select 'outside the permitted hours', b.id, zone from begun b
cross join lateral unnest(case when cardinality(b.time_zones) > 0 then b.time_zones else array[b.time_zone] end) as zone
cross join lateral (select b.begun_at at time zone zone as there) as local
where there::time < b.opens or there::time >= b.closes or not extract(isodow from there)::int = any (b.days)
union all
select 'after a pause', id, paused_at::text from begun where begun_at > paused_at
union all
select 'after its mission ended', id, coalesce(error_code, mission_state::text) from begun where begun_at > finished_at
union all
select 'with content that nobody has checked', id, edited_at::text from public.rex_outreach where edited_at is not null and begun_at is not null
union all
select 'after a reply', b.id, e.recorded_at::text from begun b join public.rex_outreach_events e on e.lead_id = b.lead_id
where e.kind = 'replied' and e.recorded_at >= b.mission_created_at and b.begun_at > e.recorded_at
