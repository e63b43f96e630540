-- Before a domain is rotated, what harms it is stopped: what is unsent to the leads of an import is held, a mission or campaign paused.

create function rex.settle_judged(p_domain_id uuid) returns public.rex_domain_pool language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  select * into v_domain from public.rex_domain_pool where id = p_domain_id for no key update;
  update public.rex_domain_pool set judged_at = rex.now() where id = p_domain_id;
  return v_domain;
end $$;
comment on function rex.settle_judged is 'Something is done about the domain: what was measured before counts no more. Returns it as it was.';

create function rex.known_domain(p_domain_id uuid) returns public.rex_domain_pool language plpgsql stable set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  select * into v_domain from public.rex_domain_pool where id = p_domain_id and user_id is not null;
  if not found then
    perform rex.refuse(404, 'domain_unknown', 'There is no such domain.', 'Read the domains to judge again.');
  end if;
  return v_domain;
end $$;

create function rex.hold_leads(p_lead_ids uuid[], p_reason text) returns int language plpgsql set search_path = '' as $$
declare
  v_held int;
begin
  perform from public.rex_mission_leads where lead_id = any (p_lead_ids) and outcome = 'scheduled' order by mission_id, lead_id for no key update;
  perform from public.rex_outreach where lead_id = any (p_lead_ids) and state = 'scheduled' order by id for no key update;
  update public.rex_outreach set state = 'held', held_at = rex.now(), reason = p_reason, lease_until = null, sendable_at = null,
    inbox_id = case when step > 1 then inbox_id end
  where lead_id = any (p_lead_ids) and state = 'scheduled';
  get diagnostics v_held = row_count;
  update public.rex_mission_leads ml set outcome = 'held', reason = p_reason
  where ml.lead_id = any (p_lead_ids) and ml.outcome = 'scheduled' and exists (
    select from public.rex_outreach o where o.mission_id = ml.mission_id and o.lead_id = ml.lead_id and o.state = 'held');
  return v_held;
end $$;
comment on function rex.hold_leads is 'What is scheduled to these people waits for a person; returns how many messages. The leads are locked by the caller.';

-- What a mail server deferred while its import was being held comes back as held.
create function rex.hold_deferred(p_outreach_id uuid) returns void language sql set search_path = '' as $$
  update public.rex_outreach o set state = 'held', held_at = rex.now(), reason = 'import_harms'
  from public.rex_leads l join public.rex_imports i on i.id = l.import_id
  where o.id = p_outreach_id and o.state = 'scheduled' and l.id = o.lead_id and i.held_at > o.begun_at
$$;

-- Whoever writes to one of these leads holds it FOR SHARE, so it either is seen here or finds the import held.
create function rex.hold_import(p_domain public.rex_domain_pool, p_import_id uuid, p_decision jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_leads uuid[];
  v_held int;
begin
  perform rex.lock_imports(p_domain.user_id);
  perform from public.rex_accounts where user_id = p_domain.user_id for share;
  v_leads := array(select id from public.rex_leads where import_id = p_import_id and user_id = p_domain.user_id order by id for no key update);
  update public.rex_imports set held_at = rex.now() where id = p_import_id and user_id = p_domain.user_id and held_at is null;
  if not found then
    return jsonb_build_object('import_id', p_import_id, 'held', 0, 'done', false);
  end if;
  perform rex.settle_judged(p_domain.id);
  v_held := rex.hold_leads(v_leads, 'import_harms');
  insert into public.rex_logs (user_id, entity, entity_id, action, reason, decision_id, data)
  values (p_domain.user_id, 'import', p_import_id, 'hold_import', p_decision ->> 'reason', rex.record_decision(p_domain.user_id, p_decision),
    jsonb_build_object('domain_id', p_domain.id, 'messages', v_held));
  perform rex.publish(array[
    row(p_domain.user_id, 'system.import_held', null, jsonb_build_object('import_id', p_import_id, 'messages', v_held))::rex.announcement,
    row(p_domain.user_id, 'error.import_harms', null, jsonb_build_object(
      'import_id', p_import_id, 'domain_id', p_domain.id, 'messages', v_held))::rex.announcement
  ], 'hold_import');
  return jsonb_build_object('import_id', p_import_id, 'held', v_held, 'done', true);
end $$;

create function public.rex_hold_import(p_request_id text, p_domain_id uuid, p_import_id uuid, p_decision jsonb default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('hold_import', p_request_id, jsonb_build_array(p_domain_id, p_import_id, p_decision));
begin
  return coalesce(v_answer, rex.end_request('hold_import', p_request_id, rex.hold_import(rex.known_domain(p_domain_id), p_import_id, p_decision)));
end $$;

-- Taken here in their order, the domain among them, because a pause gives shares back at its end.
create function rex.lock_cause(p_domain public.rex_domain_pool, p_kind text, p_id uuid) returns void language plpgsql set search_path = '' as $$
declare
  v_campaign uuid := case p_kind when 'campaign' then p_id else (select campaign_id from public.rex_missions where id = p_id) end;
begin
  perform from public.rex_accounts where user_id = p_domain.user_id for share;
  perform from public.rex_crews where user_id = p_domain.user_id order by crew for no key update;
  if p_kind = 'campaign' then
    perform from public.rex_campaigns where id = v_campaign for no key update;
    perform from public.rex_missions
    where campaign_id = v_campaign and sends and state in ('QUEUED', 'ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING') order by id for no key update;
  else
    perform from public.rex_campaigns where id = v_campaign for share;
    perform from public.rex_missions where id = p_id for no key update;
  end if;
  perform from public.rex_domain_pool where id = p_domain.id for no key update;
end $$;

create function rex.pause_cause(p_domain public.rex_domain_pool, p_kind text, p_id uuid, p_decision jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_mission uuid := case when p_kind = 'mission' then p_id end;
begin
  if p_kind is null or p_kind not in ('mission', 'campaign') then
    perform rex.refuse(422, 'kind_invalid', 'A mission or a campaign is paused.', 'Hold the import, or rotate the domain.');
  end if;
  perform rex.lock_cause(p_domain, p_kind, p_id);
  if not rex.switch_scope(p_domain.user_id, p_kind, p_id, true) then
    return jsonb_build_object('kind', p_kind, 'id', p_id, 'done', false);
  end if;
  perform rex.settle_judged(p_domain.id);
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason, decision_id, data)
  values (p_domain.user_id, p_kind, p_id, v_mission, 'pause_cause', p_decision ->> 'reason', rex.record_decision(p_domain.user_id, p_decision),
    jsonb_build_object('domain_id', p_domain.id));
  perform rex.publish(array[
    row(p_domain.user_id, case p_kind when 'mission' then 'mission.paused' else 'system.paused' end, v_mission,
      jsonb_build_object('scope', p_kind, 'id', p_id))::rex.announcement,
    row(p_domain.user_id, 'error.' || p_kind || '_harms', v_mission, jsonb_build_object('id', p_id, 'domain_id', p_domain.id))::rex.announcement
  ], 'pause_cause');
  return jsonb_build_object('kind', p_kind, 'id', p_id, 'done', true);
end $$;
comment on function rex.pause_cause is 'As a person would pause it; a person resumes it.';

create function public.rex_pause_cause(p_request_id text, p_domain_id uuid, p_kind text, p_id uuid, p_decision jsonb default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('pause_cause', p_request_id, jsonb_build_array(p_domain_id, p_kind, p_id, p_decision));
begin
  return coalesce(v_answer, rex.end_request('pause_cause', p_request_id, rex.pause_cause(rex.known_domain(p_domain_id), p_kind, p_id, p_decision)));
end $$;
grant execute on function public.rex_hold_import, public.rex_pause_cause to service_role;
