-- A rotation is a mission of one domain: by the rule or by hand, one at a time.

create function rex.insert_rotation(p_domain public.rex_domain_pool, p_by uuid) returns public.rex_missions language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
begin
  insert into public.rex_missions (user_id, type, crew, domain_id, sends, priority, created_by)
  values (p_domain.user_id, 'domain_rotation', rex.crew_of('domain_rotation'), p_domain.id, false, 80, p_by) returning * into v_mission;
  return v_mission;
end $$;

create function rex.lock_to_rotate(p_account uuid, p_domain_id uuid) returns public.rex_domain_pool language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  perform from public.rex_accounts where user_id = p_account for share;
  perform from public.rex_crews where user_id = p_account and crew = rex.crew_of('domain_rotation') for no key update;
  select * into v_domain from public.rex_domain_pool where id = p_domain_id and user_id = p_account for no key update;
  return v_domain;
end $$;

create function rex.rotation_obstacle(p_domain public.rex_domain_pool) returns text language sql stable set search_path = '' as $$
  select case
    when p_domain.id is null then 'domain_unknown'
    when p_domain.status not in ('warming', 'active') then 'domain_not_in_service'
    when exists (select from public.rex_missions m
      where m.domain_id = p_domain.id and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled') then 'rotation_under_way' end
$$;

create function rex.queue_rotation(p_domain public.rex_domain_pool, p_by uuid, p_sender text, p_decision jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions := rex.insert_rotation(p_domain, p_by);
begin
  perform rex.settle_judged(p_domain.id);
  perform rex.log_mission(v_mission, null, 'create_mission', p_decision ->> 'reason', null, rex.record_decision(p_domain.user_id, p_decision),
    jsonb_build_object('domain_id', p_domain.id));
  perform rex.publish(array[
    row(v_mission.user_id, 'mission.created', v_mission.id, jsonb_build_object(
      'type', v_mission.type, 'leads', 0, 'priority', v_mission.priority))::rex.announcement,
    row(v_mission.user_id, 'domain.rotation_needed', v_mission.id, jsonb_build_object(
      'domain_id', p_domain.id, 'reputation', p_domain.reputation, 'reason', coalesce(p_decision ->> 'reason', 'by_hand')))::rex.announcement
  ], p_sender);
  return jsonb_build_object('domain_id', p_domain.id, 'mission_id', v_mission.id, 'state', v_mission.state);
end $$;

create function rex.start_rotation(p_domain_id uuid, p_decision jsonb) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool := rex.known_domain(p_domain_id);
begin
  v_domain := rex.lock_to_rotate(v_domain.user_id, p_domain_id);
  if rex.rotation_obstacle(v_domain) is not null then
    return jsonb_build_object('domain_id', p_domain_id, 'mission_id', null, 'code', rex.rotation_obstacle(v_domain));
  end if;
  return rex.queue_rotation(v_domain, v_domain.user_id, 'start_rotation', p_decision);
end $$;

create function public.rex_start_rotation(p_request_id text, p_domain_id uuid, p_decision jsonb default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('start_rotation', p_request_id, jsonb_build_array(p_domain_id, p_decision));
begin
  return coalesce(v_answer, rex.end_request('start_rotation', p_request_id, rex.start_rotation(p_domain_id, p_decision)));
end $$;
grant execute on function public.rex_start_rotation to service_role;

create function rex.refuse_rotation(p_code text) returns void language plpgsql set search_path = '' as $$
begin
  case p_code
    when 'domain_unknown' then
      perform rex.refuse(404, p_code, 'This account has no such domain.', 'List the domains.');
    when 'domain_not_in_service' then
      perform rex.refuse(409, p_code, 'This domain sends nothing, so there is nothing to rotate.', 'Choose one that is warming or active.');
    when 'rotation_under_way' then
      perform rex.refuse(409, p_code, 'A rotation of this domain is not over yet.', 'Wait for it; one that was escalated can be retried or cancelled.');
    else
      null;  -- Nothing speaks against it.
  end case;
end $$;

create function rex.rotate_domain(p_account uuid, p_request_id text, p_domain_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('rotate_domain', p_request_id, jsonb_build_array(p_account, p_domain_id));
  v_domain public.rex_domain_pool;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_domain := rex.lock_to_rotate(rex.require_role(p_account, 'owner', 'operator'), p_domain_id);
  perform rex.refuse_rotation(rex.rotation_obstacle(v_domain));
  return rex.end_request('rotate_domain', p_request_id, rex.queue_rotation(v_domain, auth.uid(), 'rotate_domain', null));
end $$;

create function public.rex_rotate_domain(p_account uuid default null, p_request_id text default null, p_domain_id uuid default null) returns jsonb
language sql set search_path = '' as $$
  select rex.rotate_domain(p_account, p_request_id, p_domain_id)
$$;
grant execute on function rex.rotate_domain, public.rex_rotate_domain to authenticated;
