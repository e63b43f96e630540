-- Invariant 9: at most 3 automatic retries of a task; one that still fails marks the leads it cannot serve failed.

create function rex.heartbeat_task(p_task_id uuid, p_fence bigint, p_lease_seconds int) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_task public.rex_tasks;
begin
  select * into v_task from public.rex_tasks where id = p_task_id for no key update;
  if not found or rex.why_not_held(v_task, p_fence) is not null then
    return jsonb_build_object('held', false, 'lease_until', null);
  end if;
  update public.rex_tasks set lease_until = rex.now() + make_interval(secs => p_lease_seconds), updated_at = rex.now() where id = p_task_id returning * into v_task;
  return jsonb_build_object('held', true, 'lease_until', v_task.lease_until);
end $$;

create function public.rex_heartbeat_task(p_request_id text, p_task_id uuid, p_fence bigint, p_lease_seconds int default 60) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('heartbeat_task', p_request_id, jsonb_build_array(p_task_id, p_fence, p_lease_seconds));
begin
  perform rex.check_lease(1, p_lease_seconds);
  return coalesce(v_answer, rex.end_request('heartbeat_task', p_request_id, rex.heartbeat_task(p_task_id, p_fence, p_lease_seconds)));
end $$;

create function rex.retry_task(p_task_id uuid, p_error_code text, p_error text, p_not_before timestamptz) returns void
language sql set search_path = '' as $$
  update public.rex_tasks set state = 'READY', retry_count = retry_count + 1, lease_until = null, worker = null, not_before = p_not_before,
    updated_at = rex.now(), error_code = p_error_code, error = left(p_error, 2000)
  where id = p_task_id
$$;

create function rex.fail_leads(p_task public.rex_tasks, p_error_code text) returns int language plpgsql set search_path = '' as $$
declare
  v_leads uuid[] := array(
    select lead_id from public.rex_mission_leads
    where mission_id = p_task.mission_id and lead_id = any (rex.served_leads(p_task)) and outcome = 'pending');
begin
  perform rex.settle_outcome(p_task.mission_id, v_leads, 'failed', p_error_code);
  update public.rex_outreach set failed_from = state
  where mission_id = p_task.mission_id and lead_id = any (v_leads) and state in ('draft', 'passed');
  perform rex.cancel_outreach(array(
    select id from public.rex_outreach where mission_id = p_task.mission_id and lead_id = any (v_leads)), p_error_code);
  return cardinality(v_leads);
end $$;

create function rex.give_up_task(p_task public.rex_tasks, p_error_code text, p_error text) returns rex.announcement
language plpgsql set search_path = '' as $$
declare
  v_leads int;
begin
  update public.rex_tasks set state = 'CANCELLED', finished_at = rex.now(), updated_at = rex.now()
  where mission_id = p_task.mission_id and round = p_task.round and batch = p_task.batch and position > p_task.position and finished_at is null;
  update public.rex_tasks set state = 'FAILED', finished_at = rex.now(), lease_until = null, worker = null, updated_at = rex.now(),
    error_code = p_error_code, error = left(p_error, 2000)
  where id = p_task.id;
  v_leads := rex.fail_leads(p_task, p_error_code);
  perform rex.return_edited(p_task, p_error_code);
  return row(p_task.user_id, 'error.task_failed', p_task.mission_id, jsonb_build_object(
    'task_id', p_task.id, 'agent', p_task.agent, 'batch', p_task.batch, 'error_code', p_error_code, 'leads', v_leads))::rex.announcement;
end $$;
comment on function rex.give_up_task is 'Fails a task for good, with the rest of its chain and the leads it cannot serve; returns what to publish about it.';

create function rex.fail_task(p_task public.rex_tasks, p_error_code text, p_error text, p_retry_in_seconds int, p_decision jsonb)
returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[] := '{}';
  v_group rex.task_group[];
begin
  perform rex.lock_leads_of_tasks(array[p_task.id]);
  if p_retry_in_seconds is not null and p_task.retry_count < 3 then
    perform rex.retry_task(p_task.id, p_error_code, p_error, rex.now() + make_interval(secs => p_retry_in_seconds));
  else
    v_said := array[rex.give_up_task(p_task, p_error_code, p_error)];
  end if;
  v_group := rex.task_groups(array[p_task.id]);
  perform rex.log_tasks(v_group, 'fail_task', 'RUNNING', p_error_code, rex.record_decision(p_task.user_id, p_decision));
  return v_said || rex.task_news(v_group);
end $$;

create function rex.check_failure(p_error_code text, p_retry_in_seconds int) returns void language plpgsql set search_path = '' as $$
begin
  if not coalesce(p_error_code ~ '^[a-z0-9_.]{1,100}$', false) then
    perform rex.refuse(422, 'error_code_invalid', 'An error code is 1 to 100 of a-z, 0-9, _ and dot.', 'Put the text into p_error.');
  elsif p_retry_in_seconds not between 0 and 86400 then
    perform rex.refuse(422, 'retry_invalid', 'A retry waits 0 to 86,400 seconds.', 'Leave it out for no retry.');
  end if;
end $$;

create function rex.task_state(p_task_id uuid, p_code text) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('task_id', id, 'state', state, 'retry_count', retry_count, 'open_tasks', rex.open_tasks(mission_id))
    || case when p_code is null then '{}' else jsonb_build_object('code', p_code) end
  from public.rex_tasks where id = p_task_id
$$;

create function public.rex_fail_task(
  p_request_id text, p_task_id uuid, p_fence bigint, p_error_code text, p_error text, p_retry_in_seconds int default null,
  p_decision jsonb default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('fail_task', p_request_id,
    jsonb_build_array(p_task_id, p_fence, p_error_code, p_error, p_retry_in_seconds, p_decision));
  v_task public.rex_tasks;
  v_code text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.check_failure(p_error_code, p_retry_in_seconds);
  v_task := rex.lock_task(p_task_id, '{}');
  v_code := rex.why_not_held(v_task, p_fence);
  if v_code is null then
    perform rex.publish(rex.fail_task(v_task, p_error_code, p_error, p_retry_in_seconds, p_decision), 'fail_task');
  end if;
  return rex.end_request('fail_task', p_request_id, rex.task_state(p_task_id, v_code));
end $$;

-- Nothing is waited for before the leads: what others hold comes with the next pass, and its chain with it.
create function rex.lock_expired(p_limit int) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_expired uuid[] := array(
    select id from public.rex_tasks where state = 'RUNNING' and lease_until < rex.now()
    order by lease_until limit p_limit for no key update skip locked);
  v_later uuid[] := array(
    select later.id from public.rex_tasks t join public.rex_tasks later using (mission_id, round, batch)
    where t.id = any (v_expired) and t.retry_count >= 3 and later.position > t.position and later.finished_at is null
    order by later.id for no key update of later skip locked);
begin
  return array(
    select t.id from public.rex_tasks t
    where t.id = any (v_expired) and (t.retry_count < 3 or not exists (
      select from public.rex_tasks later
      where (later.mission_id, later.round, later.batch) = (t.mission_id, t.round, t.batch) and later.position > t.position
        and later.finished_at is null and later.id <> all (v_later)))
    order by t.id);
end $$;

create function rex.lock_leads_of_tasks(p_task_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_mission_leads ml where (ml.mission_id, ml.batch) in (
    select mission_id, batch from public.rex_tasks where id = any (p_task_ids))
  order by ml.mission_id, ml.lead_id for no key update;
  perform from public.rex_outreach o where o.id in (
    select own.id from public.rex_tasks t
    join public.rex_mission_leads ml using (mission_id, batch) join public.rex_outreach own using (mission_id, lead_id)
    where t.id = any (p_task_ids))
  order by o.id for no key update;
end $$;

create function rex.recover_tasks(p_limit int, p_longest_waits int[]) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_tasks uuid[] := rex.lock_expired(p_limit);
  v_failing uuid[] := array(select id from public.rex_tasks where id = any (v_tasks) and retry_count >= 3 order by id);
  v_retried uuid[] := array(select id from public.rex_tasks where id = any (v_tasks) and retry_count < 3 order by id);
  v_task public.rex_tasks;
  v_groups rex.task_group[];
  v_said rex.announcement[] := '{}';
begin
  perform rex.lock_leads_of_tasks(v_failing);
  for v_task in select * from public.rex_tasks where id = any (v_failing) order by id loop
    v_said := v_said || rex.give_up_task(v_task, 'lease_expired', null);
  end loop;
  perform rex.retry_task(id, 'lease_expired', null, rex.now() + make_interval(secs => random() * p_longest_waits[retry_count + 1]))
  from public.rex_tasks where id = any (v_retried);
  v_groups := rex.task_groups(v_tasks);
  perform rex.log_tasks(v_groups, 'recover_task', 'RUNNING', 'lease_expired');
  perform rex.publish(v_said || rex.task_news(v_groups), 'recover_tasks');
  return jsonb_build_object('recovered', to_jsonb(v_retried), 'failed', to_jsonb(v_failing));
end $$;

create function public.rex_recover_tasks(p_request_id text, p_limit int default 100, p_longest_waits int[] default '{10,20,40}') returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('recover_tasks', p_request_id, jsonb_build_array(p_limit, p_longest_waits));
begin
  if p_longest_waits is null or cardinality(p_longest_waits) <> 3 or not 0 <= all (p_longest_waits) or not 86400 >= all (p_longest_waits) then
    perform rex.refuse(422, 'waits_invalid', 'The longest waits are 3 numbers of seconds, 0 to 86,400, one for each retry.', 'Leave them out.');
  end if;
  return coalesce(v_answer, rex.end_request('recover_tasks', p_request_id, rex.recover_tasks(least(greatest(p_limit, 1), 500), p_longest_waits)));
end $$;
grant execute on function public.rex_heartbeat_task, public.rex_fail_task, public.rex_recover_tasks to service_role;
