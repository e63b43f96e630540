-- Invariants 2 and 8: a task has at most one live lease, and none begins in a paused scope or without its mission's slot.

create index rex_missions_running on public.rex_missions (user_id, id) where state in ('ASSIGNED', 'EXECUTING') and active_since is not null;

create function rex.check_lease(p_limit int, p_seconds int) returns void language plpgsql set search_path = '' as $$
begin
  if p_limit is null or p_limit not between 1 and 100 then
    perform rex.refuse(422, 'limit_invalid', 'A call takes 1 to 100 tasks.', 'Leave p_limit out for 10.');
  elsif p_seconds is null or p_seconds not between 1 and 900 then
    perform rex.refuse(422, 'lease_invalid', 'A lease lasts 1 to 900 seconds.', 'Leave p_lease_seconds out for 60.');
  end if;
end $$;

create function rex.log_tasks(
  p_task_ids uuid[], p_action text, p_from public.task_state, p_reason text default null, p_decision_id uuid default null
) returns void language sql set search_path = '' as $$
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, from_state, to_state, fence, reason, decision_id, data)
  select user_id, 'task', id, mission_id, p_action, p_from, state, fence, p_reason, p_decision_id,
    jsonb_build_object('agent', agent, 'batch', batch, 'retry_count', retry_count)
  from public.rex_tasks where id = any (p_task_ids) order by id
$$;

create function rex.task_news(p_task_ids uuid[]) returns rex.announcement[] language sql stable set search_path = '' as $$
  select array_agg(row(user_id, 'agent.status', mission_id, jsonb_build_object('task_id', id, 'agent', agent, 'batch', batch,
    'state', state, 'retry_count', retry_count, 'error_code', error_code))::rex.announcement order by user_id, id)
  from public.rex_tasks where id = any (p_task_ids)
$$;

create function rex.running_accounts(p_from uuid, p_to uuid, p_limit int) returns setof uuid language sql stable set search_path = '' as $$
  with recursive account as (
    (select m.user_id from public.rex_missions m
      where m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null and m.user_id between p_from and p_to
      order by m.user_id limit 1)
    union all
    select (select m.user_id from public.rex_missions m
      where m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null and m.user_id > account.user_id and m.user_id <= p_to
      order by m.user_id limit 1)
    from account where account.user_id is not null)
  select user_id from account where user_id is not null limit p_limit
$$;
comment on function rex.running_accounts is 'Accounts with a mission that runs, one index probe each.';

create function rex.accounts_in_turn(p_limit int) returns setof uuid language sql volatile set search_path = '' as $$
  with start as materialized (select gen_random_uuid() as id)
  select distinct user_id from (
    select rex.running_accounts(start.id, 'ffffffff-ffff-ffff-ffff-ffffffffffff', p_limit) as user_id from start
    union all
    select rex.running_accounts('00000000-0000-0000-0000-000000000000', start.id, p_limit) from start
    limit p_limit) as found
$$;
comment on function rex.accounts_in_turn is 'At most p_limit accounts from a random place on, so that more than that still all have their turn.';

create function rex.tasks_in_turn(p_limit int, p_now timestamptz) returns uuid[] language sql volatile set search_path = '' as $$
  with mission as (
    select m.user_id, m.id from rex.accounts_in_turn(50) as a (user_id)
    cross join lateral (
      select m.user_id, m.id from public.rex_missions m
      join public.rex_crews c on c.user_id = m.user_id and c.crew = m.crew
      where m.user_id = a.user_id and m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null and (c.held < c.slots or exists (
        select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null))
      limit 100) as m
  ), ready as (
    select m.user_id, t.*, row_number() over (partition by m.id order by t.batch) as in_mission from mission m
    cross join lateral (
      select t.id, t.created_at, t.batch from public.rex_tasks t
      where t.mission_id = m.id and t.state = 'READY' and (t.not_before is null or t.not_before <= p_now)
      order by t.batch, t.position limit p_limit) as t
  ), turn as (
    select id, created_at, row_number() over (partition by user_id order by in_mission, created_at, id) as in_account from ready)
  select array_agg(id order by in_account, created_at, id) from (
    select * from turn order by in_account, created_at, id limit 4 * p_limit) as first
$$;
comment on function rex.tasks_in_turn is 'Round the accounts, in each round the missions, oldest first; four times what is asked, as others claim too.';

create function rex.has_slot(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_reservations where mission_id = p_mission_id and released_at is null)
$$;

-- A mission that will be written is locked for it at once: strengthening a lock later could deadlock.
create function rex.lock_running(p_mission_ids uuid[], p_slotless uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_mission record;
  v_written uuid[] := p_slotless;
begin
  perform from public.rex_accounts where user_id in (select user_id from public.rex_missions where id = any (p_mission_ids))
  order by user_id for share;
  perform from public.rex_crews where (user_id, crew) in (select user_id, crew from public.rex_missions where id = any (p_slotless))
  order by user_id, crew for no key update;
  perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (p_mission_ids))
  order by id for share;
  for v_mission in select id, state from public.rex_missions where id = any (p_mission_ids) order by id loop
    if v_mission.state = 'ASSIGNED' or v_mission.id = any (p_slotless) then
      v_written := v_written || v_mission.id;
      perform from public.rex_missions where id = v_mission.id for no key update;
    else
      perform from public.rex_missions where id = v_mission.id for share;
    end if;
  end loop;
  return array(
    select m.id from public.rex_missions m
    where m.id = any (p_mission_ids) and not rex.is_paused(m) and (rex.has_slot(m.id) or m.id = any (p_slotless))
      and (m.state = 'EXECUTING' or (m.state = 'ASSIGNED' and m.id = any (v_written))));
end $$;
comment on function rex.lock_running is 'Locks missions whose tasks may start and returns those that still may; p_slotless have to take a slot first.';

create function rex.retake_slots(p_mission_ids uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_id uuid;
  v_refused uuid[] := '{}';
begin
  for v_id in select id from unnest(p_mission_ids) as id order by id loop
    if rex.has_slot(v_id) then
      continue;
    elsif rex.retake_slot(v_id) then
      insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, fence)
      select user_id, 'mission', id, id, 'retake_slot', fence from public.rex_missions where id = v_id;
    else
      v_refused := v_refused || v_id;
    end if;
  end loop;
  return v_refused;
end $$;
comment on function rex.retake_slots is 'Takes again what a pause gave back; returns the missions for which nothing is free.';

create function rex.start_missions(p_mission_ids uuid[], p_now timestamptz) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
  v_said rex.announcement[] := '{}';
begin
  for v_mission in
    update public.rex_missions set state = 'EXECUTING', started_at = p_now
    where id = any (p_mission_ids) and state = 'ASSIGNED' returning *
  loop
    perform rex.log_mission(v_mission, 'ASSIGNED', 'start_mission', null, v_mission.fence);
    v_said := v_said || row(v_mission.user_id, 'mission.started', v_mission.id,
      jsonb_build_object('type', v_mission.type, 'crew', v_mission.crew))::rex.announcement;
  end loop;
  return v_said;
end $$;

create function rex.leased_tasks(p_leases jsonb) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'task_id', t.id, 'mission_id', t.mission_id, 'user_id', t.user_id, 'fence', t.fence, 'agent', t.agent, 'batch', t.batch,
    'position', t.position, 'retry_count', t.retry_count, 'input', t.input, 'lease_until', t.lease_until) order by l.n), '[]')
  from jsonb_array_elements(p_leases) with ordinality as l (lease, n)
  join public.rex_tasks t on t.id = (l.lease ->> 'task_id')::uuid and t.fence = (l.lease ->> 'fence')::bigint and t.state = 'RUNNING'
$$;
comment on function rex.leased_tasks is 'The tasks of these leases that are still held under the same fence.';

create function rex.lease_tasks(p_limit int, p_now timestamptz, p_task_ids uuid[], p_mission_ids uuid[], p_slotless uuid[]) returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_tasks uuid[] := array(
    select t.id from unnest(p_task_ids) with ordinality as turn (id, n) join public.rex_tasks t using (id)
    where t.state = 'READY' and t.mission_id = any (p_mission_ids) and (t.not_before is null or t.not_before <= p_now)
    order by turn.n limit p_limit for no key update of t skip locked);
  v_refused uuid[] := rex.retake_slots(array(
    select distinct mission_id from public.rex_tasks where id = any (v_tasks) and mission_id = any (p_slotless)));
begin
  return array(
    select v.id from unnest(v_tasks) with ordinality as v (id, n) join public.rex_tasks t using (id)
    where t.mission_id <> all (v_refused) order by v.n);
end $$;

create function rex.run_tasks(p_task_ids uuid[], p_worker text, p_lease_until timestamptz, p_now timestamptz) returns jsonb
language sql set search_path = '' as $$
  with leased as (
    update public.rex_tasks set state = 'RUNNING', fence = fence + 1, worker = p_worker, lease_until = p_lease_until,
      started_at = coalesce(started_at, p_now), not_before = null
    where id = any (p_task_ids) returning id, fence)
  select coalesce(jsonb_agg(jsonb_build_object('task_id', id, 'fence', fence) order by array_position(p_task_ids, id)), '[]') from leased
$$;

create function public.rex_claim_tasks(p_request_id text, p_worker text, p_limit int default 10, p_lease_seconds int default 60)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('claim_tasks', p_request_id, jsonb_build_array(p_worker, p_limit, p_lease_seconds));
  v_tasks uuid[];
  v_missions uuid[];
  v_slotless uuid[];
  v_said rex.announcement[];
  v_now timestamptz;
begin
  if v_answer is not null then
    return jsonb_build_object('now', rex.now(), 'tasks', rex.leased_tasks(v_answer -> 'tasks'));
  end if;
  perform rex.check_lease(p_limit, p_lease_seconds);
  v_tasks := rex.tasks_in_turn(p_limit, rex.now());
  v_missions := array(select distinct mission_id from public.rex_tasks where id = any (v_tasks));
  v_slotless := array(select id from unnest(v_missions) as id where not rex.has_slot(id));
  v_missions := rex.lock_running(v_missions, v_slotless);
  v_tasks := rex.lease_tasks(p_limit, rex.now(), v_tasks, v_missions, v_slotless);
  v_now := rex.now();
  v_answer := jsonb_build_object('now', v_now,
    'tasks', rex.run_tasks(v_tasks, p_worker, v_now + make_interval(secs => p_lease_seconds), v_now));
  v_said := rex.start_missions(array(select distinct mission_id from public.rex_tasks where id = any (v_tasks)), v_now);
  perform rex.log_tasks(v_tasks, 'claim_task', 'READY');
  perform rex.publish(v_said || rex.task_news(v_tasks), 'claim_tasks');
  perform rex.end_request('claim_tasks', p_request_id, v_answer);
  return jsonb_set(v_answer, '{tasks}', rex.leased_tasks(v_answer -> 'tasks'));
end $$;
grant execute on function public.rex_claim_tasks to service_role;
