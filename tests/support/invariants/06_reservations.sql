-- 6. Every reservation is released exactly once; a final mission holds none; a domain serves at most one campaign at a time.
select 'a mission holds a slot in a stage that needs none' as problem, m.id, m.state::text as detail
from public.rex_reservations r join public.rex_missions m on m.id = r.mission_id
where r.released_at is null and m.state not in ('ASSIGNED', 'EXECUTING')
union all
select 'a task runs without a slot', t.mission_id, t.id::text from public.rex_tasks t
where t.state = 'RUNNING' and t.stage <> 'COLLECTING' and not exists (
  select from public.rex_reservations r where r.mission_id = t.mission_id and r.released_at is null)
union all
select 'two reservations of a mission or slot at once', a.mission_id, b.mission_id::text
from public.rex_reservations a join public.rex_reservations b on (a.mission_id, a.fence) < (b.mission_id, b.fence)
  and (a.mission_id = b.mission_id or (a.user_id = b.user_id and a.crew = b.crew and a.slot = b.slot))
where a.taken_at < coalesce(b.released_at, 'infinity') and b.taken_at < coalesce(a.released_at, 'infinity')
union all
select 'a domain was not freed with the last mission of its campaign', d.id, d.campaign_id::text from public.rex_domain_pool d
where exists (select from public.rex_missions m where m.campaign_id = d.campaign_id and m.sends) and not exists (
  select from public.rex_missions m where m.campaign_id = d.campaign_id and m.sends
    and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled')
union all
select 'a domain out of service serves a campaign', id, status::text from public.rex_domain_pool where status = 'rotated' and campaign_id is not null
union all
select 'two rotations of one domain', domain_id, count(*)::text from public.rex_missions
where domain_id is not null and state <> 'COMPLETED' and error_code is distinct from 'cancelled' group by domain_id having count(*) > 1
