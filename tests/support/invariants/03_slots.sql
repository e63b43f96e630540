-- 3. Missions holding a slot per (account, crew) never exceed the crew's capacity.
with held as (
  select user_id, crew, count(*) as open, max(slot) as highest from public.rex_reservations where released_at is null group by 1, 2
), ready as (
  select user_id, crew, count(*) as waiting from public.rex_missions where ready group by 1, 2
)
select 'more missions than slots, or counters that lie' as problem, c.user_id as id,
  format('%s: slots %s, held %s, open %s, waiting %s, ready %s', c.crew, c.slots, c.held, coalesce(h.open, 0), c.waiting, coalesce(r.waiting, 0)) as detail
from public.rex_crews c left join held h using (user_id, crew) left join ready r using (user_id, crew)
where c.held <> coalesce(h.open, 0) or c.held > c.slots or coalesce(h.highest, 0) > c.slots or c.waiting <> coalesce(r.waiting, 0)
