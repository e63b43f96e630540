-- Invariants 1, 3 and 6: one audit row a transition, a slot is taken and given back under its crew's lock, an outcome only rises.

create function rex.log_mission(
  p_mission public.rex_missions, p_from public.mission_state, p_action text, p_reason text default null,
  p_fence bigint default null, p_decision_id uuid default null, p_data jsonb default '{}'
) returns void language sql set search_path = '' as $$
  insert into public.rex_logs (
    user_id, actor, entity, entity_id, mission_id, action, from_state, to_state, version, fence, reason, decision_id, data)
  values (
    p_mission.user_id, (select auth.uid()), 'mission', p_mission.id, p_mission.id, p_action, p_from, p_mission.state,
    p_mission.version, p_fence, p_reason, p_decision_id, p_data)
$$;
comment on function rex.log_mission is 'The one audit row of a transition; p_mission is the row after it, p_from null as it is created.';

create function rex.free_slots(p_user_id uuid, p_crew text, p_count int) returns setof int
language sql stable set search_path = '' as $$
  select s.slot from public.rex_crews c, generate_series(1, c.slots) as s (slot)
  where c.user_id = p_user_id and c.crew = p_crew and not exists (
    select from public.rex_reservations r
    where r.user_id = p_user_id and r.crew = p_crew and r.slot = s.slot and r.released_at is null)
  order by s.slot limit greatest(0, least(p_count, (
    select c.slots - c.held from public.rex_crews c where c.user_id = p_user_id and c.crew = p_crew)))
$$;
comment on function rex.free_slots is 'The lowest free slot numbers of a crew, at most p_count; the caller has locked the crew.';

-- A share is locked after every task, lead and outreach row: call these as the last but rex.publish.
create function rex.release_slot(p_mission_id uuid) returns boolean language plpgsql set search_path = '' as $$
declare
  v_held public.rex_reservations;
begin
  update public.rex_reservations set released_at = greatest(rex.now(), taken_at)
  where mission_id = p_mission_id and released_at is null returning * into v_held;
  if not found then
    return false;
  end if;
  update public.rex_crews set held = held - 1 where user_id = v_held.user_id and crew = v_held.crew;
  if v_held.llm_calls_per_minute > 0 then
    update public.rex_api_limits set reserved = reserved - v_held.llm_calls_per_minute where provider = 'openai';
  end if;
  return true;
end $$;
comment on function rex.release_slot is
  'Gives a mission''s slot and share back; false when it holds none. The caller has locked crew and mission FOR NO KEY UPDATE.';

create function rex.take_share(p_calls int) returns boolean language plpgsql set search_path = '' as $$
begin
  if p_calls = 0 then
    return true;
  end if;
  update public.rex_api_limits set reserved = reserved + p_calls
  where provider = 'openai' and reserved + p_calls <= calls_per_minute;
  return found;
end $$;
comment on function rex.take_share is 'Reserves calls a minute of the language model''s limit; false when the limit leaves too few.';

create function rex.retake_slot(p_mission_id uuid) returns boolean language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
  v_slot int;
begin
  if exists (select from public.rex_reservations where mission_id = p_mission_id and released_at is null) then
    return true;
  end if;
  select * into v_mission from public.rex_missions where id = p_mission_id;
  v_slot := (select * from rex.free_slots(v_mission.user_id, v_mission.crew, 1));
  if v_slot is null then
    return false;
  elsif not rex.take_share(v_mission.llm_calls_per_minute) then
    update public.rex_missions set waiting_for = 'quota', waiting_since = rex.now() where id = p_mission_id and waiting_for is distinct from 'quota';
    return false;
  end if;
  update public.rex_missions set fence = fence + 1, slotless = false, active_since = rex.now(), progress_at = rex.now(), waiting_for = null,
    waiting_since = null
  where id = p_mission_id returning * into v_mission;
  insert into public.rex_reservations (user_id, mission_id, crew, slot, fence, llm_calls_per_minute)
  values (v_mission.user_id, v_mission.id, v_mission.crew, v_slot, v_mission.fence, v_mission.llm_calls_per_minute);
  update public.rex_crews set held = held + 1 where user_id = v_mission.user_id and crew = v_mission.crew;
  return true;
end $$;
comment on function rex.retake_slot is
  'Takes slot and share again after a pause, under a new fence; false when none is free. Locks as for rex.release_slot.';

create function rex.batches(p_mission public.rex_missions) returns int language sql immutable set search_path = '' as $$
  select greatest(1, ceil(p_mission.leads::numeric / p_mission.batch_size)::int)
$$;
comment on function rex.batches is 'Chains of tasks a mission is planned in; one without leads has one.';

-- Derived, so that a full crew touches none of those that wait for it.
create function rex.waits_for(p_mission public.rex_missions, out waiting_for text, out waiting_since timestamptz)
language sql stable set search_path = '' as $$
  select coalesce(c.crew, r.review, p_mission.waiting_for),
    case when c.crew is not null then c.since when r.review is not null then p_mission.collecting_at else p_mission.waiting_since end
  from (select 1) as one left join (
    select 'crew' as crew, greatest(full_crew.exhausted_at, p_mission.stage_at, p_mission.not_before, p_mission.active_since) as since
    from public.rex_crews full_crew
    where (full_crew.user_id, full_crew.crew) = (p_mission.user_id, p_mission.crew) and full_crew.held >= full_crew.slots
      and (p_mission.ready or (p_mission.slotless and p_mission.active_since is not null))) as c on true
  left join (
    select 'review' as review
    where p_mission.state = 'COLLECTING' and exists (select from public.rex_outreach where mission_id = p_mission.id and state = 'held')
      and not exists (select from public.rex_outreach
        where mission_id = p_mission.id and state in ('draft', 'passed', 'scheduled', 'sending'))) as r on true
$$;
comment on function rex.waits_for is
  'What a mission waits for, and since when: what it says itself, a slot of its crew, or a person, when all that is unsent is held.';
grant execute on function rex.waits_for to authenticated, service_role;

create function rex.is_unsent(p_state public.outreach_state) returns boolean language sql immutable set search_path = '' as $$
  select p_state in ('draft', 'passed', 'held', 'scheduled')
$$;

create function rex.outcome_rank(p_outcome public.lead_outcome) returns int language sql immutable set search_path = '' as $$
  select case p_outcome
    when 'pending' then 1 when 'held' then 2 when 'scheduled' then 3
    when 'rejected' then 4 when 'suppressed' then 4 when 'cancelled' then 4 when 'failed' then 4
    when 'unknown' then 5 when 'sent' then 6 when 'delivered' then 7 when 'bounced' then 8 when 'replied' then 9 when 'unsubscribed' then 10 end
$$;

create function rex.settle_outcome(p_mission_id uuid, p_lead_ids uuid[], p_outcome public.lead_outcome, p_reason text) returns int
language plpgsql set search_path = '' as $$
declare
  v_raised int;
begin
  perform from public.rex_mission_leads where mission_id = p_mission_id and lead_id = any (p_lead_ids)
  order by lead_id for no key update;
  update public.rex_mission_leads set outcome = p_outcome, reason = p_reason
  where mission_id = p_mission_id and lead_id = any (p_lead_ids) and rex.outcome_rank(outcome) < rex.outcome_rank(p_outcome);
  get diagnostics v_raised = row_count;
  return v_raised;
end $$;
comment on function rex.settle_outcome is 'Raises outcomes, never lowers one, so that events in any order end the same; returns how many rose.';

create function rex.cancel_outreach(p_ids uuid[], p_reason text) returns int language plpgsql set search_path = '' as $$
declare
  v_cancelled uuid[];
begin
  perform from public.rex_mission_leads ml
  where (ml.mission_id, ml.lead_id) in (select o.mission_id, o.lead_id from public.rex_outreach o where o.id = any (p_ids))
  order by ml.mission_id, ml.lead_id for no key update;
  perform from public.rex_outreach where id in (select rex.with_later_steps(p_ids)) order by id for no key update;
  with done as (
    update public.rex_outreach set state = 'cancelled', reason = p_reason, lease_until = null
    where id in (select rex.with_later_steps(p_ids)) and rex.is_unsent(state) returning id)
  select array_agg(id) into v_cancelled from done;
  perform rex.settle_cancelled(v_cancelled, p_reason);
  return coalesce(cardinality(v_cancelled), 0);
end $$;
comment on function rex.cancel_outreach is
  'Cancels what is unsent of these messages and of the steps after them, settles leads with nothing left, returns how many it cancelled.';

create function rex.with_later_steps(p_ids uuid[]) returns setof uuid language sql stable set search_path = '' as $$
  select later.id from (
    select mission_id, lead_id, min(step) as step from public.rex_outreach where id = any (p_ids) group by 1, 2) as first
  join public.rex_outreach later on later.mission_id = first.mission_id and later.lead_id = first.lead_id and later.step >= first.step
$$;

create function rex.settle_cancelled(p_ids uuid[], p_reason text) returns void language plpgsql set search_path = '' as $$
declare
  v_outcome public.lead_outcome := case
    when p_reason in ('suppressed', 'unsubscribed', 'complained', 'hard_bounced', 'opted_out', 'manual') then 'suppressed' else 'cancelled' end;
begin
  update public.rex_mission_leads ml set outcome = v_outcome, reason = p_reason
  from (select distinct mission_id, lead_id from public.rex_outreach where id = any (p_ids)) as o
  where ml.mission_id = o.mission_id and ml.lead_id = o.lead_id and rex.outcome_rank(ml.outcome) < rex.outcome_rank(v_outcome)
    and not exists (
      select from public.rex_outreach left_over where left_over.mission_id = o.mission_id and left_over.lead_id = o.lead_id
        and (rex.is_unsent(left_over.state) or left_over.state = 'sending'));
end $$;
comment on function rex.settle_cancelled is 'A reason of suppression makes the outcome suppressed, any other cancelled; one still in flight settles when it is answered.';
