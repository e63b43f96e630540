-- Invariants 5 and 6: a rotated domain serves nobody and rests; others take over its first touches, follow-ups wait for their own inbox.

create function rex.waiting_leads(p_campaign_id uuid) returns bigint language sql stable set search_path = '' as $$
  select count(*) from public.rex_missions m join public.rex_mission_leads ml on ml.mission_id = m.id
  where m.campaign_id = p_campaign_id and m.sends and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled'
    and ml.outcome in ('pending', 'held', 'scheduled')
$$;
comment on function rex.waiting_leads is 'People of a campaign who have been sent nothing yet and may be.';

create function rex.lock_rotated(p_task_id uuid, p_fence bigint) returns public.rex_domain_pool language plpgsql set search_path = '' as $$
declare
  v_task public.rex_tasks;
  v_domain_id uuid := (select m.domain_id from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id where t.id = p_task_id);
  v_campaign uuid := (select campaign_id from public.rex_domain_pool where id = v_domain_id);
  v_domain public.rex_domain_pool;
begin
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform from public.rex_accounts where user_id = v_task.user_id for share;
  perform from public.rex_campaigns where id = v_campaign for no key update;
  perform from public.rex_missions where id = v_task.mission_id for share;
  select * into v_domain from public.rex_domain_pool where id = v_domain_id for no key update;
  perform from public.rex_tasks where id = p_task_id for share;
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform rex.check_held(v_task, p_fence);
  if v_domain.id is null or v_domain.campaign_id is distinct from v_campaign then
    perform rex.refuse(409, 'stale', 'The domain changed hands meanwhile.', 'Leave the task: it is tried again.');
  end if;
  return v_domain;
end $$;
comment on function rex.lock_rotated is 'The domain that a task''s mission is about, locked with its campaign; refuses who does not hold the task.';

create function rex.replacements_of(p_mission_id uuid) returns uuid[] language sql stable set search_path = '' as $$
  select array(
    select replacement.id::uuid from public.rex_logs l, jsonb_array_elements_text(l.data -> 'replacements') as replacement (id)
    where l.mission_id = p_mission_id and l.action = 'rotate_domain')
$$;
comment on function rex.replacements_of is 'The domains a rotation brought in, as its audit row has them.';

create function rex.retire_domain(p_domain public.rex_domain_pool, p_mission_id uuid, p_fence bigint) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_need bigint := rex.waiting_leads(p_domain.campaign_id);
  v_new uuid[] := '{}';
  v_said rex.announcement[];
begin
  update public.rex_domain_pool set status = 'rotated', rotated_at = rex.now(), campaign_id = null where id = p_domain.id;
  if v_need > 0 then
    v_new := rex.assign_domains(p_domain.user_id, p_domain.campaign_id, v_need);
  end if;
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, from_state, to_state, fence, data)
  values (p_domain.user_id, 'domain', p_domain.id, p_mission_id, 'rotate_domain', p_domain.status, 'rotated', p_fence,
    jsonb_build_object('campaign_id', p_domain.campaign_id, 'replacements', to_jsonb(v_new)));
  v_said := array[row(p_domain.user_id, 'domain.rotated', p_mission_id, jsonb_build_object(
    'domain_id', p_domain.id, 'campaign_id', p_domain.campaign_id, 'replacements', to_jsonb(v_new)))::rex.announcement]
    || rex.log_domains(v_new, 'assign_domain', p_domain.campaign_id, null);
  if v_need > 0 and rex.campaign_capacity(p_domain.campaign_id) = 0 then
    v_said := v_said || row(p_domain.user_id, 'error.no_replacement', p_mission_id, jsonb_build_object(
      'domain_id', p_domain.id, 'campaign_id', p_domain.campaign_id, 'leads', v_need))::rex.announcement;
  end if;
  return v_said;
end $$;
comment on function rex.retire_domain is 'The campaign gets domains by the three tiers if its others cannot serve who waits; where there is none, that is said.';

create function public.rex_replace_domain(p_request_id text, p_task_id uuid, p_fence bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('replace_domain', p_request_id, jsonb_build_array(p_task_id, p_fence));
  v_domain public.rex_domain_pool;
  v_mission uuid := (select mission_id from public.rex_tasks where id = p_task_id);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_domain := rex.lock_rotated(p_task_id, p_fence);
  if v_domain.status in ('warming', 'active') then
    perform rex.publish(rex.retire_domain(v_domain, v_mission, p_fence), 'replace_domain');
  end if;
  return rex.end_request('replace_domain', p_request_id, jsonb_build_object('domain_id', v_domain.id, 'replacements', rex.replacements_of(v_mission)));
end $$;

create function public.rex_start_warmup(p_request_id text, p_task_id uuid, p_fence bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('start_warmup', p_request_id, jsonb_build_array(p_task_id, p_fence));
  v_task public.rex_tasks;
  v_started uuid[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform from public.rex_missions where id = v_task.mission_id for share;
  perform from public.rex_inboxes where domain_id = any (rex.replacements_of(v_task.mission_id)) order by id for no key update;
  perform from public.rex_tasks where id = p_task_id for share;
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform rex.check_held(v_task, p_fence);
  with started as (
    update public.rex_inboxes set warmup_started_at = rex.now()
    where domain_id = any (rex.replacements_of(v_task.mission_id))
      and checked_version = login_version and warmed_at is null and warmup_started_at is null
    returning id)
  select array_agg(id order by id) into v_started from started;
  perform rex.publish(array(
    select row(v_task.user_id, 'domain.warmup_started', v_task.mission_id, jsonb_build_object('domain_id', domain_id, 'inbox_id', id))::rex.announcement
    from public.rex_inboxes where id = any (v_started) order by id), 'start_warmup');
  return rex.end_request('start_warmup', p_request_id, jsonb_build_object('inboxes', coalesce(cardinality(v_started), 0)));
end $$;
comment on function public.rex_start_warmup is 'The ramp of the replacements'' inboxes that have none yet begins today.';
grant execute on function public.rex_replace_domain, public.rex_start_warmup to service_role;

create function rex.domain_shown(p_mission public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'domain_id', d.id, 'status', d.status, 'reputation', d.reputation,
    'values', (select coalesce(jsonb_agg(v.value order by v.at desc), '[]') from (
      select at, value from public.rex_domain_reputations where domain_id = d.id order by at desc limit 2) as v),
    'by_hand', exists (select from public.rex_logs l where l.mission_id = p_mission.id and l.action = 'create_mission' and l.actor is not null),
    'replacements', rex.replacements_of(p_mission.id))
  from public.rex_domain_pool d where d.id = p_mission.domain_id
$$;
comment on function rex.domain_shown is 'What the agents of a rotation see of its domain; values newest first.';
