-- Invariants 2 and 9: only who holds a task under its present fence ends it, and its answer reaches its own batch alone.
-- Completing writes no crew, campaign or mission row: moving the mission on is a command of its own.

create function rex.lock_task(p_task_id uuid, p_lead_ids uuid[]) returns public.rex_tasks language plpgsql set search_path = '' as $$
declare
  v_task public.rex_tasks;
begin
  select * into v_task from public.rex_tasks where id = p_task_id;
  if not found then
    perform rex.refuse(404, 'task_unknown', 'There is no such task.', 'Claim tasks again.');
  end if;
  perform from public.rex_campaigns where id = (select campaign_id from public.rex_missions where id = v_task.mission_id) for share;
  perform from public.rex_missions where id = v_task.mission_id for share;
  perform from public.rex_leads where id = any (p_lead_ids) order by id for share;
  perform from public.rex_tasks
  where mission_id = v_task.mission_id and round = v_task.round and batch = v_task.batch and position >= v_task.position
  order by id for no key update;
  select * into v_task from public.rex_tasks where id = p_task_id;
  return v_task;
end $$;
comment on function rex.lock_task is 'Locks a task and those after it in its chain, behind what is only read: campaign, mission, leads.';

create function rex.why_not_held(p_task public.rex_tasks, p_fence bigint) returns text language sql stable set search_path = '' as $$
  select case
    when p_task.state = 'CANCELLED' or m.finished_at is not null then 'cancelled'
    when p_task.state <> 'RUNNING' or p_task.fence is distinct from p_fence or p_task.round <> m.round then 'stale' end
  from public.rex_missions m where m.id = p_task.mission_id
$$;
comment on function rex.why_not_held is 'Null while the task is held under this fence.';

create function rex.open_tasks(p_mission_id uuid) returns bigint language sql stable set search_path = '' as $$
  select count(*) from public.rex_tasks where mission_id = p_mission_id and finished_at is null
$$;

create type rex.lead_result as (
  lead_id uuid, outcome public.lead_outcome, reason text, angle text, dormant_days int, reworked boolean);
create type rex.outreach_result as (
  lead_id uuid, step int, state public.outreach_state, reason text, channel public.channel, address_id uuid, delay_hours int,
  subject text, body_text text, body_html text, template_version int);

create function rex.covered_leads(p_result jsonb) returns uuid[] language sql immutable set search_path = '' as $$
  select coalesce(array_agg(distinct (r ->> 'lead_id')::uuid), '{}') from (
    select jsonb_array_elements(coalesce(p_result -> 'leads', '[]') || coalesce(p_result -> 'outreach', '[]')) as r) as each_result
$$;

create function rex.check_covered(p_task public.rex_tasks, p_lead_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  if not p_lead_ids <@ rex.served_leads(p_task) then
    perform rex.refuse(422, 'lead_not_in_task', 'The result names a lead that is not in this task.', 'Send results for the leads of the task context only.');
  end if;
end $$;

create function rex.lock_leads_of_mission(p_mission_id uuid, p_lead_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_mission_leads where mission_id = p_mission_id and lead_id = any (p_lead_ids) order by lead_id for no key update;
  perform from public.rex_outreach where mission_id = p_mission_id and lead_id = any (p_lead_ids) order by id for no key update;
end $$;

-- A lead whose import was undone meanwhile gets nothing more.
create function rex.drop_removed(p_mission_id uuid, p_lead_ids uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_removed uuid[] := array(select id from public.rex_leads where id = any (p_lead_ids) and removed_at is not null);
begin
  perform rex.settle_outcome(p_mission_id, v_removed, 'cancelled', 'removed');
  perform rex.cancel_outreach(array(select id from public.rex_outreach where mission_id = p_mission_id and lead_id = any (v_removed)), 'removed');
  return array(select id from unnest(p_lead_ids) as id where id <> all (v_removed));
end $$;

create function rex.open_leads(p_mission_id uuid, p_lead_ids uuid[]) returns uuid[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(lead_id), '{}') from public.rex_mission_leads
  where mission_id = p_mission_id and lead_id = any (p_lead_ids) and outcome in ('pending', 'held', 'scheduled')
$$;
comment on function rex.open_leads is 'Leads that may still be written to: one that replied or opted out meanwhile gets no new message.';

-- held and scheduled follow from the messages, later outcomes from what happens to them.
create function rex.apply_leads(p_mission_id uuid, p_leads rex.lead_result[]) returns void language sql set search_path = '' as $$
  update public.rex_mission_leads ml set
    angle = coalesce(r.angle, ml.angle), dormant_days = coalesce(r.dormant_days, ml.dormant_days), reworked = coalesce(r.reworked, ml.reworked),
    outcome = case when r.settles then r.outcome else ml.outcome end, reason = case when r.settles then r.reason else ml.reason end
  from (
    select l.*, l.outcome in ('rejected', 'suppressed', 'cancelled', 'failed') and rex.outcome_rank(b.outcome) < rex.outcome_rank(l.outcome) as settles
    from unnest(p_leads) as l join public.rex_mission_leads b on b.mission_id = p_mission_id and b.lead_id = l.lead_id) as r
  where ml.mission_id = p_mission_id and ml.lead_id = r.lead_id;
  update public.rex_outreach o set state = 'rejected', reason = r.reason
  from unnest(p_leads) as r
  where o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.state in ('draft', 'passed')
    and r.outcome in ('rejected', 'suppressed', 'cancelled', 'failed')
$$;
comment on function rex.apply_leads is 'Writes what was found out; an outcome that ends a lead also rejects its drafts.';

create function rex.append_tasks(p_task public.rex_tasks, p_next jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_last int := (select max(position) from public.rex_tasks
    where mission_id = p_task.mission_id and round = p_task.round and batch = p_task.batch);
  v_next record;
begin
  for v_next in select * from jsonb_to_recordset(p_next) as n (agent text, position int, input jsonb) order by n.position loop
    if v_next.position is null or v_next.position <= v_last or not coalesce(v_next.agent ~ '^[a-z_]{1,50}$', false) then
      perform rex.refuse(422, 'next_invalid', 'A task that follows names an agent and a position beyond the last.', 'Number on from the last position.');
    elsif exists (
      select from jsonb_array_elements_text(case when jsonb_typeof(v_next.input -> 'lead_ids') = 'array' then v_next.input -> 'lead_ids' else '[]' end) as id
      where id <> all (rex.served_leads(p_task)::text[])) then
      perform rex.refuse(422, 'lead_not_in_task', 'A task that follows names a lead that is not in this task.', 'Name leads of the task context only.');
    end if;
    v_last := v_next.position;
    insert into public.rex_tasks (user_id, mission_id, round, stage, agent, batch, position, state, input)
    values (p_task.user_id, p_task.mission_id, p_task.round, p_task.stage, v_next.agent, p_task.batch, v_next.position, 'BLOCKED',
      coalesce(v_next.input, '{}'));
  end loop;
end $$;

create function rex.apply_result(p_task public.rex_tasks, p_result jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_covered uuid[] := rex.covered_leads(p_result);
  v_leads uuid[];
begin
  perform rex.check_covered(p_task, v_covered);
  perform rex.lock_leads_of_mission(p_task.mission_id, v_covered);
  v_leads := rex.drop_removed(p_task.mission_id, v_covered);
  perform rex.apply_edited(p_task, array(
    select r from jsonb_populate_recordset(null::rex.outreach_result, coalesce(p_result -> 'outreach', '[]')) as r where r.lead_id = any (v_leads)));
  perform rex.apply_outreach(p_task, array(
    select r from jsonb_populate_recordset(null::rex.outreach_result, coalesce(p_result -> 'outreach', '[]')) as r
    where r.lead_id = any (rex.open_leads(p_task.mission_id, v_leads))));
  perform rex.apply_leads(p_task.mission_id, array(
    select r from jsonb_populate_recordset(null::rex.lead_result, coalesce(p_result -> 'leads', '[]')) as r where r.lead_id = any (v_leads)));
  perform rex.append_tasks(p_task, coalesce(p_result -> 'next', '[]'));
end $$;

create type rex.task_answer as (task_id uuid, fence bigint, result jsonb, n bigint, has_content boolean);
create type rex.task_verdict as (task_id uuid, mission_id uuid, n bigint, code text);

create function rex.read_results(p_results jsonb) returns rex.task_answer[] language plpgsql immutable set search_path = '' as $$
declare
  v_answers rex.task_answer[];
begin
  if jsonb_typeof(p_results) is distinct from 'array' or jsonb_array_length(p_results) > 500 then
    perform rex.refuse(422, 'results_invalid', 'A call completes at most 500 tasks.', 'Send [{task_id, fence, result}].');
  end if;
  v_answers := array(
    select row((r ->> 'task_id')::uuid, (r ->> 'fence')::bigint, coalesce(nullif(r -> 'result', 'null'), '{}'), n,
      coalesce((r -> 'result') ?| array['leads', 'outreach', 'next'], false))::rex.task_answer
    from jsonb_array_elements(p_results) with ordinality as e (r, n));
  if (select count(distinct task_id) from unnest(v_answers)) < cardinality(v_answers) then
    perform rex.refuse(422, 'results_invalid', 'A task needs an id and is named once.', 'Send one result for each task.');
  end if;
  return v_answers;
end $$;

create function rex.next_in_chain(p_task_ids uuid[]) returns uuid[] language plpgsql stable set search_path = '' as $$
begin
  return array(
    select n.id from unnest(p_task_ids) as own (id) join public.rex_tasks t on t.id = own.id
    cross join lateral (
      select later.id from public.rex_tasks later
      where later.mission_id = t.mission_id and later.round = t.round and later.batch = t.batch and later.position > t.position
        and later.state = 'BLOCKED'
      order by later.position limit 1) as n);
end $$;

create function rex.share_missions_of(p_task_ids uuid[]) returns void language plpgsql set search_path = '' as $$
declare
  v_missions uuid[] := array(select distinct mission_id from public.rex_tasks where id = any (p_task_ids));
begin
  perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (v_missions)) order by id for share;
  perform from public.rex_missions where id = any (v_missions) order by id for share;
end $$;

-- All of one kind before those of the next: leads, the tasks with those after them, then what their leads have in these missions.
create function rex.lock_content(p_answers rex.task_answer[]) returns void language plpgsql set search_path = '' as $$
declare
  v_tasks uuid[] := array(select task_id from unnest(p_answers));
  v_missions uuid[] := array(select distinct mission_id from public.rex_tasks where id = any (v_tasks));
  v_leads uuid[] := array(
    select distinct l.id from unnest(p_answers) as a cross join unnest(rex.covered_leads(a.result)) as l (id) where a.has_content);
begin
  perform from public.rex_leads where id = any (v_leads) order by id for share;
  perform from public.rex_tasks where id = any (v_tasks || rex.next_in_chain(v_tasks)) order by id for no key update;
  perform from public.rex_mission_leads where mission_id = any (v_missions) and lead_id = any (v_leads) order by mission_id, lead_id for no key update;
  perform from public.rex_outreach where mission_id = any (v_missions) and lead_id = any (v_leads) order by id for no key update;
end $$;

create function rex.judge_results(p_answers rex.task_answer[]) returns rex.task_verdict[] language plpgsql stable set search_path = '' as $$
begin
  return array(
    select row(a.task_id, t.mission_id, a.n, case
      when t.id is null then 'unknown'
      when t.state = 'CANCELLED' or m.finished_at is not null then 'cancelled'
      when t.state <> 'RUNNING' or t.fence is distinct from a.fence or t.round <> m.round then 'stale' end)::rex.task_verdict
    from unnest(p_answers) as a
    left join public.rex_tasks t on t.id = a.task_id left join public.rex_missions m on m.id = t.mission_id);
end $$;
comment on function rex.judge_results is 'A code for each task that is not held under this fence, null for the others.';

-- What one task's result says wrong costs the others nothing.
create function rex.try_result(p_task_id uuid, p_result jsonb) returns text language plpgsql set search_path = '' as $$
declare
  v_task public.rex_tasks;
  v_code text;
begin
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform rex.apply_result(v_task, p_result);
  return null;
exception when sqlstate 'PT422' then
  get stacked diagnostics v_code = pg_exception_detail;
  return v_code;
end $$;

create function rex.apply_results(p_answers rex.task_answer[]) returns rex.task_verdict[] language plpgsql set search_path = '' as $$
declare
  v_refused rex.task_verdict[] := '{}';
  v_verdict record;
begin
  if not exists (select from unnest(p_answers) where has_content) then
    return '{}';
  end if;
  perform rex.lock_content(p_answers);
  for v_verdict in
    select a.result, v.* from unnest(p_answers) as a join unnest(rex.judge_results(p_answers)) as v using (n) where a.has_content order by n
  loop
    v_verdict.code := coalesce(v_verdict.code, rex.try_result(v_verdict.task_id, v_verdict.result));
    if v_verdict.code is not null then
      v_refused := v_refused || row(v_verdict.task_id, v_verdict.mission_id, v_verdict.n, v_verdict.code)::rex.task_verdict;
    end if;
  end loop;
  return v_refused;
end $$;
comment on function rex.apply_results is 'Writes what agents found out; verdicts on the results that were not taken.';

create type rex.finished_tasks as (verdicts rex.task_verdict[], groups rex.task_group[]);

-- In the order of their ids, as whoever locks tasks does.
create function rex.finish_tasks(p_answers rex.task_answer[]) returns rex.finished_tasks language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_next uuid[];
  v_done rex.finished_tasks;
begin
  with done as (
    update public.rex_tasks t set state = 'COMPLETED', finished_at = v_now, lease_until = null, output = a.result -> 'output',
      error_code = null, error = null, updated_at = v_now
    from (select task_id, fence, result, n from unnest(p_answers) order by task_id) as a, public.rex_missions m
    where t.id = a.task_id and t.state = 'RUNNING' and t.fence = a.fence
      and m.id = t.mission_id and m.round = t.round and m.finished_at is null
    returning a.n, t.id, t.mission_id, t.user_id, t.fence, t.agent, t.batch, t.state, t.retry_count
  ), grouped as (
    select user_id, mission_id, agent, state, retry_count, array_agg(id) as ids, array_agg(fence) as fences, array_agg(batch) as batches
    from done group by 1, 2, 3, 4, 5
  )
  select array(select row(id, mission_id, n, null)::rex.task_verdict from done),
    array(select row(user_id, mission_id, agent, state, retry_count, null, ids, fences, batches)::rex.task_group from grouped) into v_done;
  v_next := rex.next_in_chain(array(select task_id from unnest(v_done.verdicts)));
  if v_next <> '{}' then
    update public.rex_tasks set state = 'READY', updated_at = v_now where id = any (v_next);
  end if;
  return v_done;
end $$;
comment on function rex.finish_tasks is 'Completes the tasks that are held under their fence and makes the next of each chain ready.';

create function rex.left_over(p_answers rex.task_answer[], p_known rex.task_verdict[]) returns rex.task_answer[]
language plpgsql immutable set search_path = '' as $$
begin
  if p_known = '{}' then
    return p_answers;
  end if;
  return array(select a from unnest(p_answers) as a where a.n in (select n from unnest(p_answers) except select n from unnest(p_known)));
end $$;

-- Whoever completes tasks asks whether it was the last.
create function rex.open_counts(p_mission_ids uuid[]) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return coalesce((
    select jsonb_object_agg(m.id, (
      select count(*) from (select from public.rex_tasks where mission_id = m.id and finished_at is null limit 10) as open))
    from (select distinct id from unnest(p_mission_ids) as id where id is not null) as m), '{}');
end $$;
comment on function rex.open_counts is 'Open tasks of each mission, counted up to 10.';

create function rex.results_answer(p_verdicts rex.task_verdict[]) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_open jsonb := rex.open_counts(array(select distinct mission_id from unnest(p_verdicts)));
begin
  return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'task_id', task_id, 'done', code is null, 'code', code, 'open_tasks', v_open -> mission_id::text)) order by n), '[]')
    from unnest(p_verdicts));
end $$;

create function rex.complete_tasks(p_results jsonb, p_command text) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_answers rex.task_answer[] := rex.read_results(p_results);
  v_verdicts rex.task_verdict[];
  v_finished rex.finished_tasks;
begin
  perform rex.share_missions_of(array(select task_id from unnest(v_answers)));
  v_verdicts := rex.apply_results(v_answers);
  v_finished := rex.finish_tasks(rex.left_over(v_answers, v_verdicts));
  v_verdicts := v_verdicts || v_finished.verdicts;
  if cardinality(v_verdicts) < cardinality(v_answers) then
    v_verdicts := v_verdicts || array(
      select row(task_id, mission_id, n, coalesce(code, 'stale'))::rex.task_verdict
      from unnest(rex.judge_results(rex.left_over(v_answers, v_verdicts))));
  end if;
  perform rex.log_tasks(v_finished.groups, 'complete_task', 'RUNNING');
  perform rex.publish(rex.task_news(v_finished.groups), p_command);
  return rex.results_answer(v_verdicts);
end $$;

create function public.rex_complete_tasks(p_request_id text, p_results jsonb) returns jsonb
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_answer jsonb := rex.begin_request('complete_tasks', p_request_id, p_results);
begin
  return coalesce(v_answer, rex.end_request('complete_tasks', p_request_id,
    jsonb_build_object('tasks', rex.complete_tasks(p_results, 'complete_tasks'))));
end $$;

create function rex.refuse_result(p_code text) returns void language plpgsql set search_path = '' as $$
begin
  if p_code = 'unknown' then
    perform rex.refuse(404, 'task_unknown', 'There is no such task.', 'Claim tasks again.');
  elsif p_code not in ('stale', 'cancelled') then
    perform rex.refuse(422, p_code, 'The result does not fit the task.', 'Send results for the leads of the task context only.');
  end if;
end $$;

create function public.rex_complete_task(p_request_id text, p_task_id uuid, p_fence bigint, p_result jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('complete_task', p_request_id, jsonb_build_array(p_task_id, p_fence, p_result));
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_answer := rex.complete_tasks(jsonb_build_array(jsonb_build_object('task_id', p_task_id, 'fence', p_fence, 'result', p_result)), 'complete_task') -> 0;
  perform rex.refuse_result(v_answer ->> 'code');
  return rex.end_request('complete_task', p_request_id, v_answer);
end $$;
comment on function public.rex_complete_task is 'The case of one, refused as a whole when its result does not fit.';
grant execute on function public.rex_complete_tasks, public.rex_complete_task to service_role;
