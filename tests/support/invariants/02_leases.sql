-- 2. A mission and a task have at most one live lease; a command with an old fencing token changes nothing.
select 'open reservation under another fence' as problem, m.id, r.fence::text as detail
from public.rex_reservations r join public.rex_missions m on m.id = r.mission_id
where r.released_at is null and r.fence <> m.fence
union all
select 'a task began twice under one token', task_id, fence::text from rex.task_trail
where to_state = 'RUNNING' group by task_id, fence having count(*) > 1
union all
select 'a task was changed by an old token', task_id, fence::text from (
  select task_id, fence, max(fence) over (partition by task_id order by id rows unbounded preceding) as newest
  from rex.task_trail where fence is not null) as l
where fence < newest
union all
select 'a task runs for a mission that does not', t.id, m.state::text from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id
where t.state = 'RUNNING' and m.state <> 'EXECUTING'
