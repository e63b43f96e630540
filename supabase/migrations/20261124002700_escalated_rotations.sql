-- Invariant 5: while its rotation is escalated a domain sends nothing, for nobody judges it until a person has decided about the rotation.

create function rex.pause_unrotated(p_domain public.rex_domain_pool, p_mission_id uuid) returns rex.announcement[]
language plpgsql set search_path = '' as $$
begin
  if p_domain.paused_at is not null then
    return '{}';
  end if;
  update public.rex_domain_pool set paused_at = rex.now(), pause_reason = 'rotation_escalated' where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason)
  values (p_domain.user_id, 'domain', p_domain.id, p_mission_id, 'pause_unrotated', 'rotation_escalated');
  return array[
    row(p_domain.user_id, 'domain.paused', p_mission_id, jsonb_build_object('scope', 'domain', 'id', p_domain.id))::rex.announcement,
    row(p_domain.user_id, 'error.rotation_escalated', p_mission_id, jsonb_build_object(
      'domain_id', p_domain.id, 'reputation', p_domain.reputation))::rex.announcement];
end $$;
comment on function rex.pause_unrotated is 'What a person paused, or harm, stays as it is.';

create function rex.resume_rotated(p_domain public.rex_domain_pool, p_mission_id uuid) returns rex.announcement[]
language plpgsql set search_path = '' as $$
begin
  if p_domain.pause_reason is distinct from 'rotation_escalated' then
    return '{}';
  end if;
  update public.rex_domain_pool set paused_at = null, pause_reason = null where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason)
  values (p_domain.user_id, 'domain', p_domain.id, p_mission_id, 'resume_rotated', 'rotation_completed');
  return array[row(p_domain.user_id, 'domain.resumed', p_mission_id, jsonb_build_object('scope', 'domain', 'id', p_domain.id))::rex.announcement];
end $$;
comment on function rex.resume_rotated is 'A rotation that a person retried takes back the pause of its escalation; a domain that rests comes back without it.';

create function rex.end_rotation(p_mission_id uuid) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
  v_domain public.rex_domain_pool;
begin
  select * into v_mission from public.rex_missions where id = p_mission_id;
  select * into v_domain from public.rex_domain_pool where id = v_mission.domain_id for no key update;
  return case when v_domain.id is null then '{}' when v_mission.state = 'ESCALATED' then rex.pause_unrotated(v_domain, p_mission_id)
    when v_mission.state = 'COMPLETED' then rex.resume_rotated(v_domain, p_mission_id) else '{}' end;
end $$;
comment on function rex.end_rotation is 'What becomes of its domain now that the mission is where it is; returns what to publish. The mission is locked by the caller.';

-- With the domains of campaigns that end in the same call, so that all are locked in one order.
create function rex.end_rotations(p_moves rex.mission_move[]) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_rotations uuid[] := array(
    select m.id from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id
    where v.state in ('COMPLETED', 'ESCALATED') and m.domain_id is not null order by m.id);
  v_said rex.announcement[] := '{}';
  v_id uuid;
begin
  if v_rotations = '{}' then
    return '{}';
  end if;
  perform from public.rex_domain_pool where id = any (
    array(select domain_id from public.rex_missions where id = any (v_rotations))
    || array(select d.id from unnest(p_moves) as v join public.rex_missions m on m.id = v.mission_id
      join public.rex_domain_pool d on d.campaign_id = m.campaign_id where v.state = 'COMPLETED' and m.sends))
  order by id for no key update;
  foreach v_id in array v_rotations loop
    v_said := v_said || rex.end_rotation(v_id);
  end loop;
  return v_said;
end $$;

create function rex.check_resumable(p_domain_id uuid) returns void language plpgsql set search_path = '' as $$
begin
  if exists (select from public.rex_missions where domain_id = p_domain_id and state = 'ESCALATED') then
    perform rex.refuse(409, 'rotation_escalated', 'The rotation of this domain was escalated, so nobody watches its reputation.',
      'Retry its rotation, or cancel it and resume the domain then.');
  end if;
end $$;
comment on function rex.check_resumable is 'The domain is locked by the caller: whoever escalates its rotation locks it too.';
