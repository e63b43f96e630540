-- Invariant 10: a person reads what the agents of their account do. Figures are of the newest tasks of each agent, so that they cost the same for ever.

drop index public.rex_tasks_account;
create index rex_tasks_agent on public.rex_tasks (user_id, agent, finished_at);

create function rex.ended_by_agents(p_user_id uuid, p_agents text[]) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(e)), '[]') from (
    select m.crew, t.agent, count(*) filter (where t.state = 'COMPLETED') as completed, count(*) filter (where t.state = 'FAILED') as failed,
      round((avg(extract(epoch from t.finished_at - t.started_at)) filter (where t.state = 'COMPLETED'))::numeric, 3) as average_seconds,
      (array_agg(t.error_code order by t.finished_at desc) filter (where t.error_code is not null))[1] as last_error_code,
      max(t.finished_at) filter (where t.error_code is not null) as last_error_at
    from unnest(p_agents) as a (agent) cross join lateral (
      select * from public.rex_tasks
      where user_id = p_user_id and agent = a.agent and finished_at is not null order by finished_at desc limit 200) as t
    join public.rex_missions m on m.id = t.mission_id where t.state in ('COMPLETED', 'FAILED') group by 1, 2) as e
$$;
comment on function rex.ended_by_agents is 'Of the 200 tasks each agent ended last, by crew: how many were completed and failed, how long they took, and the last error.';

create function rex.running_tasks(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
    select m.crew, t.agent, count(*) as running, (array_agg(jsonb_build_object(
      'task_id', t.id, 'mission_id', t.mission_id, 'batch', t.batch, 'retry_count', t.retry_count, 'started_at', t.started_at) order by t.started_at desc))[1] as current
    from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id
    where t.lease_until is not null and t.user_id = p_user_id group by 1, 2) as r
$$;

create function rex.ready_tasks(p_user_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
    select m.crew, t.agent, count(*) as waiting
    from public.rex_missions m join public.rex_tasks t on t.mission_id = m.id and t.state = 'READY'
    where m.user_id = p_user_id and m.state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING') group by 1, 2) as r
$$;

create function public.rex_read_agents(p_account uuid, p_agents text[] default '{}') returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id)
  select jsonb_build_object(
    'now', rex.now(),
    'crews', (select jsonb_agg(jsonb_build_object('crew', c.crew, 'slots', c.slots, 'held', c.held, 'waiting', c.waiting, 'paused', c.paused,
        'exhausted_at', c.exhausted_at)) from public.rex_crews c where c.user_id = account.id),
    'ended', rex.ended_by_agents(account.id, p_agents), 'running', rex.running_tasks(account.id), 'ready', rex.ready_tasks(account.id),
    'reasoner', rex.llm_budget(account.id))
  from account
$$;
grant execute on function rex.ended_by_agents, rex.running_tasks, rex.ready_tasks, public.rex_read_agents to authenticated;
