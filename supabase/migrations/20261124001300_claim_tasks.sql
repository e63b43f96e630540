-- Invariants 2 and 8: a task has at most one live lease, and none begins in a paused scope or without its mission's slot.

create index rex_missions_running on public.rex_missions (user_id, id) where state in ('ASSIGNED', 'EXECUTING') and active_since is not null;

create function rex.check_lease(p_limit int, p_seconds int) returns void language plpgsql set search_path = '' as $$
begin
  if p_limit is null or p_limit not between 1 and 500 then
    perform rex.refuse(422, 'limit_invalid', 'A call takes 1 to 500 tasks.', 'Leave p_limit out for 10.');
  elsif p_seconds is null or p_seconds not between 1 and 900 then
    perform rex.refuse(422, 'lease_invalid', 'A lease lasts 1 to 900 seconds.', 'Leave p_lease_seconds out for 60.');
  end if;
end $$;

-- One audit row for the tasks of a mission that changed alike in one call.
create function rex.log_tasks(
  p_task_ids uuid[], p_action text, p_from public.task_state, p_reason text default null, p_decision_id uuid default null
) returns void language sql set search_path = '' as $$
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason, decision_id, data)
  select user_id, (select rex.now()), 'task', case when count(*) = 1 then (array_agg(id))[1] end, mission_id, p_action, p_from, state,
    case when count(*) = 1 then min(fence) end, p_reason, p_decision_id,
    case when count(*) = 1 then jsonb_build_object('agent', agent, 'retry_count', retry_count, 'batch', min(batch))
      else jsonb_build_object('agent', agent, 'retry_count', retry_count, 'tasks', array_agg(id), 'fences', array_agg(fence)) end
  from public.rex_tasks where id = any (p_task_ids) group by user_id, mission_id, agent, state, retry_count
$$;

create view rex.task_trail as
  select l.id, l.user_id, l.at, l.mission_id, l.action, l.from_state, l.to_state, l.reason, l.decision_id,
    coalesce(l.entity_id, t.id::uuid) as task_id, coalesce(l.fence, (l.data -> 'fences' ->> (t.n - 1)::int)::bigint) as fence
  from public.rex_logs l left join lateral jsonb_array_elements_text(l.data -> 'tasks') with ordinality as t (id, n) on true
  where l.entity = 'task';
comment on view rex.task_trail is 'The audit rows of tasks, one for each task and change.';

-- One message for what is alike, however many batches it is about.
create function rex.task_news(p_task_ids uuid[]) returns rex.announcement[] language sql stable set search_path = '' as $$
  select array_agg(row(user_id, 'agent.status', mission_id, data)::rex.announcement) from (
    select user_id, mission_id, jsonb_build_object('agent', agent, 'state', state, 'batches', array_agg(batch),
      'retry_count', retry_count, 'error_code', error_code) as data
    from public.rex_tasks where id = any (p_task_ids) group by user_id, mission_id, agent, state, retry_count, error_code) as said
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

create type rex.running_mission as (user_id uuid, id uuid);

create function rex.missions_in_turn(p_limit int, p_now timestamptz) returns rex.running_mission[] language sql volatile set search_path = '' as $$
  with account as materialized (
    select a.user_id, gen_random_uuid() as place, greatest(20, 2 * p_limit / count(*) over ()) as most
    from rex.accounts_in_turn(greatest(10, 2 * p_limit / rex.quantum(p_limit))) as a (user_id))
  select array_agg(row(m.user_id, m.id)::rex.running_mission) from account a
  cross join lateral (values (a.place, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('00000000-0000-0000-0000-000000000000', a.place)) as span (first, last)
  cross join lateral (
    select m.user_id, m.id from public.rex_missions m join public.rex_crews c on c.user_id = m.user_id and c.crew = m.crew
    where m.user_id = a.user_id and m.id between span.first and span.last and m.state in ('ASSIGNED', 'EXECUTING') and m.active_since is not null
      and exists (select from public.rex_tasks t where t.mission_id = m.id and t.state = 'READY' and (t.not_before is null or t.not_before <= p_now))
      and (c.held < c.slots or exists (select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null))
    order by m.id limit a.most) as m
$$;
comment on function rex.missions_in_turn is 'Missions with a task to start and a slot for it, of each account from a random place on.';

create function rex.tasks_in_turn(p_limit int, p_now timestamptz) returns uuid[] language sql volatile set search_path = '' as $$
  with mission as materialized (
    select m.user_id, m.id, count(*) over () as n, rex.quantum(p_limit) as quantum from unnest(rex.missions_in_turn(p_limit, p_now)) as m
  ), ready as (
    select m.user_id, m.quantum, t.id, t.created_at, (row_number() over (partition by m.id order by t.batch) - 1) / m.quantum as in_mission
    from mission m
    cross join lateral (
      select t.id, t.created_at, t.batch from public.rex_tasks t
      where t.mission_id = m.id and t.state = 'READY' and (t.not_before is null or t.not_before <= p_now)
      order by t.batch, t.position limit greatest(m.quantum, 1 + least(4 * p_limit, p_limit + 250) / m.n)) as t
  )
  select array_agg(id order by in_account, oldest, user_id, created_at, id) from (
    select *, min(created_at) over (partition by user_id, in_account) as oldest from (
      select id, user_id, created_at, (row_number() over (partition by user_id order by in_mission, created_at, id) - 1) / quantum as in_account
      from ready) as placed
    order by in_account, oldest, user_id, created_at, id limit 4 * p_limit) as first
$$;
comment on function rex.tasks_in_turn is
  'Round the accounts, in each round the missions, oldest first, a twentieth of the batch each; more than what is asked, as others claim too.';

create function rex.has_slot(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_reservations where mission_id = p_mission_id and released_at is null)
$$;

create function rex.slotless(p_mission_ids uuid[]) returns uuid[] language sql stable set search_path = '' as $$
  select array(select id from unnest(p_mission_ids) as id where not exists (
    select from public.rex_reservations r where r.mission_id = id and r.released_at is null))
$$;

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

create function rex.without(p_ids uuid[], p_taken uuid[]) returns uuid[] language sql immutable set search_path = '' as $$
  select array(select unnest(p_ids) except select unnest(p_taken))
$$;

create function rex.may_run(p_mission_ids uuid[], p_slotless uuid[]) returns uuid[] language sql stable set search_path = '' as $$
  select array(
    select m.id from public.rex_missions m
    join public.rex_accounts a on a.user_id = m.user_id left join public.rex_campaigns c on c.id = m.campaign_id and m.sends
    where m.id = any (p_mission_ids) and m.state in ('ASSIGNED', 'EXECUTING')
      and m.paused_at is null and a.paused_at is null and c.paused_at is null and (m.id = any (p_slotless) or exists (
        select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null)))
$$;
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
  update public.rex_missions set state = 'EXECUTING', started_at = p_now, updated_at = p_now where id = any (v_started);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, version, fence)
  select user_id, p_now, 'mission', id, id, 'start_mission', 'ASSIGNED', state, version, fence from public.rex_missions where id = any (v_started);
  return array(
    select row(user_id, 'mission.started', id, jsonb_build_object(
      'from', 'ASSIGNED', 'to', state, 'version', version, 'error_code', error_code))::rex.announcement
    from public.rex_missions where id = any (v_started));
end $$;

create function rex.leased_tasks(p_leases jsonb) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'task_id', t.id, 'mission_id', t.mission_id, 'user_id', t.user_id, 'fence', t.fence, 'agent', t.agent, 'batch', t.batch,
    'position', t.position, 'retry_count', t.retry_count, 'input', t.input, 'lease_until', t.lease_until) order by l.n), '[]')
  from rows from (jsonb_array_elements_text(p_leases -> 'ids'), jsonb_array_elements_text(p_leases -> 'fences')) with ordinality as l (id, fence, n)
  join public.rex_tasks t on t.id = l.id::uuid and t.fence = l.fence::bigint and t.state = 'RUNNING'
$$;
comment on function rex.leased_tasks is 'The tasks of these leases that are still held under the same fence.';

create function rex.lease_tasks(p_limit int, p_now timestamptz, p_task_ids uuid[], p_stopped uuid[], p_slotless uuid[]) returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_tasks uuid[] := array(
    select t.id from unnest(p_task_ids) with ordinality as turn (id, n) join public.rex_tasks t using (id)
    where t.state = 'READY' and t.mission_id <> all (p_stopped) and (t.not_before is null or t.not_before <= p_now)
    order by turn.n limit p_limit for no key update of t skip locked);
  v_refused uuid[] := rex.retake_slots(array(
    select distinct mission_id from public.rex_tasks where id = any (v_tasks) and mission_id = any (p_slotless)));
begin
  if v_refused = '{}' then
    return v_tasks;
  end if;
  return array(
    select v.id from unnest(v_tasks) with ordinality as v (id, n) join public.rex_tasks t using (id)
    where t.mission_id <> all (v_refused) order by v.n);
end $$;

create function rex.run_tasks(p_task_ids uuid[], p_worker text, p_lease_until timestamptz, p_now timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.rex_tasks set state = 'RUNNING', fence = fence + 1, worker = p_worker, lease_until = p_lease_until,
    started_at = coalesce(started_at, p_now), not_before = null, updated_at = p_now
  where id = any (p_task_ids);
  return (
    select jsonb_build_object('ids', coalesce(array_agg(t.id order by v.n), '{}'), 'fences', coalesce(array_agg(t.fence order by v.n), '{}'))
    from unnest(p_task_ids) with ordinality as v (id, n) join public.rex_tasks t on t.id = v.id);
end $$;
comment on function rex.run_tasks is 'Leases tasks that are locked; their {ids, fences}, in their order.';

create function public.rex_claim_tasks(p_request_id text, p_worker text, p_limit int default 10, p_lease_seconds int default 60)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('claim_tasks', p_request_id, jsonb_build_array(p_worker, p_limit, p_lease_seconds));
  v_tasks uuid[];
  v_missions uuid[];
  v_slotless uuid[];
  v_locked uuid[];
  v_stopped uuid[];
  v_said rex.announcement[];
  v_now timestamptz;
begin
  if v_answer is not null then
    return jsonb_build_object('now', rex.now(), 'tasks', rex.leased_tasks(v_answer -> 'tasks'));
  end if;
  perform rex.check_lease(p_limit, p_lease_seconds);
  v_tasks := rex.tasks_in_turn(p_limit, rex.now());
  v_missions := array(select distinct mission_id from public.rex_tasks where id = any (v_tasks));
  v_slotless := rex.slotless(v_missions);
  -- Two statements: the second sees what was committed while the first waited.
  v_locked := rex.lock_running(v_missions, v_slotless);
  v_stopped := rex.without(v_missions, rex.may_run(v_locked, v_slotless));
  v_tasks := rex.lease_tasks(p_limit, rex.now(), v_tasks, v_stopped, v_slotless);
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
