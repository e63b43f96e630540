-- Invariant 9: no state but the final ones lasts; a stage that ended, was never planned or ran too long is found by its own rows.

create function rex.last_hand_over(p_mission_id uuid) returns timestamptz language sql stable set search_path = '' as $$
  select greatest(
    (select max(handed_over_at) from public.rex_outreach where mission_id = p_mission_id and state = 'sent'),
    (select max(coalesce(handed_over_at, begun_at)) from public.rex_outreach where mission_id = p_mission_id and state = 'unknown'))
$$;
comment on function rex.last_hand_over is 'Of what was handed over or may have been; null when nothing was.';

create function rex.collecting_ends_at(p_mission public.rex_missions) returns timestamptz language sql stable set search_path = '' as $$
  select rex.last_hand_over(p_mission.id) + make_interval(secs => c.collecting_seconds)
  from public.rex_campaigns c where c.id = p_mission.campaign_id
$$;

create function rex.has_unsent(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (
    select from public.rex_outreach where mission_id = p_mission_id and state in ('draft', 'passed', 'held', 'scheduled', 'sending'))
$$;

create function rex.has_awaited(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_mission_leads where mission_id = p_mission_id and outcome in ('sent', 'delivered', 'unknown'))
$$;

create function rex.ended_missions(p_mission_ids uuid[]) returns setof uuid language sql stable set search_path = '' as $$
  select m.id from public.rex_missions m where m.id = any (p_mission_ids) and case m.state
    when 'ASSIGNED' then exists (select from public.rex_tasks t where t.mission_id = m.id and t.round = m.round)
      and not exists (select from public.rex_tasks t where t.mission_id = m.id and t.finished_at is null)
    when 'EXECUTING' then not exists (select from public.rex_tasks t where t.mission_id = m.id and t.finished_at is null)
    when 'COLLECTING' then
      not exists (select from public.rex_outreach o where o.mission_id = m.id and o.state in ('draft', 'passed', 'held', 'scheduled', 'sending'))
      and (not exists (
          select from public.rex_mission_leads ml where ml.mission_id = m.id and ml.outcome in ('sent', 'delivered', 'unknown'))
        or coalesce(rex.collecting_ends_at(m) <= rex.now(), true))
    else m.state in ('ANALYZING', 'OPTIMIZING') end
$$;
comment on function rex.ended_missions is 'Those for which what their stage waits for is over: DESIGN''s table of stages.';

create function rex.has_ended(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select exists (select from rex.ended_missions(array[p_mission.id]))
$$;

create function rex.active_seconds(p_mission public.rex_missions) returns double precision language sql stable set search_path = '' as $$
  select p_mission.active_seconds + case when p_mission.slotless then 0 else coalesce(extract(epoch from rex.now() - p_mission.active_since), 0) end
$$;

create function rex.is_overdue(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select rex.is_active(p_mission.state) and rex.active_seconds(p_mission) > 7200
$$;
comment on function rex.is_overdue is 'The active stages of a round together may take 2 hours.';

create function rex.wants_move(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select p_mission.finished_at is null and p_mission.state <> 'QUEUED' and not rex.is_paused(p_mission) and (
    (p_mission.state = 'ASSIGNED' and not rex.is_planned(p_mission)) or rex.has_ended(p_mission) or rex.is_overdue(p_mission))
$$;

create function rex.failed_leads(p_mission_id uuid) returns bigint language sql stable set search_path = '' as $$
  select count(*) from public.rex_mission_leads where mission_id = p_mission_id and outcome = 'failed'
$$;

create function rex.describe_move(p_mission public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'mission_id', p_mission.id, 'user_id', p_mission.user_id, 'type', p_mission.type, 'crew', p_mission.crew, 'state', p_mission.state,
    'fence', p_mission.fence, 'round', p_mission.round, 'version', p_mission.version, 'stage_at', p_mission.stage_at,
    'paused', rex.is_paused(p_mission), 'planned', rex.is_planned(p_mission), 'active_seconds', rex.active_seconds(p_mission),
    'batch_size', p_mission.batch_size, 'batches', rex.batches(p_mission),
    'open_tasks', (select count(*) from public.rex_tasks where mission_id = p_mission.id and finished_at is null),
    'failed_tasks', (select count(*) from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round and state = 'FAILED'),
    'leads', p_mission.leads, 'failed_leads', rex.failed_leads(p_mission.id),
    'unsent', (select count(*) from public.rex_outreach
      where mission_id = p_mission.id and state in ('draft', 'passed', 'held', 'scheduled', 'sending')),
    'awaiting', (select count(*) from public.rex_mission_leads
      where mission_id = p_mission.id and outcome in ('sent', 'delivered', 'unknown')),
    'collecting_ends_at', rex.collecting_ends_at(p_mission),
    'to_optimize', exists (select from public.rex_mission_leads
      where mission_id = p_mission.id and outcome in ('replied', 'bounced', 'unsubscribed')))
$$;

-- A sweep looks at a thousand at most of those that work, and of those that collect for weeks. Only when there are more, or more to move than
-- are asked for, does it write down whom it saw, so that each has its turn, also behind those that do not move.
create function rex.sweep_missions(p_limit int) returns uuid[] language plpgsql set search_path = '' as $$
declare
  c_most constant int := 1000;
  v_working uuid[] := array(
    select id from public.rex_missions where state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING') order by looked_at, id limit c_most);
  v_collecting uuid[] := array(select id from public.rex_missions where state = 'COLLECTING' order by looked_at, id limit c_most);
  v_seen uuid[] := v_working || v_collecting;
  v_found uuid[] := array(
    select m.id from public.rex_missions m where m.id = any (v_seen) and rex.wants_move(m) order by m.looked_at, m.stage_at, m.id);
begin
  if greatest(cardinality(v_working), cardinality(v_collecting)) = c_most or cardinality(v_found) > p_limit then
    update public.rex_missions set looked_at = rex.now() where id in (
      select id from public.rex_missions where id = any (v_seen) and id <> all (v_found[p_limit + 1:]) order by id for no key update skip locked);
  end if;
  return v_found[:p_limit];
end $$;

create function public.rex_missions_to_move(p_limit int default 100, p_mission_ids uuid[] default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_most int := least(greatest(p_limit, 1), 1000);
  v_found uuid[];
begin
  if p_mission_ids is null then
    v_found := rex.sweep_missions(v_most);
  else
    v_found := array(select m.id from public.rex_missions m where m.id = any (p_mission_ids[1:1000]) and rex.wants_move(m) order by m.stage_at, m.id);
  end if;
  return jsonb_build_object('now', rex.now(), 'missions', coalesce((
    select jsonb_agg(rex.describe_move(m) order by m.stage_at, m.id) from public.rex_missions m
    where m.id = any (v_found[:v_most])), '[]'));
end $$;
grant execute on function public.rex_missions_to_move to service_role;
