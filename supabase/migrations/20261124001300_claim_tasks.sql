-- Invariants 2 and 8: a task has at most one live lease, and none begins in a paused scope or without its mission's slot.

create function rex.check_lease(p_limit int, p_seconds int) returns void language plpgsql set search_path = '' as $$
begin
  if p_limit is null or p_limit not between 1 and 500 then
    perform rex.refuse(422, 'limit_invalid', 'A call takes 1 to 500 tasks.', 'Leave p_limit out for 10.');
  elsif p_seconds is null or p_seconds not between 1 and 900 then
    perform rex.refuse(422, 'lease_invalid', 'A lease lasts 1 to 900 seconds.', 'Leave p_lease_seconds out for 60.');
  end if;
end $$;

create type rex.task_group as (
  user_id uuid, mission_id uuid, agent text, state public.task_state, retry_count smallint, error_code text, ids uuid[], fences bigint[], batches int[]);
comment on type rex.task_group is 'Tasks of a mission that are alike: one audit row and one message for what they did in one call.';

create function rex.task_groups(p_task_ids uuid[]) returns rex.task_group[] language plpgsql stable set search_path = '' as $$
begin
  return array(
    select row(user_id, mission_id, agent, state, retry_count, error_code, array_agg(id), array_agg(fence), array_agg(batch))::rex.task_group
    from public.rex_tasks where id = any (p_task_ids) group by user_id, mission_id, agent, state, retry_count, error_code);
end $$;

create function rex.log_tasks(
  p_groups rex.task_group[], p_action text, p_from public.task_state, p_reason text default null, p_decision_id uuid default null
) returns void language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason, decision_id, data)
  select user_id, v_now, 'task', case when cardinality(ids) = 1 then ids[1] end, mission_id, p_action, p_from, state,
    case when cardinality(ids) = 1 then fences[1] end, p_reason, p_decision_id,
    case when cardinality(ids) = 1 then jsonb_build_object('agent', agent, 'retry_count', retry_count, 'batch', batches[1])
      else jsonb_build_object('agent', agent, 'retry_count', retry_count, 'tasks', ids, 'fences', fences) end
  from unnest(p_groups);
end $$;

create view rex.task_trail as
  select l.id, l.user_id, l.at, l.mission_id, l.action, l.from_state, l.to_state, l.reason, l.decision_id,
    coalesce(l.entity_id, t.id::uuid) as task_id, coalesce(l.fence, (l.data -> 'fences' ->> (t.n - 1)::int)::bigint) as fence
  from public.rex_logs l left join lateral jsonb_array_elements_text(l.data -> 'tasks') with ordinality as t (id, n) on true
  where l.entity = 'task';
comment on view rex.task_trail is 'The audit rows of tasks, one for each task and change.';

create function rex.task_news(p_groups rex.task_group[]) returns rex.announcement[] language plpgsql immutable set search_path = '' as $$
begin
  return array(
    select row(user_id, 'agent.status', mission_id, jsonb_build_object('agent', agent, 'state', state, 'batches', batches,
      'retry_count', retry_count, 'error_code', error_code))::rex.announcement
    from unnest(p_groups));
end $$;

create function rex.running_accounts(p_from uuid, p_to uuid, p_limit int) returns setof uuid
language plpgsql stable set search_path = '' as $$
begin
  return query
  with recursive account as (
    (select m.user_id from public.rex_missions m
      where m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null and m.user_id between p_from and p_to
      order by m.user_id limit 1)
    union all
    select (select m.user_id from public.rex_missions m
      where m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null and m.user_id > account.user_id and m.user_id <= p_to
      order by m.user_id limit 1)
    from account where account.user_id is not null)
  select user_id from account where user_id is not null limit p_limit;
end $$;
comment on function rex.running_accounts is 'Accounts with a mission that runs, one index probe each.';

create function rex.accounts_in_turn(p_limit int) returns uuid[] language plpgsql volatile set search_path = '' as $$
declare
  v_start uuid := gen_random_uuid();
begin
  return array(
    select distinct user_id from (
      select rex.running_accounts(v_start, 'ffffffff-ffff-ffff-ffff-ffffffffffff', p_limit) as user_id
      union all
      select rex.running_accounts('00000000-0000-0000-0000-000000000000', v_start, p_limit)
      limit p_limit) as found);
end $$;
comment on function rex.accounts_in_turn is 'At most p_limit accounts from a random place on, so that more than that still all have their turn.';

create type rex.running_mission as (user_id uuid, id uuid);

create function rex.missions_in_turn(p_limit int, p_now timestamptz) returns rex.running_mission[] language plpgsql volatile set search_path = '' as $$
declare
  v_accounts uuid[] := rex.accounts_in_turn(greatest(10, 2 * p_limit / rex.quantum(p_limit)));
  v_most int := greatest(20, 2 * p_limit / greatest(1, cardinality(v_accounts)));
begin
  return array(
    select row(m.user_id, m.id)::rex.running_mission
    from (select user_id, gen_random_uuid() as place from unnest(v_accounts) as user_id offset 0) as a
    cross join lateral (values (a.place, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('00000000-0000-0000-0000-000000000000', a.place)) as span (first, last)
    cross join lateral (
      select m.user_id, m.id from public.rex_missions m join public.rex_crews c on c.user_id = m.user_id and c.crew = m.crew
      where m.user_id = a.user_id and (m.user_id, m.id) >= (a.user_id, span.first) and (m.user_id, m.id) <= (a.user_id, span.last)
        and m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null
        and exists (select from public.rex_tasks t where t.mission_id = m.id and t.state = 'READY' and (t.not_before is null or t.not_before <= p_now))
        and (c.held < c.slots or exists (select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null))
      order by m.id limit v_most) as m);
end $$;
comment on function rex.missions_in_turn is 'Missions with a task to start and a slot for it, of each account from a random place on.';

create type rex.candidates as (tasks uuid[], missions uuid[]);

create function rex.tasks_in_turn(p_limit int, p_now timestamptz) returns rex.candidates language plpgsql volatile set search_path = '' as $$
declare
  v_missions rex.running_mission[] := rex.missions_in_turn(p_limit, p_now);
  v_quantum int := rex.quantum(p_limit);
  v_most int := greatest(v_quantum, 1 + least(4 * p_limit, p_limit + 250) / greatest(1, cardinality(v_missions)));
  v_found rex.candidates;
begin
  select coalesce(array_agg(id order by in_account, oldest, user_id, created_at, id), '{}'), coalesce(array_agg(distinct mission_id), '{}') into v_found
  from (
    select *, min(created_at) over (partition by user_id, in_account) as oldest from (
      select *, (row_number() over (partition by user_id order by in_mission, created_at, id) - 1) / v_quantum as in_account from (
        select m.user_id, t.id, t.mission_id, t.created_at, (row_number() over (partition by m.id order by t.batch) - 1) / v_quantum as in_mission
        from unnest(v_missions) as m
        cross join lateral (
          select t.id, t.mission_id, t.created_at, t.batch from public.rex_tasks t
          where t.mission_id = m.id and t.state = 'READY' and (t.not_before is null or t.not_before <= p_now)
          order by t.batch, t.position limit v_most) as t) as ready) as placed
    order by in_account, oldest, user_id, created_at, id limit 4 * p_limit) as first;
  return v_found;
end $$;
comment on function rex.tasks_in_turn is
  'Round the accounts, in each round the missions, oldest first, a twentieth of the batch each; more than what is asked, as others claim too.';

create function rex.has_slot(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_reservations where mission_id = p_mission_id and released_at is null)
$$;

create function rex.slotless(p_mission_ids uuid[]) returns uuid[] language plpgsql stable set search_path = '' as $$
begin
  return array(select id from unnest(p_mission_ids) as id where not exists (
    select from public.rex_reservations r where r.mission_id = id and r.released_at is null));
end $$;

-- A mission that will be written is locked for it at once: strengthening a lock later could deadlock. Those only read come after them out of
-- order, so they are not waited for.
create function rex.lock_running(p_mission_ids uuid[], p_slotless uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_written uuid[];
  v_read uuid[];
begin
  perform from public.rex_accounts where user_id in (select user_id from public.rex_missions where id = any (p_mission_ids))
  order by user_id for share;
  perform from public.rex_crews where (user_id, crew) in (select user_id, crew from public.rex_missions where id = any (p_slotless))
  order by user_id, crew for no key update;
  perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (p_mission_ids))
  order by id for share;
  select array_agg(id) filter (where state = 'ASSIGNED' or id = any (p_slotless)),
    array_agg(id) filter (where state = 'EXECUTING' and id <> all (p_slotless)) into v_written, v_read
  from public.rex_missions where id = any (p_mission_ids);
  perform from public.rex_missions where id = any (v_written) order by id for no key update;
  return v_written || array(
    select id from public.rex_missions where id = any (v_read) and state = 'EXECUTING' order by id for share skip locked);
end $$;
comment on function rex.lock_running is 'Locks missions whose tasks may start and returns those it holds; p_slotless have to take a slot first.';

create function rex.without(p_ids uuid[], p_taken uuid[]) returns uuid[] language plpgsql immutable set search_path = '' as $$
begin
  return array(select unnest(p_ids) except select unnest(p_taken));
end $$;

create function rex.may_run(p_mission_ids uuid[], p_slotless uuid[]) returns uuid[] language plpgsql stable set search_path = '' as $$
begin
  return array(
    select m.id from public.rex_missions m
    join public.rex_accounts a on a.user_id = m.user_id left join public.rex_campaigns c on c.id = m.campaign_id and m.sends
    where m.id = any (p_mission_ids) and m.state in ('ASSIGNED', 'EXECUTING')
      and m.paused_at is null and a.paused_at is null and c.paused_at is null and (m.id = any (p_slotless) or exists (
        select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null)));
end $$;
comment on function rex.may_run is 'Of missions that are locked, those that are not paused and hold a slot or are about to take one.';

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
  v_started uuid[] := array(select id from public.rex_missions where id = any (p_mission_ids) and state = 'ASSIGNED');
begin
  if v_started = '{}' then
    return '{}';
  end if;
  update public.rex_missions set state = 'EXECUTING', started_at = p_now, updated_at = p_now where id = any (v_started);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, version, fence)
  select user_id, p_now, 'mission', id, id, 'start_mission', 'ASSIGNED', state, version, fence from public.rex_missions where id = any (v_started);
  return array(
    select row(user_id, 'mission.started', id, jsonb_build_object(
      'from', 'ASSIGNED', 'to', state, 'version', version, 'error_code', error_code))::rex.announcement
    from public.rex_missions where id = any (v_started));
end $$;

create type rex.leased_task as (
  task_id uuid, mission_id uuid, user_id uuid, fence bigint, agent text, batch int, "position" int, retry_count smallint, input jsonb, lease_until timestamptz);
comment on type rex.leased_task is 'What a worker is told of a task it leased.';

create function rex.leased_tasks(p_now timestamptz, p_leases jsonb) returns json language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[] := array(select jsonb_array_elements_text(p_leases -> 'ids'));
  v_fences bigint[] := array(select jsonb_array_elements_text(p_leases -> 'fences'));
begin
  return json_build_object('now', p_now, 'tasks', (
    select coalesce(json_agg(row(
      t.id, t.mission_id, t.user_id, t.fence, t.agent, t.batch, t.position, t.retry_count, t.input, t.lease_until)::rex.leased_task order by l.n), '[]')
    from unnest(v_ids, v_fences) with ordinality as l (id, fence, n)
    join public.rex_tasks t on t.id = l.id and t.fence = l.fence and t.state = 'RUNNING'));
end $$;
comment on function rex.leased_tasks is 'The answer to a repeated claim: its tasks that are still held under the same fence.';

create function rex.lease_tasks(p_limit int, p_now timestamptz, p_task_ids uuid[], p_stopped uuid[], p_slotless uuid[]) returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_tasks uuid[] := array(
    select t.id from unnest(p_task_ids) with ordinality as turn (id, n) join public.rex_tasks t using (id)
    where t.state = 'READY' and t.mission_id <> all (p_stopped) and (t.not_before is null or t.not_before <= p_now)
    order by turn.n limit p_limit for no key update of t skip locked);
  v_refused uuid[];
begin
  if p_slotless = '{}' then
    return v_tasks;
  end if;
  v_refused := rex.retake_slots(array(
    select distinct mission_id from public.rex_tasks where id = any (v_tasks) and mission_id = any (p_slotless)));
  return array(
    select v.id from unnest(v_tasks) with ordinality as v (id, n) join public.rex_tasks t using (id)
    where t.mission_id <> all (v_refused) order by v.n);
end $$;

create type rex.lease as (missions uuid[], groups rex.task_group[], kept jsonb, tasks json);

create function rex.run_tasks(p_task_ids uuid[], p_worker text, p_lease_until timestamptz, p_now timestamptz) returns rex.lease
language plpgsql set search_path = '' as $$
declare
  v_lease rex.lease;
begin
  with run as (
    update public.rex_tasks t set state = 'RUNNING', fence = fence + 1, worker = p_worker, lease_until = p_lease_until,
      started_at = coalesce(started_at, p_now), not_before = null, updated_at = p_now
    from unnest(p_task_ids) with ordinality as v (id, n) where t.id = v.id
    returning v.n, t.id, t.mission_id, t.user_id, t.fence, t.agent, t.batch, t.position, t.state, t.retry_count, t.error_code, t.input
  ), grouped as (
    select user_id, mission_id, agent, state, retry_count, error_code, array_agg(id) as ids, array_agg(fence) as fences, array_agg(batch) as batches
    from run group by 1, 2, 3, 4, 5, 6
  )
  select array(select distinct mission_id from grouped),
    array(select row(user_id, mission_id, agent, state, retry_count, error_code, ids, fences, batches)::rex.task_group from grouped),
    jsonb_build_object('ids', coalesce(array_agg(id order by n), '{}'), 'fences', coalesce(array_agg(fence order by n), '{}')),
    coalesce(json_agg(row(
      id, mission_id, user_id, fence, agent, batch, "position", retry_count, input, p_lease_until)::rex.leased_task order by n), '[]')
  into v_lease from run;
  return v_lease;
end $$;
comment on function rex.run_tasks is 'Leases tasks that are locked: what a repeat is answered from, and what the worker is told, in their order.';

create function public.rex_claim_tasks(p_request_id text, p_worker text, p_limit int default 10, p_lease_seconds int default 60)
returns json language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_kept jsonb := rex.begin_request('claim_tasks', p_request_id, jsonb_build_array(p_worker, p_limit, p_lease_seconds));
  v_found rex.candidates;
  v_slotless uuid[];
  v_locked uuid[];
  v_stopped uuid[];
  v_lease rex.lease;
  v_said rex.announcement[];
  v_now timestamptz;
begin
  if v_kept is not null then
    return rex.leased_tasks(rex.now(), v_kept);
  end if;
  perform rex.check_lease(p_limit, p_lease_seconds);
  v_found := rex.tasks_in_turn(p_limit, rex.now());
  v_slotless := rex.slotless(v_found.missions);
  -- Two statements: the second sees what was committed while the first waited.
  v_locked := rex.lock_running(v_found.missions, v_slotless);
  v_stopped := rex.without(v_found.missions, rex.may_run(v_locked, v_slotless));
  v_found.tasks := rex.lease_tasks(p_limit, rex.now(), v_found.tasks, v_stopped, v_slotless);
  v_now := rex.now();
  v_lease := rex.run_tasks(v_found.tasks, p_worker, v_now + make_interval(secs => p_lease_seconds), v_now);
  v_said := rex.start_missions(v_lease.missions, v_now);
  perform rex.log_tasks(v_lease.groups, 'claim_task', 'READY');
  perform rex.publish(v_said || rex.task_news(v_lease.groups), 'claim_tasks');
  perform rex.end_request('claim_tasks', p_request_id, v_lease.kept);
  return json_build_object('now', v_now, 'tasks', v_lease.tasks);
end $$;
grant execute on function public.rex_claim_tasks to service_role;
