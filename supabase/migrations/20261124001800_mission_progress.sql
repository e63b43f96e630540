-- How far a mission is, in one number that only rises while its stages do: through the policies, as the caller.

create function public.calculate_mission_progress(p_mission_id uuid) returns numeric language sql stable set search_path = '' as $$
  select case m.state when 'QUEUED' then 0 when 'COMPLETED' then 100 else round(least(99,
    5 + 55 * case when t.tasks = 0 then (m.started_at is not null)::int else t.ended::numeric / t.tasks end
    + case when m.collecting_at is null then 0 else 35 * case when o.messages = 0 then 1 else o.ended::numeric / o.messages end end
    + case m.state when 'ANALYZING' then 2 when 'OPTIMIZING' then 3 else 0 end)) end
  from public.rex_missions m
  cross join lateral (
    select count(*) as tasks, count(finished_at) as ended from public.rex_tasks where mission_id = m.id and round = m.round) as t
  cross join lateral (
    select count(*) as messages, count(*) filter (where state in ('sent', 'refused', 'unknown', 'rejected', 'cancelled')) as ended
    from public.rex_outreach where mission_id = m.id) as o
  where m.id = p_mission_id
$$;
comment on function public.calculate_mission_progress is
  'Percent, 0 to 100: 5 for its crew, 55 for its tasks, 35 for its messages, the rest for analysis; null for a mission the caller cannot see.';

create function rex.progress_at(p_mission public.rex_missions) returns timestamptz language sql stable set search_path = '' as $$
  select greatest(p_mission.progress_at, (
    select max(finished_at) from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round))
$$;
comment on function rex.progress_at is 'When a stage began or a task ended, whichever came last.';
grant execute on function rex.progress_at to authenticated, service_role;

create view public.rex_active_missions_with_progress with (security_invoker = true) as
  select m.id, m.user_id, m.type, m.state, m.crew, m.campaign_id, m.priority, m.leads, m.round, m.retry_count, w.waiting_for, w.waiting_since,
    m.paused_at, m.created_at, m.stage_at, rex.progress_at(m) as progress_at, public.calculate_mission_progress(m.id) as progress
  from public.rex_missions m cross join lateral rex.waits_for(m) as w where m.finished_at is null;
comment on view public.rex_active_missions_with_progress is 'Missions that are not final, with calculate_mission_progress.';
grant execute on function public.calculate_mission_progress to authenticated, service_role;
grant select on public.rex_active_missions_with_progress to authenticated, service_role;
