-- Invariants 2 and 9: a mission is planned once a round, by whoever holds its fence.

create function rex.check_tasks(p_tasks jsonb, p_batches int) returns void language plpgsql set search_path = '' as $$
begin
  if exists (
    select from jsonb_to_recordset(p_tasks) as t (agent text, batch int, position int, input jsonb)
    where coalesce(t.agent, '') = '' or t.batch is null or t.batch not between 1 and p_batches or t.position is null or t.position < 1
  ) then
    perform rex.refuse(422, 'plan_invalid', 'A task needs an agent, a batch of the mission and a position.', 'Plan from the answer of the claim.');
  end if;
end $$;

create function rex.insert_tasks(p_mission public.rex_missions, p_tasks jsonb) returns int language plpgsql set search_path = '' as $$
declare
  v_inserted int;
begin
  perform rex.check_tasks(p_tasks, rex.batches(p_mission));
  insert into public.rex_tasks (user_id, mission_id, round, agent, batch, position, input, state)
  select p_mission.user_id, p_mission.id, p_mission.round, t.agent, t.batch, t.position, coalesce(t.input, '{}'),
    case when row_number() over (partition by t.batch order by t.position) = 1 then 'READY' else 'BLOCKED' end::public.task_state
  from jsonb_to_recordset(p_tasks) as t (agent text, batch int, position int, input jsonb) order by t.batch, t.position;
  get diagnostics v_inserted = row_count;
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, fence, data)
  values (p_mission.user_id, 'mission', p_mission.id, p_mission.id, 'plan_mission', p_mission.fence, jsonb_build_object('tasks', v_inserted));
  return v_inserted;
end $$;
comment on function rex.insert_tasks is 'The first task of a batch is READY, the others wait for the one before them.';

create function rex.is_planned(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round)
$$;

create function rex.plan_refusal(p_mission public.rex_missions, p_fence bigint, p_tasks jsonb) returns text language sql stable set search_path = '' as $$
  select case
    when p_mission.id is null then 'unknown'
    when p_mission.fence <> p_fence then 'stale'
    when p_mission.state <> 'ASSIGNED' then 'not_assigned'
    when rex.is_paused(p_mission) then 'paused'
    when coalesce(jsonb_array_length(p_tasks), 0) = 0 then 'empty'
  end
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

create function rex.plan_missions(p_plans jsonb) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_planned uuid[] := '{}';
  v_refused jsonb := '[]';
  v_said rex.announcement[] := '{}';
  v_mission public.rex_missions;
  v_plan record;
  v_code text;
begin
  for v_plan in select * from jsonb_to_recordset(p_plans) as p (mission_id uuid, fence bigint, tasks jsonb) order by mission_id loop
    select * into v_mission from public.rex_missions where id = v_plan.mission_id;
    v_code := rex.plan_refusal(v_mission, v_plan.fence, v_plan.tasks);
    if v_code is not null then
      v_refused := v_refused || jsonb_build_object('mission_id', v_plan.mission_id, 'code', v_code);
      continue;
    elsif not rex.is_planned(v_mission) then
      v_said := v_said || row(v_mission.user_id, 'mission.planned', v_mission.id,
        jsonb_build_object('tasks', rex.insert_tasks(v_mission, v_plan.tasks)))::rex.announcement;
    end if;
    v_planned := v_planned || v_mission.id;
  end loop;
  perform rex.publish(v_said, 'plan_missions');
  return jsonb_build_object('planned', to_jsonb(v_planned), 'refused', v_refused);
end $$;

create function public.rex_plan_missions(p_request_id text, p_plans jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('plan_missions', p_request_id, p_plans);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.lock_missions(array(select (plan ->> 'mission_id')::uuid from jsonb_array_elements(p_plans) as plan));
  return rex.end_request('plan_missions', p_request_id, rex.plan_missions(p_plans));
end $$;
grant execute on function public.rex_plan_missions to service_role;
