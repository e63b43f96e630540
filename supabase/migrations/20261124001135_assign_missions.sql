-- Invariants 1, 3, 6 and 11: what a claim decided is one row per account, named by each audit row of the batch.

-- Looked at again after a minute, later the longer it waits, so that a crowd that waits costs little.
create function rex.hold_back(p_missions uuid[], p_for text) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_new uuid[];
begin
  if p_missions = '{}' then
    return p_missions;
  end if;
  v_new := array(select id from public.rex_missions where id = any (p_missions) and waiting_for is distinct from p_for order by id);
  update public.rex_missions set ready = false, waiting_for = p_for,
    waiting_since = case when waiting_for = p_for then waiting_since else rex.now() end,
    not_before = rex.now() + case when waiting_for = p_for
      then least(interval '5 minutes', greatest(interval '1 minute', (rex.now() - waiting_since) / 10)) else interval '1 minute' end
  where id = any (p_missions);
  return v_new;
end $$;
comment on function rex.hold_back is 'Missions that lack a domain or quota wait; returns those that did not wait for it before.';

create function rex.ids_of(p_picked rex.picked[]) returns uuid[] language plpgsql immutable set search_path = '' as $$
begin
  return array(select id from unnest(p_picked));
end $$;

create type rex.waiting_mission as (id uuid, user_id uuid, campaign_id uuid, priority int, waiting_for text);

create function rex.hold_back_claim(p_claim rex.claim) returns rex.waiting_mission[] language plpgsql set search_path = '' as $$
declare
  v_new uuid[] := rex.hold_back(rex.ids_of(p_claim.no_domain), 'domain') || rex.hold_back(rex.ids_of(p_claim.no_quota), 'quota');
begin
  if v_new = '{}' then
    return '{}';
  end if;
  return array(
    select row(id, user_id, campaign_id, priority, waiting_for)::rex.waiting_mission from (
      select *, 'domain' as waiting_for from unnest(p_claim.no_domain) union all select *, 'quota' from unnest(p_claim.no_quota)) as w
    where id = any (v_new) order by id);
end $$;
comment on function rex.hold_back_claim is 'What a claim could not serve waits; returns those that begin to.';

create type rex.claim_decision as (user_id uuid, id uuid);

create function rex.decide_claim(p_claim rex.claim, p_waiting rex.waiting_mission[]) returns rex.claim_decision[]
language plpgsql set search_path = '' as $$
declare
  v_decisions rex.claim_decision[];
begin
  with told as (
    select user_id, id as claimed, null::uuid as waiting, priority, null::uuid as domain, n
    from unnest(p_claim.claimed) with ordinality as c (id, user_id, type, crew, campaign_id, sends, leads, batch_size, priority, calls, fence, round, n)
    union all select user_id, null, id, priority, null, 1000 + n
    from unnest(p_waiting) with ordinality as w (id, user_id, campaign_id, priority, waiting_for, n)
    union all select user_id, null, null, null, id, null from public.rex_domain_pool where id = any (p_claim.domains)
  ), decided as (
    insert into public.rex_decisions (user_id, layer, rule, rule_version, action, params, reason, confidence, context)
    select user_id, 2, 'resource_allocation', 1, 'assign', jsonb_build_object('missions', count(claimed), 'domains', count(domain)),
      'by_priority', 1,
      jsonb_build_object(
        'claimed', coalesce(array_agg(claimed order by n) filter (where claimed is not null), '{}'),
        'waiting', coalesce(array_agg(waiting order by n) filter (where waiting is not null), '{}'),
        'priorities', coalesce(array_agg(priority order by n) filter (where priority is not null), '{}'),
        'domains', coalesce(array_agg(domain) filter (where domain is not null), '{}'))
    from told group by user_id order by user_id
    returning user_id, id)
  select array_agg(row(user_id, id)::rex.claim_decision) into v_decisions from decided;
  return v_decisions;
end $$;
comment on function rex.decide_claim is
  'One decision per account that got or began to wait for something; its priorities are those of what it claimed, then of what waits.';

create function rex.reserve_slots(p_claimed rex.picked[], p_now timestamptz) returns void language plpgsql set search_path = '' as $$
begin
  with mission as (
    select *, row_number() over (partition by user_id, crew) as n from unnest(p_claimed)
  ), asked as (
    select user_id, crew, count(*) as wanted from unnest(p_claimed) group by 1, 2
  ), free as materialized (
    select c.user_id, c.crew, array(
      select generate_series(1, c.slots)
      except select r.slot from public.rex_reservations r where r.user_id = c.user_id and r.crew = c.crew and r.released_at is null
      order by 1 limit least(asked.wanted, greatest(0, c.slots - c.held))) as slots
    from asked join public.rex_crews c using (user_id, crew)
  )
  insert into public.rex_reservations (user_id, mission_id, crew, slot, fence, llm_calls_per_minute, taken_at)
  select m.user_id, m.id, m.crew, free.slots[m.n], m.fence + 1, m.llm_calls_per_minute, p_now from mission m join free using (user_id, crew);
  update public.rex_crews c set held = c.held + n.taken
  from (select user_id, crew, count(*) as taken from unnest(p_claimed) group by 1, 2) as n
  where c.user_id = n.user_id and c.crew = n.crew;
end $$;

create function rex.assign_missions(p_claimed rex.picked[], p_decisions rex.claim_decision[], p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  with assigned as (
    update public.rex_missions set state = 'ASSIGNED', ready = false, fence = fence + 1, assigned_at = p_now, waiting_for = null,
      waiting_since = null, updated_at = p_now
    where id = any (rex.ids_of(p_claimed)) returning id, user_id, state, version, fence)
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, version, fence, reason, decision_id)
  select m.user_id, p_now, 'mission', m.id, m.id, 'claim_missions', 'QUEUED', m.state, m.version, m.fence, 'claimed', d.id
  from assigned m join unnest(p_decisions) as d using (user_id);
  perform rex.reserve_slots(p_claimed, p_now);
end $$;

create function rex.log_waiting(p_waiting rex.waiting_mission[], p_decisions rex.claim_decision[]) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason, decision_id)
  select w.user_id, 'mission', w.id, w.id, 'hold_back_mission', w.waiting_for, d.id
  from unnest(p_waiting) as w join unnest(p_decisions) as d using (user_id);
end $$;

create function rex.announce_claim(p_claim rex.claim, p_waiting rex.waiting_mission[]) returns rex.announcement[]
language plpgsql stable set search_path = '' as $$
begin
  return array(
    select row(user_id, 'mission.assigned', id, jsonb_build_object('crew', crew, 'leads', leads))::rex.announcement from unnest(p_claim.claimed)
    union all
    select row(user_id, 'resource.allocated', null, jsonb_build_object('missions', array_agg(id)))::rex.announcement
    from unnest(p_claim.claimed) group by user_id
    union all
    select row(user_id, 'resource.exhausted', id, jsonb_build_object('waiting_for', waiting_for, 'campaign_id', campaign_id))::rex.announcement
    from unnest(p_waiting));
end $$;

create function rex.log_claimed_domains(p_domains uuid[], p_decisions rex.claim_decision[]) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[] := '{}';
  v_taken record;
begin
  for v_taken in
    select p.campaign_id, d.id as decision_id, array_agg(p.id) as ids
    from public.rex_domain_pool p join unnest(p_decisions) as d using (user_id) where p.id = any (p_domains) group by 1, 2
  loop
    v_said := v_said || rex.log_domains(v_taken.ids, 'assign_domain', v_taken.campaign_id, v_taken.decision_id);
  end loop;
  return v_said;
end $$;

create type rex.claimed_mission as (
  mission_id uuid, user_id uuid, type public.mission_type, crew text, fence bigint, round int, leads int, batch_size int, batches int);
comment on type rex.claimed_mission is 'What the scheduler is told of a mission it claimed.';
create type rex.claim_answer as (kept jsonb, told json);
comment on type rex.claim_answer is 'What a repeat is answered from, and the answer.';

create function rex.answer_claim(p_claim rex.claim, p_now timestamptz) returns rex.claim_answer language plpgsql stable set search_path = '' as $$
declare
  v_waiting jsonb := (
    select coalesce(jsonb_agg(jsonb_build_object('mission_id', id, 'waiting_for', waiting_for) order by id), '[]') from (
      select id, 'domain' as waiting_for from unnest(p_claim.no_domain) union all select id, 'quota' from unnest(p_claim.no_quota)) as w);
  v_answer rex.claim_answer;
begin
  select jsonb_build_object('now', p_now, 'waiting', v_waiting, 'ids', coalesce(array_agg(id), '{}'), 'fences', coalesce(array_agg(fence + 1), '{}')),
    json_build_object('now', p_now, 'waiting', v_waiting, 'missions', coalesce(json_agg(row(
      id, user_id, type, crew, fence + 1, round, leads, batch_size, greatest(1, ceil(leads::numeric / batch_size)))::rex.claimed_mission), '[]'))
  into v_answer from unnest(p_claim.claimed);
  return v_answer;
end $$;

create function rex.repeat_claim(p_kept jsonb) returns json language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[] := array(select jsonb_array_elements_text(p_kept -> 'ids'));
  v_fences bigint[] := array(select jsonb_array_elements_text(p_kept -> 'fences'));
begin
  return json_build_object('now', p_kept -> 'now', 'waiting', p_kept -> 'waiting', 'missions', (
    select coalesce(json_agg(row(
      m.id, m.user_id, m.type, m.crew, m.fence, m.round, m.leads, m.batch_size, rex.batches(m))::rex.claimed_mission order by k.n), '[]')
    from unnest(v_ids, v_fences) with ordinality as k (id, fence, n)
    join public.rex_missions m on m.id = k.id and m.fence = k.fence and m.finished_at is null and m.state <> 'QUEUED'));
end $$;
comment on function rex.repeat_claim is 'The answer to a repeated claim: its missions that are still held under the same fence.';

create function rex.try_claim(p_limit int, p_lock_shares boolean) returns rex.claim_answer language plpgsql set search_path = '' as $$
declare
  v_pick rex.pick := rex.pick_missions(rex.take_turns(p_limit), p_limit);
  v_claim rex.claim;
  v_waiting rex.waiting_mission[];
  v_decisions rex.claim_decision[];
  v_said rex.announcement[];
  v_now timestamptz;
begin
  if v_pick.missions is null then
    return rex.answer_claim(row('{}', '{}', '{}', '{}')::rex.claim, rex.now());
  end if;
  perform rex.end_turns(v_pick.users);
  v_claim := rex.find_shares(rex.find_domains(rex.lock_picked(v_pick)), p_lock_shares);
  v_now := rex.now();
  v_waiting := rex.hold_back_claim(v_claim);
  v_decisions := rex.decide_claim(v_claim, v_waiting);
  perform rex.assign_missions(v_claim.claimed, v_decisions, v_now);
  perform rex.log_waiting(v_waiting, v_decisions);
  v_said := rex.announce_claim(v_claim, v_waiting) || rex.log_claimed_domains(v_claim.domains, v_decisions);
  perform rex.take_shares(v_claim.claimed);
  perform rex.publish(v_said, 'claim_missions');
  return rex.answer_claim(v_claim, v_now);
end $$;

create function rex.claim_missions(p_limit int) returns rex.claim_answer language plpgsql set search_path = '' as $$
begin
  return rex.try_claim(p_limit, false);
exception when sqlstate 'RX001' then
  return rex.try_claim(p_limit, true);
end $$;
comment on function rex.claim_missions is 'A claim that lost its shares to another is undone and made again under the lock of the limit.';

create function public.rex_claim_missions(p_request_id text, p_limit int default 100) returns json
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_kept jsonb := rex.begin_request('claim_missions', p_request_id, jsonb_build_array(p_limit));
  v_answer rex.claim_answer;
begin
  if v_kept is not null then
    return rex.repeat_claim(v_kept);
  end if;
  v_answer := rex.claim_missions(least(greatest(p_limit, 1), 500));
  perform rex.end_request('claim_missions', p_request_id, v_answer.kept);
  return v_answer.told;
end $$;
grant execute on function public.rex_claim_missions to service_role;
