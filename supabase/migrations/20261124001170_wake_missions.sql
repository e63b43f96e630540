-- Invariant 9: whatever waits for a time, a domain or quota is looked at again; bounded, and no timer waits behind the rest.

-- The present is an argument: a volatile function in a condition would keep the index from ending the scan.
create function rex.due_missions(p_limit int, p_now timestamptz) returns uuid[] language sql stable set search_path = '' as $$
  select array_agg(due.id) from unnest(array['not_before', 'domain', 'quota']) as w (waiting_for)
  cross join lateral (
    select m.id from public.rex_missions m
    where m.state = 'QUEUED' and not m.ready and m.paused_at is null and m.waiting_for = w.waiting_for and m.not_before <= p_now
    order by m.not_before limit p_limit / 3 + 1) as due
$$;

create function rex.waiting_for_domain(p_account uuid, p_limit int) returns uuid[] language sql stable set search_path = '' as $$
  select array_agg(id) from (
    select id from public.rex_missions
    where user_id = p_account and state = 'QUEUED' and waiting_for = 'domain' and not ready and paused_at is null
    order by priority desc, created_at, id limit p_limit) as waiting
$$;

create function rex.lock_with_crews(p_mission_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_crews where (user_id, crew) in (
    select user_id, crew from public.rex_missions where id = any (p_mission_ids)) order by user_id, crew for no key update;
  perform from public.rex_missions where id = any (p_mission_ids) order by id for no key update;
end $$;

create function rex.may_start(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select case p_mission.waiting_for
    when 'domain' then rex.domain_in_reach(p_mission.user_id, p_mission.campaign_id)
    when 'quota' then exists (
      select from public.rex_api_limits where provider = 'openai' and reserved + p_mission.llm_calls_per_minute <= calls_per_minute)
    else true end
$$;

-- Missions of a paused campaign leave the timer: its resume makes them ready. A pause of the campaign holds their crews, so it is
-- read without a lock. One that lacked a domain keeps saying so until it is claimed: a second try in vain is not announced again.
create function rex.wake_due(p_due uuid[], p_at timestamptz) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_due uuid[] := array(
    select id from public.rex_missions where id = any (p_due) and state = 'QUEUED' and not ready and paused_at is null
      and waiting_for is not null and not_before <= p_at);
  v_ready uuid[];
begin
  update public.rex_missions m set waiting_for = null, waiting_since = null
  where m.id = any (v_due) and exists (select from public.rex_campaigns c where c.id = m.campaign_id and m.sends and c.paused_at is not null);
  v_ready := array(select m.id from public.rex_missions m where m.id = any (v_due) and m.waiting_for is not null and rex.may_start(m) order by m.id);
  update public.rex_missions set ready = true, waiting_for = nullif(waiting_for, 'not_before'),
    waiting_since = case when waiting_for <> 'not_before' then waiting_since end
  where id = any (v_ready);
  perform rex.hold_back(array(select id from public.rex_missions where id = any (v_due) and not ready and waiting_for = w.waiting_for), w.waiting_for)
  from (values ('domain'), ('quota')) as w (waiting_for);
  return v_ready;
end $$;

-- A pause leaves the slot of a mission with a running task; it goes back here, once the task has ended.
create function rex.stopped_missions(p_limit int) returns uuid[] language sql stable set search_path = '' as $$
  select array_agg(id) from (
    select m.id from public.rex_missions m where m.active_since is null and m.state in ('ASSIGNED', 'EXECUTING') and exists (
      select from public.rex_reservations r where r.mission_id = m.id and r.released_at is null) limit p_limit) as stopped
$$;

create function rex.release_stopped(p_stopped uuid[]) returns int language sql set search_path = '' as $$
  select rex.release_idle(array(
    select id from public.rex_missions where id = any (p_stopped) and active_since is null and state in ('ASSIGNED', 'EXECUTING')))
$$;

-- What is not logged is counted by nobody: the live row would say that they do not wait, or still hold a slot.
create function rex.log_woken(p_woken uuid[], p_stopped uuid[]) returns void language sql set search_path = '' as $$
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action)
  select user_id, 'mission', id, id, case when id = any (p_woken) then 'wake_mission' else 'release_slot' end
  from public.rex_missions where id = any (p_woken) or (id = any (p_stopped) and slotless) order by id
$$;

create function public.rex_wake_missions(p_request_id text, p_limit int default 500, p_account uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('wake_missions', p_request_id, jsonb_build_array(p_limit, p_account));
  v_most int := least(greatest(p_limit, 1), 1000);
  v_stopped uuid[] := rex.stopped_missions(v_most);
  v_due uuid[] := case when p_account is null then rex.due_missions(v_most, rex.now()) else rex.waiting_for_domain(p_account, v_most) end;
  v_woken uuid[];
  v_released int;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.lock_with_crews(v_stopped || v_due);
  v_woken := rex.wake_due(v_due, case when p_account is null then rex.now() else 'infinity' end);
  v_released := rex.release_stopped(v_stopped);
  perform rex.log_woken(v_woken, v_stopped);
  perform rex.publish(array(
    select row(user_id, 'mission.ready', id, '{}')::rex.announcement from public.rex_missions where id = any (v_woken) order by user_id, id), 'wake_missions');
  return rex.end_request('wake_missions', p_request_id, jsonb_build_object(
    'woken', cardinality(v_woken), 'released', v_released, 'more', coalesce(cardinality(v_due) > v_most / 3, false)));
end $$;

comment on function public.rex_wake_missions is
  'Those whose time has come; of an account, at once those that wait for a domain. `more`: there may be more whose time has come.';
grant execute on function public.rex_wake_missions to service_role;
