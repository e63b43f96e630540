-- Invariant 10: a person reads how often the tasks of their mission were tried, and how each try ended; the audit trail is the only witness of that.

create function public.rex_read_attempts(p_mission_id uuid) returns jsonb language sql stable set search_path = '' as $$
  with retried as materialized (
    select id::text as id from public.rex_tasks where mission_id = p_mission_id and retry_count > 0 order by created_at desc limit 500)
  select coalesce(jsonb_agg(jsonb_build_object('task_id', r.id, 'at', trail.at, 'to_state', trail.to_state, 'reason', trail.reason) order by trail.id), '[]')
  from (
    select l.id, l.at, l.to_state, l.reason, coalesce(l.entity_id::text, t.id) as task_id
    from public.rex_logs l left join lateral jsonb_array_elements_text(l.data -> 'tasks') as t (id) on true
    where l.mission_id = p_mission_id and l.entity = 'task' and exists (select from retried)) as trail
  join retried r on r.id = trail.task_id
$$;
comment on function public.rex_read_attempts is 'What happened to those tasks of the mission that were tried more than once: the 500 made last.';
grant execute on function public.rex_read_attempts to authenticated;
