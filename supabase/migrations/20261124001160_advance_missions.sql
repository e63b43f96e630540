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
  perform from public.rex_leads where id in (
    select lead_id from public.rex_mission_leads where mission_id = p_mission_id and outcome in ('replied', 'bounced', 'unsubscribed')
  ) order by id for no key update;
  update public.rex_leads l set score = case ml.outcome
    when 'replied' then least(1, l.score + 0.2) when 'bounced' then greatest(0, l.score - 0.3) else greatest(0, l.score - 0.5) end
  from public.rex_mission_leads ml
  where ml.mission_id = p_mission_id and ml.lead_id = l.id and ml.outcome in ('replied', 'bounced', 'unsubscribed');
  get diagnostics v_learned = row_count;
  return v_learned;
end $$;
comment on function rex.learn_scores is 'A reply raises a lead''s score, a bounce or an unsubscribe lowers it; once per mission, within 0 and 1.';

create function rex.has_lost_all(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select case when p_mission.leads > 0 then rex.failed_leads(p_mission.id) = p_mission.leads
    else exists (select from public.rex_tasks where mission_id = p_mission.id and round = p_mission.round and state = 'FAILED') end
$$;
comment on function rex.has_lost_all is 'Every lead failed; without leads, a task did.';

create function rex.may_advance(p_mission public.rex_missions, p_to public.mission_state, p_error_code text) returns boolean
language sql stable set search_path = '' as $$
  select case
    when p_error_code = 'timeout' then rex.is_overdue(p_mission)
    when p_error_code = 'no_lead_left' then rex.has_ended(p_mission) and rex.has_lost_all(p_mission)
    when p_to in ('FAILED', 'ESCALATED') then true
    else not rex.is_paused(p_mission) and rex.has_ended(p_mission) and (p_mission.state <> 'EXECUTING' or not rex.has_lost_all(p_mission))
  end
$$;
comment on function rex.may_advance is 'Checked under the locks: a stage that has not ended can only be left by failing, a paused one too.';

create function rex.check_advance(p_mission public.rex_missions, p_to public.mission_state, p_error_code text) returns void
language plpgsql set search_path = '' as $$
begin
  if p_mission.id is null then
    perform rex.refuse(404, 'mission_unknown', 'There is no such mission.', 'It was deleted with its account: leave it.');
  elsif p_to in ('QUEUED', 'ASSIGNED') or p_mission.error_code = 'cancelled' or p_error_code = 'cancelled'
    or not exists (select from rex.transitions where from_state = p_mission.state and to_state = p_to) then
    perform rex.refuse(409, 'illegal_transition', format('A mission cannot be moved from %s to %s.', p_mission.state, p_to),
      'Read the missions to move again.');
  elsif (p_to in ('FAILED', 'ESCALATED')) <> (p_error_code is not null) then
    perform rex.refuse(422, 'error_code_invalid', 'A mission that fails or is escalated has an error code, no other has.', 'Send one with it, or none.');
  end if;
end $$;

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

-- In the order of the locks: leads, domains, tasks, then the slot with its share.
create function rex.leave_stage(p_before public.rex_missions, p_to public.mission_state) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[] := '{}';
begin
  if p_before.state = 'OPTIMIZING' and p_to = 'COMPLETED' then
    perform rex.learn_scores(p_before.id);
  end if;
  if p_to = 'COMPLETED' and p_before.sends then
    v_said := rex.log_domains(rex.free_domains(p_before.campaign_id), 'free_domain', p_before.campaign_id, null);
  elsif p_to in ('FAILED', 'ESCALATED') then
    perform rex.cancel_tasks(p_before.id);
  end if;
  if p_to in ('COLLECTING', 'FAILED', 'ESCALATED') and rex.release_slot(p_before.id) then
    v_said := v_said || row(p_before.user_id, 'resource.released', p_before.id, jsonb_build_object('crew', p_before.crew))::rex.announcement;
  end if;
  return v_said;
end $$;

create function rex.announce_move(p_before public.rex_missions, p_after public.rex_missions) returns rex.announcement[]
language sql immutable set search_path = '' as $$
  select array_agg(row(p_after.user_id, type, p_after.id, jsonb_build_object(
    'from', p_before.state, 'to', p_after.state, 'version', p_after.version, 'error_code', p_after.error_code))::rex.announcement)
  from unnest(array['mission.' || lower(p_after.state::text)]
    || case when p_after.state in ('FAILED', 'ESCALATED') then array['error.mission_' || lower(p_after.state::text)] else '{}' end) as type
$$;

create function rex.advance_mission(p_mission_id uuid, p_version int, p_to public.mission_state, p_reason text, p_error_code text, p_decision jsonb)
returns jsonb language plpgsql set search_path = '' as $$
declare
  v_before public.rex_missions := rex.lock_mission(p_mission_id, p_to in ('COLLECTING', 'FAILED', 'ESCALATED'), p_to = 'COMPLETED');
  v_after public.rex_missions;
  v_said rex.announcement[];
begin
  if v_before.version = p_version or v_before.id is null then
    perform rex.check_advance(v_before, p_to, p_error_code);
    if rex.may_advance(v_before, p_to, p_error_code) then
      v_after := rex.move_mission(v_before, p_to, p_error_code);
      v_said := rex.leave_stage(v_before, p_to);
      perform rex.log_mission(v_after, v_before.state, 'advance_mission', p_reason, null, rex.record_decision(v_before.user_id, p_decision));
      perform rex.publish(v_said || rex.announce_move(v_before, v_after), 'advance_mission');
      return jsonb_build_object('mission_id', v_after.id, 'state', v_after.state, 'version', v_after.version, 'moved', true);
    end if;
  end if;
  return jsonb_build_object('mission_id', v_before.id, 'state', v_before.state, 'version', v_before.version, 'moved', false);
end $$;

create function public.rex_advance_mission(
  p_request_id text, p_mission_id uuid, p_version int, p_to public.mission_state, p_reason text,
  p_error_code text default null, p_decision jsonb default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('advance_mission', p_request_id,
    jsonb_build_array(p_mission_id, p_version, p_to, p_reason, p_error_code, p_decision));
begin
  return coalesce(v_answer, rex.end_request('advance_mission', p_request_id,
    rex.advance_mission(p_mission_id, p_version, p_to, p_reason, p_error_code, p_decision)));
end $$;
grant execute on function public.rex_advance_mission to service_role;
