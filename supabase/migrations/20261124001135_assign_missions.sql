-- Invariants 1, 3, 6 and 11: what a claim decided is one row per account, named by each audit row of the batch.

-- Looked at again after a minute, later the longer it waits, so that a crowd that waits costs little.
create function rex.hold_back(p_missions uuid[], p_for text) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_new uuid[] := array(select id from public.rex_missions where id = any (p_missions) and waiting_for is distinct from p_for order by id);
begin
  update public.rex_missions set ready = false, waiting_for = p_for,
    waiting_since = case when waiting_for = p_for then waiting_since else rex.now() end,
    not_before = rex.now() + case when waiting_for = p_for
      then least(interval '5 minutes', greatest(interval '1 minute', (rex.now() - waiting_since) / 10)) else interval '1 minute' end
  where id = any (p_missions);
  return v_new;
end $$;
comment on function rex.hold_back is 'Missions that lack a domain or quota wait; returns those that did not wait for it before.';

create function rex.decide_claim(p_claim rex.claim, p_waiting uuid[]) returns jsonb language sql set search_path = '' as $$
  with told as (
    select user_id, id as mission_id, priority, null::uuid as domain_id from public.rex_missions where id = any (p_claim.claimed || p_waiting)
    union all select user_id, null, null, id from public.rex_domain_pool where id = any (p_claim.domains)
  ), decided as (
    insert into public.rex_decisions (user_id, layer, rule, rule_version, action, params, reason, confidence, context)
    select user_id, 2, 'resource_allocation', 1, 'assign',
      jsonb_build_object('missions', count(*) filter (where mission_id = any (p_claim.claimed)), 'domains', count(domain_id)),
      'by_priority', 1,
      jsonb_build_object(
        'claimed', coalesce(jsonb_agg(mission_id) filter (where mission_id = any (p_claim.claimed)), '[]'),
        'waiting', coalesce(jsonb_agg(mission_id) filter (where mission_id = any (p_waiting)), '[]'),
        'priorities', coalesce(jsonb_object_agg(mission_id, priority) filter (where mission_id is not null), '{}'),
        'domains', coalesce(jsonb_agg(domain_id) filter (where domain_id is not null), '[]'))
    from told group by user_id order by user_id
    returning user_id, id)
  select coalesce(jsonb_object_agg(user_id, id), '{}') from decided
$$;
comment on function rex.decide_claim is 'One decision per account that got or began to wait for something; {user_id: decision_id}.';

create function rex.reserve_slots(p_missions uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  insert into public.rex_reservations (user_id, mission_id, crew, slot, fence, llm_calls_per_minute, taken_at)
  select m.user_id, m.id, m.crew, s.slot, m.fence, m.llm_calls_per_minute, m.stage_at
  from (
    select w.id, w.user_id, w.crew, w.fence, w.llm_calls_per_minute, w.stage_at, row_number() over (partition by w.user_id, w.crew order by p.n) as n
    from unnest(p_missions) with ordinality as p (id, n) join public.rex_missions w on w.id = p.id) as m
  join (
    select c.user_id, c.crew, f.slot, row_number() over (partition by c.user_id, c.crew order by f.slot) as n
    from (select user_id, crew, count(*) as wanted from public.rex_missions where id = any (p_missions) group by 1, 2) as asked
    join public.rex_crews c on c.user_id = asked.user_id and c.crew = asked.crew
    cross join lateral (
      select array_agg(r.slot) as slots from public.rex_reservations r
      where r.user_id = c.user_id and r.crew = c.crew and r.released_at is null) as held
    cross join lateral (
      select s.slot from generate_series(1, c.slots) as s (slot) where s.slot <> all (coalesce(held.slots, '{}'))
      order by s.slot limit least(asked.wanted, greatest(0, c.slots - c.held))) as f) as s
  on s.user_id = m.user_id and s.crew = m.crew and s.n = m.n;
  update public.rex_crews c set held = c.held + n.taken
  from (select user_id, crew, count(*) as taken from public.rex_missions where id = any (p_missions) group by 1, 2) as n
  where c.user_id = n.user_id and c.crew = n.crew;
end $$;

create function rex.assign_missions(p_missions uuid[], p_decisions jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  update public.rex_missions set state = 'ASSIGNED', ready = false, fence = fence + 1, assigned_at = v_now, waiting_for = null, waiting_since = null,
    updated_at = v_now
  where id = any (p_missions);
  perform rex.reserve_slots(p_missions);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, version, fence, reason, decision_id)
  select user_id, stage_at, 'mission', id, id, 'claim_missions', 'QUEUED', state, version, fence, 'claimed', (p_decisions ->> user_id::text)::uuid
  from public.rex_missions where id = any (p_missions) order by id;
end $$;

create function rex.log_waiting(p_missions uuid[], p_decisions jsonb) returns void language sql set search_path = '' as $$
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason, decision_id)
  select user_id, 'mission', id, id, 'hold_back_mission', waiting_for, (p_decisions ->> user_id::text)::uuid
  from public.rex_missions where id = any (p_missions) order by id
$$;

create function rex.announce_claim(p_claim rex.claim, p_waiting uuid[]) returns rex.announcement[] language sql stable set search_path = '' as $$
  select array_agg(row(user_id, type, mission_id, data)::rex.announcement) from (
    select user_id, 'mission.assigned' as type, id as mission_id, jsonb_build_object('crew', crew, 'leads', leads) as data
    from public.rex_missions where id = any (p_claim.claimed)
    union all
    select user_id, 'resource.allocated', null, jsonb_build_object('missions', jsonb_agg(id order by id))
    from public.rex_missions where id = any (p_claim.claimed) group by user_id
    union all
    select user_id, 'resource.exhausted', id, jsonb_build_object('waiting_for', waiting_for, 'campaign_id', campaign_id)
    from public.rex_missions where id = any (p_waiting)) as said
$$;

create function rex.claim_answer(p_claim rex.claim) returns jsonb language sql set search_path = '' as $$
  select jsonb_build_object('now', rex.now(),
    'missions', coalesce((
      select jsonb_agg(jsonb_build_object('mission_id', m.id, 'user_id', m.user_id, 'type', m.type, 'crew', m.crew, 'fence', m.fence, 'round', m.round,
        'leads', m.leads, 'batch_size', m.batch_size, 'batches', greatest(1, ceil(m.leads::numeric / m.batch_size)::int)) order by p.n)
      from unnest(p_claim.claimed) with ordinality as p (id, n) join public.rex_missions m on m.id = p.id), '[]'),
    'waiting', coalesce((
      select jsonb_agg(jsonb_build_object('mission_id', id, 'waiting_for', waiting_for) order by id)
      from public.rex_missions where id = any (p_claim.no_domain || p_claim.no_quota)), '[]'))
$$;

create function rex.try_claim(p_limit int, p_lock_shares boolean) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_turns rex.turn[] := rex.take_turns(p_limit);
  v_picked uuid[] := rex.pick_missions(v_turns, p_limit);
  v_claim rex.claim;
  v_waiting uuid[];
  v_decisions jsonb;
  v_said rex.announcement[];
  v_domain_logs record;
begin
  if v_picked is null then
    return rex.claim_answer(row('{}', '{}', '{}', '{}')::rex.claim);
  end if;
  perform rex.end_turns(v_picked);
  v_claim := rex.find_shares(rex.find_domains(rex.lock_picked(v_picked)), p_lock_shares);
  v_waiting := rex.hold_back(v_claim.no_domain, 'domain') || rex.hold_back(v_claim.no_quota, 'quota');
  v_decisions := rex.decide_claim(v_claim, v_waiting);
  perform rex.assign_missions(v_claim.claimed, v_decisions);
  perform rex.log_waiting(v_waiting, v_decisions);
  v_said := rex.announce_claim(v_claim, v_waiting);
  for v_domain_logs in
    select campaign_id, user_id, array_agg(id) as ids from public.rex_domain_pool where id = any (v_claim.domains) group by 1, 2
  loop
    v_said := v_said || rex.log_domains(v_domain_logs.ids, 'assign_domain', v_domain_logs.campaign_id,
      (v_decisions ->> v_domain_logs.user_id::text)::uuid);
  end loop;
  perform rex.take_shares(v_claim.claimed);
  perform rex.publish(v_said, 'claim_missions');
  return rex.claim_answer(v_claim);
end $$;

create function rex.claim_missions(p_limit int) returns jsonb language plpgsql set search_path = '' as $$
begin
  return rex.try_claim(p_limit, false);
exception when sqlstate 'RX001' then
  return rex.try_claim(p_limit, true);
end $$;
comment on function rex.claim_missions is 'A claim that lost its shares to another is undone and made again under the lock of the limit.';

-- A repeat is answered with the fence and round of then, not of now, so the answer is kept whole: it is ids, numbers and codes.
create function public.rex_claim_missions(p_request_id text, p_limit int default 100) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('claim_missions', p_request_id, jsonb_build_array(p_limit));
begin
  return coalesce(v_answer, rex.end_request('claim_missions', p_request_id, rex.claim_missions(least(greatest(p_limit, 1), 500))));
end $$;
grant execute on function public.rex_claim_missions to service_role;
