-- Invariant 10: a person reads a mission of their account in one round trip: whole with the first page of each long part, or a later page of one.

create function rex.mission_tasks(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by round desc, batch desc, position desc), p_limit, '{round,batch,position}') from (
    select id, round, stage, agent, batch, position, state, retry_count, error_code, not_before, created_at, started_at, finished_at
    from public.rex_tasks
    where mission_id = p_mission_id and (p_after is null or (round, batch, position) < ((p_after ->> 0)::int, (p_after ->> 1)::int, (p_after ->> 2)::int))
    order by round desc, batch desc, position desc limit p_limit + 1) as page
$$;

create function rex.mission_logs(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by id desc), p_limit, '{id}') from (
    select id, at, actor, entity, entity_id, action, from_state, to_state, reason, decision_id, data from public.rex_logs
    where mission_id = p_mission_id and (p_after is null or id < (p_after ->> 0)::bigint) order by id desc limit p_limit + 1) as page
$$;

create function rex.mission_decisions(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by log_id desc), p_limit, '{log_id}') from (
    select l.id as log_id, l.action as log_action, d.id, d.at, d.layer, d.rule, d.rule_version, d.action, d.params, d.reason, d.confidence, d.context,
      d.alternatives
    from public.rex_logs l join public.rex_decisions d on d.id = l.decision_id
    where l.mission_id = p_mission_id and (p_after is null or l.id < (p_after ->> 0)::bigint) order by l.id desc limit p_limit + 1) as page
$$;

create function rex.mission_leads(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by lead_id), p_limit, '{lead_id}') from (
    select ml.lead_id, l.first_name, l.last_name, l.company, ml.batch, ml.outcome, ml.reason, ml.angle, ml.dormant_days, ml.updated_at
    from public.rex_mission_leads ml join public.rex_leads l on l.id = ml.lead_id
    where ml.mission_id = p_mission_id and (p_after is null or ml.lead_id > (p_after ->> 0)::uuid) order by ml.lead_id limit p_limit + 1) as page
$$;

create function rex.mission_messages(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by lead_id, step), p_limit, '{lead_id,step}') from (
    select id, lead_id, step, channel, state, reason, subject, due_at, begun_at, handed_over_at, domain_id, inbox_id from public.rex_outreach
    where mission_id = p_mission_id and (p_after is null or (lead_id, step) > ((p_after ->> 0)::uuid, (p_after ->> 1)::int))
    order by lead_id, step limit p_limit + 1) as page
$$;

create function rex.mission_held(p_mission_id uuid, p_after jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(to_jsonb(page) order by lead_id, step), p_limit, '{lead_id,step}') from (
    select id, lead_id, step, channel, reason, subject, left(body_text, 2000) as body_text, held_at, edited_at from public.rex_outreach
    where mission_id = p_mission_id and state = 'held' and (p_after is null or (lead_id, step) > ((p_after ->> 0)::uuid, (p_after ->> 1)::int))
    order by lead_id, step limit p_limit + 1) as page
$$;

create function rex.mission_part(p_mission_id uuid, p_part text, p_after jsonb, p_limit int) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return case p_part
    when 'tasks' then rex.mission_tasks(p_mission_id, p_after, p_limit)
    when 'logs' then rex.mission_logs(p_mission_id, p_after, p_limit)
    when 'decisions' then rex.mission_decisions(p_mission_id, p_after, p_limit)
    when 'leads' then rex.mission_leads(p_mission_id, p_after, p_limit)
    when 'messages' then rex.mission_messages(p_mission_id, p_after, p_limit)
    when 'held' then rex.mission_held(p_mission_id, p_after, p_limit) end;
end $$;
comment on function rex.mission_part is 'A page {items, next} of one of the long parts; p_after is the `next` of the page before.';

create function rex.mission_counts(p_mission_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'outcomes', (select coalesce(jsonb_agg(to_jsonb(o) order by o.leads desc, o.outcome), '[]') from (
      select outcome, reason, count(*) as leads from public.rex_mission_leads where mission_id = p_mission_id group by outcome, reason) as o),
    'tasks', (select coalesce(jsonb_object_agg(t.state, t.tasks), '{}') from (
      select state, count(*) as tasks from public.rex_tasks where mission_id = p_mission_id group by state) as t),
    'outreach', (select coalesce(jsonb_object_agg(o.state, o.messages), '{}') from (
      select state, count(*) as messages from public.rex_outreach where mission_id = p_mission_id group by state) as o))
$$;

-- One row a transition, so there are few.
create function rex.mission_stages(p_mission_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', at, 'version', version, 'actor', actor, 'action', action, 'from_state', from_state, 'to_state', to_state,
    'reason', reason, 'decision_id', decision_id) order by version), '[]')
  from public.rex_logs where mission_id = p_mission_id and version is not null
$$;

create function rex.mission_cost(p_mission public.rex_missions) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_cost record;
  v_nanos bigint;
  v_replied bigint;
begin
  select * into v_cost from public.rex_mission_costs where mission_id = p_mission.id;
  v_nanos := coalesce(v_cost.llm_nanos + v_cost.message_nanos + v_cost.compute_nanos, 0);
  select count(*) into v_replied from public.rex_mission_leads where mission_id = p_mission.id and outcome = 'replied';
  return jsonb_build_object('nanos', v_nanos, 'llm_nanos', coalesce(v_cost.llm_nanos, 0), 'message_nanos', coalesce(v_cost.message_nanos, 0),
    'compute_nanos', coalesce(v_cost.compute_nanos, 0), 'llm_tokens', coalesce(v_cost.llm_tokens, 0), 'messages', coalesce(v_cost.messages, 0),
    'task_ms', coalesce(v_cost.task_ms, 0), 'per_lead', round(v_nanos::numeric / nullif(p_mission.leads, 0)),
    'per_reply', round(v_nanos::numeric / nullif(v_replied, 0)), 'per_meeting', null);
end $$;
comment on function rex.mission_cost is 'What it has cost so far, in billionths of a dollar; in plpgsql, as the table comes later.';

create function rex.count_releasable(p_mission_id uuid) returns bigint language sql stable set search_path = '' as $$
  select count(*) from public.rex_outreach o join public.rex_leads l on l.id = o.lead_id left join public.rex_imports i on i.id = l.import_id
  where o.mission_id = p_mission_id and o.state = 'held' and o.edited_at is null and i.held_at is null
$$;
comment on function rex.count_releasable is 'As many as rex.releasable_outreach names when it is not cut, read through the policies.';

create function rex.whole_mission(p_mission public.rex_missions, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(p_mission) - 'slotless' || to_jsonb(w) || rex.mission_counts(p_mission.id) || jsonb_build_object(
    'progress', public.calculate_mission_progress(p_mission.id), 'has_held', rex.may_release(p_mission),
    'campaign', (select jsonb_build_object('id', c.id, 'name', c.name, 'paused_at', c.paused_at) from public.rex_campaigns c where c.id = p_mission.campaign_id),
    'domains', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'domain', d.domain, 'reputation', d.reputation) order by d.domain), '[]')
      from public.rex_domain_pool d where d.campaign_id = p_mission.campaign_id or d.id = p_mission.domain_id),
    'stages', rex.mission_stages(p_mission.id), 'held_samples', to_jsonb(rex.held_samples(p_mission.id)),
    'releasable', rex.count_releasable(p_mission.id), 'cost', rex.mission_cost(p_mission),
    'parts', (select jsonb_object_agg(part, rex.mission_part(p_mission.id, part, null, p_limit))
      from unnest('{tasks,logs,decisions,leads,messages,held}'::text[]) as part))
  from rex.waits_for(p_mission) as w
$$;

create function public.rex_read_mission(
  p_account uuid, p_mission_id uuid, p_part text default null, p_after jsonb default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id)
  select case when m.id is null then null when p_part is null then rex.whole_mission(m, rex.page_limit(p_limit))
    else rex.mission_part(m.id, p_part, p_after, rex.page_limit(p_limit)) end
  from account left join public.rex_missions m on m.user_id = account.id and m.id = p_mission_id
$$;
comment on function public.rex_read_mission is 'Null for a mission that the account does not have.';
grant execute on function rex.mission_tasks, rex.mission_logs, rex.mission_decisions, rex.mission_leads, rex.mission_messages, rex.mission_held,
  rex.mission_part, rex.mission_counts, rex.mission_stages, rex.mission_cost, rex.count_releasable, rex.whole_mission, public.rex_read_mission to authenticated;
