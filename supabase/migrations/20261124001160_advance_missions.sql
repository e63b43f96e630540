-- Invariants 1, 6 and 9: a stage is left once, by its version, when it has ended, and what it held goes with it.

create function rex.mission_result(p_mission public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'leads', p_mission.leads,
    'outcomes', coalesce((select jsonb_object_agg(outcome, n) from (
      select outcome, count(*) as n from public.rex_mission_leads where mission_id = p_mission.id group by 1) as o), '{}'),
    'reasons', coalesce((select jsonb_object_agg(outcome, reasons) from (
      select outcome, jsonb_object_agg(reason, n) as reasons from (
        select outcome, reason, count(*) as n from public.rex_mission_leads
        where mission_id = p_mission.id and reason is not null group by 1, 2) as each_reason group by 1) as r), '{}'),
    'sent', (select count(*) from public.rex_outreach where mission_id = p_mission.id and state = 'sent'),
    'unknown', (select count(*) from public.rex_outreach where mission_id = p_mission.id and state = 'unknown'),
    'active_seconds', rex.active_seconds(p_mission))
$$;
comment on function rex.mission_result is 'Leads per outcome and per reason of each, messages sent and unknown, and the seconds its active stages took.';

create function rex.learn_scores(p_mission_id uuid) returns int language plpgsql set search_path = '' as $$
declare
  v_learned int;
begin
  update public.rex_leads l set score = case ml.outcome
    when 'replied' then least(1, l.score + 0.2) when 'bounced' then greatest(0, l.score - 0.3) else greatest(0, l.score - 0.5) end
  from public.rex_mission_leads ml
  where ml.mission_id = p_mission_id and ml.lead_id = l.id and ml.outcome in ('replied', 'bounced', 'unsubscribed');
  get diagnostics v_learned = row_count;
  return v_learned;
end $$;
comment on function rex.learn_scores is
  'A reply raises a lead''s score, a bounce or an unsubscribe lowers it; once per mission, within 0 and 1. The caller has locked the leads.';

create function rex.has_lost_all(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select case when p_mission.leads > 0 then rex.failed_leads(p_mission.id) = p_mission.leads
    else exists (select from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round and state = 'FAILED') end
$$;
comment on function rex.has_lost_all is 'Every lead failed; without leads, a task did.';

create function rex.record_decision(p_user_id uuid, p_decision jsonb) returns uuid language sql set search_path = '' as $$
  insert into public.rex_decisions (user_id, layer, rule, rule_version, action, params, reason, confidence, context, alternatives)
  select p_user_id, d.layer, d.rule, coalesce(d.rule_version, 1), d.action, coalesce(d.params, '{}'), d.reason, coalesce(d.confidence, 1),
    coalesce(d.context, '{}'), coalesce(d.alternatives, '[]')
  from jsonb_to_record(p_decision) as d (
    layer smallint, rule text, rule_version int, action text, params jsonb, reason text, confidence real, context jsonb, alternatives jsonb)
  where p_decision is not null
  returning id
$$;
comment on function rex.record_decision is 'The row of a decision of layer 2 or 3; null for one of layer 1, which is its audit row.';

create function rex.move_mission(p_mission public.rex_missions, p_to public.mission_state, p_error_code text) returns public.rex_missions
language plpgsql set search_path = '' as $$
declare
  v_final boolean := p_to in ('COMPLETED', 'FAILED', 'ESCALATED');
  v_mission public.rex_missions;
begin
  update public.rex_missions set
    state = p_to, error_code = p_error_code, ready = false,
    waiting_for = null, waiting_since = null,
    started_at = case when p_to = 'EXECUTING' then rex.now() else started_at end,
    collecting_at = case when p_to = 'COLLECTING' then rex.now() else collecting_at end,
    last_hand_over_at = case when p_to = 'ANALYZING' then rex.last_hand_over(id) else last_hand_over_at end,
    result = case when state = 'ANALYZING' then rex.mission_result(p_mission) else result end,
    finished_at = case when v_final then rex.now() end
  where id = p_mission.id returning * into v_mission;
  return v_mission;
end $$;

create function rex.move_types(p_to public.mission_state) returns text[] language sql immutable set search_path = '' as $$
  select case p_to
    when 'EXECUTING' then array['mission.started'] when 'FAILED' then array['mission.failed', 'error.mission_failed']
    when 'ESCALATED' then array['mission.escalated', 'error.escalation'] else array['mission.' || lower(p_to::text)] end
$$;
comment on function rex.move_types is 'What to publish of a mission that came into a state.';

create function rex.announce_move(p_before public.rex_missions, p_after public.rex_missions) returns rex.announcement[]
language sql immutable set search_path = '' as $$
  select array_agg(row(p_after.user_id, type, p_after.id, jsonb_build_object(
    'from', p_before.state, 'to', p_after.state, 'version', p_after.version, 'error_code', p_after.error_code))::rex.announcement)
  from unnest(rex.move_types(p_after.state)) as type
$$;

create type rex.mission_move as (mission_id uuid, version int, state public.mission_state, reason text, error_code text, decision jsonb, n bigint);

create function rex.read_moves(p_moves jsonb) returns rex.mission_move[] language plpgsql immutable set search_path = '' as $$
declare
  v_moves rex.mission_move[];
begin
  if jsonb_typeof(p_moves) is distinct from 'array' or jsonb_array_length(p_moves) > 500 then
    perform rex.refuse(422, 'moves_invalid', 'A call moves at most 500 missions.', 'Send [{mission_id, version, to, reason}].');
  end if;
  v_moves := array(
    select row((r ->> 'mission_id')::uuid, (r ->> 'version')::int, (r ->> 'to')::public.mission_state, r ->> 'reason', r ->> 'error_code',
      nullif(r -> 'decision', 'null'), n)::rex.mission_move
    from jsonb_array_elements(p_moves) with ordinality as e (r, n));
  if (select count(distinct mission_id) from unnest(v_moves)) < cardinality(v_moves) then
    perform rex.refuse(422, 'moves_invalid', 'A mission is named once.', 'Send one move for each mission.');
  end if;
  return v_moves;
end $$;

-- A campaign is locked to be written when any of its missions may be its last.
create function rex.lock_moves(p_moves rex.mission_move[]) returns void language plpgsql set search_path = '' as $$
declare
  v_missions uuid[] := array(select mission_id from unnest(p_moves));
  v_released uuid[] := array(select mission_id from unnest(p_moves) where state in ('COLLECTING', 'FAILED', 'ESCALATED'));
begin
  perform from public.rex_accounts where user_id in (select user_id from public.rex_missions where id = any (v_missions)) order by user_id for share;
  perform from public.rex_crews where (user_id, crew) in (select user_id, crew from public.rex_missions where id = any (v_released))
  order by user_id, crew for no key update;
  if exists (select from unnest(p_moves) where state = 'COMPLETED') then
    perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (v_missions)) order by id for no key update;
  else
    perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (v_missions)) order by id for share;
  end if;
  perform from public.rex_missions where id = any (v_missions) order by id for no key update;
end $$;

create type rex.move_verdict as (mission_id uuid, n bigint, code text, moves boolean);

-- Judged under the locks: a stage that has not ended can only be left by failing, a paused one too.
create function rex.judge_moves(p_moves rex.mission_move[]) returns rex.move_verdict[] language plpgsql stable set search_path = '' as $$
declare
  v_missions uuid[] := array(select mission_id from unnest(p_moves));
  v_ended uuid[] := array(select rex.ended_missions(v_missions));
begin
  return array(
    select row(v.mission_id, v.n, case when m.id is null then 'mission_unknown' when m.version = v.version then v.code end,
      m.version = v.version and v.code is null and case
        when v.error_code = 'timeout' then rex.is_overdue(m)
        when v.error_code = 'no_lead_left' then m.id = any (v_ended) and rex.has_lost_all(m)
        when v.state in ('FAILED', 'ESCALATED') then true
        else m.paused_at is null and a.paused_at is null and c.paused_at is null and m.id = any (v_ended)
          and (m.state <> 'EXECUTING' or not rex.has_lost_all(m)) end)::rex.move_verdict
    from (select w.*, case
        when w.state in ('QUEUED', 'ASSIGNED') or before.error_code = 'cancelled' or w.error_code = 'cancelled' or t.to_state is null
          then 'illegal_transition'
        when (w.state in ('FAILED', 'ESCALATED')) <> (w.error_code is not null) then 'error_code_invalid' end as code
      from unnest(p_moves) as w left join public.rex_missions before on before.id = w.mission_id
      left join rex.transitions t on t.from_state = before.state and t.to_state = w.state) as v
    left join public.rex_missions m on m.id = v.mission_id
    left join public.rex_accounts a on a.user_id = m.user_id
    left join public.rex_campaigns c on c.id = m.campaign_id and m.sends);
end $$;

create function rex.move_missions(p_moves rex.mission_move[]) returns void language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  update public.rex_missions m set
    state = v.state, error_code = v.error_code, ready = false, waiting_for = null, waiting_since = null, updated_at = v_now,
    started_at = case when v.state = 'EXECUTING' then v_now else m.started_at end,
    collecting_at = case when v.state = 'COLLECTING' then v_now else m.collecting_at end,
    last_hand_over_at = case when v.state = 'ANALYZING' then rex.last_hand_over(m.id) else m.last_hand_over_at end,
    result = case when m.state = 'ANALYZING' then rex.mission_result(m) else m.result end,
    finished_at = case when v.state in ('COMPLETED', 'FAILED', 'ESCALATED') then v_now end
  from unnest(p_moves) as v where m.id = v.mission_id;
end $$;

create function rex.release_slots(p_mission_ids uuid[]) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_released uuid[];
  v_calls bigint;
begin
  with released as (
    update public.rex_reservations set released_at = greatest(rex.now(), taken_at)
    where mission_id = any (p_mission_ids) and released_at is null returning mission_id, llm_calls_per_minute)
  select array_agg(mission_id), sum(llm_calls_per_minute) into v_released, v_calls from released;
  update public.rex_crews c set held = c.held - n.released
  from (select user_id, crew, count(*) as released from public.rex_missions where id = any (v_released) group by 1, 2) as n
  where c.user_id = n.user_id and c.crew = n.crew;
  if v_calls > 0 then
    update public.rex_api_limits set reserved = reserved - v_calls where provider = 'openai';
  end if;
  return array(
    select row(user_id, 'resource.released', id, jsonb_build_object('crew', crew))::rex.announcement
    from public.rex_missions where id = any (v_released));
end $$;
comment on function rex.release_slots is 'As rex.release_slot, for many missions; returns what to publish about it.';

-- In the order of the locks: leads, domains, tasks, then the slots with their shares.
create function rex.leave_stages(p_moves rex.mission_move[], p_learned uuid[]) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[] := '{}';
  v_id uuid;
  v_learned int;
begin
  perform from public.rex_leads where id in (
    select lead_id from public.rex_mission_leads where mission_id = any (p_learned) and outcome in ('replied', 'bounced', 'unsubscribed')
  ) order by id for no key update;
  for v_id in select id from unnest(p_learned) as id order by id loop
    v_learned := rex.learn_scores(v_id);
    v_said := v_said || array(
      select row(user_id, 'system.leads_scored', id, jsonb_build_object('leads', v_learned))::rex.announcement
      from public.rex_missions where id = v_id and v_learned > 0);
  end loop;
  v_said := v_said || rex.end_rotations(p_moves);
  for v_id in
    select distinct m.campaign_id from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id
    where v.state = 'COMPLETED' and m.sends order by 1
  loop
    v_said := v_said || rex.log_domains(rex.free_domains(v_id), 'free_domain', v_id, null);
  end loop;
  for v_id in select mission_id from unnest(p_moves) where state in ('COMPLETED', 'FAILED', 'ESCALATED') order by mission_id loop
    perform rex.cancel_tasks(v_id);
  end loop;
  return v_said || rex.release_slots(array(select mission_id from unnest(p_moves) where state in ('COLLECTING', 'FAILED', 'ESCALATED')));
end $$;

create function rex.record_decisions(p_moves rex.mission_move[]) returns jsonb language sql set search_path = '' as $$
  select coalesce(jsonb_object_agg(v.mission_id, rex.record_decision(m.user_id, v.decision)), '{}')
  from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id where v.decision is not null
$$;

create function rex.announce_moves(p_moves rex.mission_move[], p_from jsonb) returns rex.announcement[] language sql stable set search_path = '' as $$
  select array_agg(row(m.user_id, kind, m.id, jsonb_build_object(
    'from', p_from ->> m.id::text, 'to', m.state, 'version', m.version, 'error_code', m.error_code))::rex.announcement order by v.n, kind desc)
  from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id cross join unnest(rex.move_types(m.state)) as kind
$$;

create function rex.carry_out_moves(p_moves rex.mission_move[]) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_from jsonb := (select jsonb_object_agg(m.id, m.state) from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id);
  v_learned uuid[] := array(
    select m.id from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id where m.state = 'OPTIMIZING' and v.state = 'COMPLETED');
  v_decisions jsonb;
  v_said rex.announcement[];
begin
  perform rex.move_missions(p_moves);
  v_said := rex.leave_stages(p_moves, v_learned);
  v_decisions := rex.record_decisions(p_moves);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, version, reason, decision_id)
  select m.user_id, m.stage_at, 'mission', m.id, m.id, 'advance_mission', v_from ->> m.id::text, m.state, m.version, v.reason,
    (v_decisions ->> m.id::text)::uuid
  from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id;
  return v_said || rex.announce_moves(p_moves, v_from);
end $$;

create function rex.advance_missions(p_moves jsonb, p_command text) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_moves rex.mission_move[] := rex.read_moves(p_moves);
  v_verdicts rex.move_verdict[];
  v_moving rex.mission_move[];
begin
  perform rex.lock_moves(v_moves);
  v_verdicts := rex.judge_moves(v_moves);
  v_moving := array(select v from unnest(v_moves) as v where v.n in (select n from unnest(v_verdicts) where moves));
  if v_moving <> '{}' then
    perform rex.publish(rex.carry_out_moves(v_moving), p_command);
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('mission_id', v.mission_id, 'state', m.state, 'version', m.version, 'moved', coalesce(v.moves, false))
      || case when v.code is null then '{}' else jsonb_build_object('code', v.code) end order by v.n), '[]')
    from unnest(v_verdicts) as v left join public.rex_missions m on m.id = v.mission_id);
end $$;

create function public.rex_advance_missions(p_request_id text, p_moves jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('advance_missions', p_request_id, p_moves);
begin
  return coalesce(v_answer, rex.end_request('advance_missions', p_request_id,
    jsonb_build_object('missions', rex.advance_missions(p_moves, 'advance_missions'))));
end $$;

create function rex.refuse_move(p_code text, p_state text, p_to public.mission_state) returns void language plpgsql set search_path = '' as $$
begin
  if p_code = 'mission_unknown' then
    perform rex.refuse(404, p_code, 'There is no such mission.', 'It was deleted with its account: leave it.');
  elsif p_code = 'illegal_transition' then
    perform rex.refuse(409, p_code, format('A mission cannot be moved from %s to %s.', p_state, p_to), 'Read the missions to move again.');
  elsif p_code = 'error_code_invalid' then
    perform rex.refuse(422, p_code, 'A mission that fails or is escalated has an error code, no other has.', 'Send one with it, or none.');
  end if;
end $$;

create function public.rex_advance_mission(
  p_request_id text, p_mission_id uuid, p_version int, p_to public.mission_state, p_reason text,
  p_error_code text default null, p_decision jsonb default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('advance_mission', p_request_id,
    jsonb_build_array(p_mission_id, p_version, p_to, p_reason, p_error_code, p_decision));
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_answer := rex.advance_missions(jsonb_build_array(jsonb_build_object('mission_id', p_mission_id, 'version', p_version, 'to', p_to,
    'reason', p_reason, 'error_code', p_error_code, 'decision', p_decision)), 'advance_mission') -> 0;
  perform rex.refuse_move(v_answer ->> 'code', v_answer ->> 'state', p_to);
  return rex.end_request('advance_mission', p_request_id, v_answer);
end $$;
comment on function public.rex_advance_mission is 'The case of one, refused when it can never move there.';
grant execute on function public.rex_advance_missions, public.rex_advance_mission to service_role;
