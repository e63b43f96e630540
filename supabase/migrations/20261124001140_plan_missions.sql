-- Invariants 2 and 9: a mission is planned once a round, by whoever holds its fence.

create function rex.is_planned(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round)
$$;

-- Locks of one kind for all plans before those of the next kind.
create function rex.lock_missions(p_mission_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_accounts where user_id in (
    select user_id from public.rex_missions where id = any (p_mission_ids)) order by user_id for share;
  perform from public.rex_campaigns where id in (
    select campaign_id from public.rex_missions where id = any (p_mission_ids)) order by id for share;
  perform from public.rex_missions where id = any (p_mission_ids) order by id for no key update;
end $$;

create type rex.mission_plan as (mission_id uuid, fence bigint, tasks jsonb, n bigint);
create type rex.plan_verdict as (mission_id uuid, code text, planned boolean);

create function rex.judge_plans(p_plans rex.mission_plan[]) returns rex.plan_verdict[] language sql stable set search_path = '' as $$
  select array_agg(row(p.mission_id, case
    when m.id is null then 'unknown'
    when m.fence is distinct from p.fence then 'stale'
    when m.state <> 'ASSIGNED' then 'not_assigned'
    when m.paused_at is not null or a.paused_at is not null or c.paused_at is not null then 'paused'
    when coalesce(jsonb_array_length(p.tasks), 0) = 0 then 'empty' end,
    exists (select from public.rex_tasks t where t.mission_id = m.id and t.round = m.round))::rex.plan_verdict order by p.mission_id)
  from unnest(p_plans) as p left join public.rex_missions m on m.id = p.mission_id
  left join public.rex_accounts a on a.user_id = m.user_id left join public.rex_campaigns c on c.id = m.campaign_id and m.sends
$$;

create type rex.planned_task as (mission_id uuid, agent text, batch int, position int, input jsonb);

create function rex.check_tasks(p_tasks rex.planned_task[]) returns void language plpgsql set search_path = '' as $$
begin
  if exists (
    select from unnest(p_tasks) as t join public.rex_missions m on m.id = t.mission_id
    where coalesce(t.agent, '') = '' or t.batch is null or t.position is null or t.position < 1
      or t.batch not between 1 and greatest(1, ceil(m.leads::numeric / m.batch_size))
  ) then
    perform rex.refuse(422, 'plan_invalid', 'A task needs an agent, a batch of the mission and a position.', 'Plan from the answer of the claim.');
  end if;
end $$;

create function rex.insert_tasks(p_tasks rex.planned_task[]) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_said rex.announcement[];
begin
  perform rex.check_tasks(p_tasks);
  insert into public.rex_tasks (user_id, mission_id, round, agent, batch, position, input, state, created_at, updated_at)
  select m.user_id, m.id, m.round, t.agent, t.batch, t.position, coalesce(t.input, '{}'),
    case when row_number() over (partition by m.id, t.batch order by t.position) = 1 then 'READY' else 'BLOCKED' end::public.task_state, v_now, v_now
  from unnest(p_tasks) as t join public.rex_missions m on m.id = t.mission_id order by m.id, t.batch, t.position;
  with logged as (
    insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, fence, data)
    select m.user_id, v_now, 'mission', m.id, m.id, 'plan_mission', m.fence, jsonb_build_object('tasks', t.tasks)
    from (select mission_id, count(*) as tasks from unnest(p_tasks) group by 1) as t join public.rex_missions m on m.id = t.mission_id order by m.id
    returning user_id, mission_id, data)
  select array_agg(row(user_id, 'mission.planned', mission_id, data)::rex.announcement) into v_said from logged;
  return v_said;
end $$;
comment on function rex.insert_tasks is 'The first task of a batch is READY, the others wait for the one before them; returns what to publish.';

create function rex.plan_missions(p_plans rex.mission_plan[]) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_verdicts rex.plan_verdict[] := rex.judge_plans(p_plans);
  v_tasks rex.planned_task[] := array(
    select row(p.mission_id, t.agent, t.batch, t.position, t.input)::rex.planned_task
    from unnest(v_verdicts) as v join unnest(p_plans) as p using (mission_id)
    cross join lateral jsonb_to_recordset(p.tasks) as t (agent text, batch int, position int, input jsonb) where v.code is null and not v.planned);
begin
  if v_tasks <> '{}' then
    perform rex.publish(rex.insert_tasks(v_tasks), 'plan_missions');
  end if;
  return (
    select jsonb_build_object('planned', coalesce(jsonb_agg(mission_id) filter (where code is null), '[]'),
      'refused', coalesce(jsonb_agg(jsonb_build_object('mission_id', mission_id, 'code', code)) filter (where code is not null), '[]'))
    from unnest(v_verdicts));
end $$;

create function public.rex_plan_missions(p_request_id text, p_plans jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('plan_missions', p_request_id, p_plans);
  v_plans rex.mission_plan[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_plans := array(
    select row((p ->> 'mission_id')::uuid, (p ->> 'fence')::bigint, nullif(p -> 'tasks', 'null'), n)::rex.mission_plan
    from jsonb_array_elements(p_plans) with ordinality as e (p, n));
  if (select count(distinct mission_id) from unnest(v_plans)) < cardinality(v_plans) then
    perform rex.refuse(422, 'plan_invalid', 'A mission is planned once in a call.', 'Plan from the answer of the claim.');
  end if;
  perform rex.lock_missions(array(select mission_id from unnest(v_plans)));
  return rex.end_request('plan_missions', p_request_id, rex.plan_missions(v_plans));
end $$;
grant execute on function public.rex_plan_missions to service_role;
