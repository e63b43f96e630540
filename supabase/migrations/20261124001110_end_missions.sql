-- Invariants 1, 6 and 8: an ended mission holds nothing, and once a cancel is answered nothing of it can begin any more.

create function rex.lock_mission(p_mission_id uuid, p_crew boolean, p_campaign_exclusive boolean) returns public.rex_missions
language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
begin
  select * into v_mission from public.rex_missions where id = p_mission_id;
  perform from public.rex_accounts where user_id = v_mission.user_id for share;
  if p_crew then
    perform from public.rex_crews where user_id = v_mission.user_id and crew = v_mission.crew for no key update;
  end if;
  if p_campaign_exclusive then
    perform from public.rex_campaigns where id = v_mission.campaign_id for no key update;
  else
    perform from public.rex_campaigns where id = v_mission.campaign_id for share;
  end if;
  select * into v_mission from public.rex_missions where id = p_mission_id for no key update;
  return v_mission;
end $$;
comment on function rex.lock_mission is 'Locks a mission to be changed, after its account, crew and campaign; user, crew and campaign of a mission never change.';

create function rex.mission_of(p_account uuid, p_mission_id uuid) returns uuid language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from public.rex_missions where id = p_mission_id and user_id = p_account) then
    perform rex.refuse(404, 'mission_unknown', 'This account has no such mission.', 'List the missions.');
  end if;
  return p_mission_id;
end $$;

create function rex.cancel_tasks(p_mission_id uuid) returns int language plpgsql set search_path = '' as $$
declare
  v_cancelled int;
begin
  perform from public.rex_tasks where mission_id = p_mission_id and finished_at is null order by id for no key update;
  update public.rex_tasks set state = 'CANCELLED', finished_at = rex.now(), lease_until = null, worker = null, updated_at = rex.now()
  where mission_id = p_mission_id and finished_at is null;
  get diagnostics v_cancelled = row_count;
  return v_cancelled;
end $$;

create function rex.cancel_leads(p_mission_id uuid) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_mission_leads where mission_id = p_mission_id order by lead_id for no key update;
  perform rex.cancel_outreach(array(
    select id from public.rex_outreach where mission_id = p_mission_id and state in ('draft', 'passed', 'held', 'scheduled')), 'cancelled');
  perform rex.settle_outcome(p_mission_id, array(
    select ml.lead_id from public.rex_mission_leads ml
    where ml.mission_id = p_mission_id and ml.outcome in ('pending', 'held', 'scheduled') and not exists (
      select from public.rex_outreach o where o.mission_id = p_mission_id and o.lead_id = ml.lead_id and o.state = 'sending')
  ), 'cancelled', 'cancelled');
end $$;
comment on function rex.cancel_leads is 'Cancels what is unsent and settles the leads; one in flight is settled by the answer to its hand-over.';

-- A failed mission that is cancelled stays FAILED, so the guard does not count its version up.
create function rex.mark_cancelled(p_mission public.rex_missions) returns public.rex_missions language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
begin
  update public.rex_missions set state = 'FAILED', error_code = 'cancelled', ready = false, waiting_for = null, waiting_since = null,
    finished_at = coalesce(finished_at, rex.now()), version = case when state = 'FAILED' then version + 1 else version end
  where id = p_mission.id returning * into v_mission;
  perform rex.log_mission(v_mission, p_mission.state, 'cancel_mission', 'cancelled');
  return v_mission;
end $$;

create function rex.end_cancelled(p_mission public.rex_missions) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[];
begin
  perform rex.mark_cancelled(p_mission);
  v_said := array[row(p_mission.user_id, 'mission.cancelled', p_mission.id, jsonb_build_object('from', p_mission.state, 'crew', p_mission.crew))::rex.announcement];
  if p_mission.campaign_id is not null then
    v_said := v_said || rex.log_domains(rex.free_domains(p_mission.campaign_id), 'free_domain', p_mission.campaign_id, null);
  end if;
  if p_mission.domain_id is not null then
    perform rex.settle_judged(p_mission.domain_id);
  end if;
  perform rex.cancel_tasks(p_mission.id);
  perform rex.cancel_leads(p_mission.id);
  if rex.release_slot(p_mission.id) then
    v_said := v_said || row(p_mission.user_id, 'resource.released', p_mission.id, jsonb_build_object('crew', p_mission.crew))::rex.announcement;
  end if;
  return v_said;
end $$;

create function rex.cancel_answer(p_mission_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('mission_id', p_mission_id, 'state', 'FAILED',
    'cancelled', count(*) filter (where state = 'cancelled' and reason = 'cancelled'), 'in_flight', count(*) filter (where state = 'sending'))
  from public.rex_outreach where mission_id = p_mission_id
$$;

create function rex.cancel_mission(p_account uuid, p_request_id text, p_mission_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('cancel_mission', p_request_id, jsonb_build_array(p_account, p_mission_id));
  v_mission public.rex_missions;
  v_said rex.announcement[] := '{}';
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_mission := rex.lock_mission(rex.mission_of(rex.require_role(p_account, 'owner', 'operator'), p_mission_id), true, true);
  if v_mission.state = 'COMPLETED' then
    perform rex.refuse(409, 'mission_completed', 'This mission is completed.', 'Nothing is left to cancel.');
  elsif v_mission.error_code is distinct from 'cancelled' then
    v_said := rex.end_cancelled(v_mission);
  end if;
  v_answer := rex.cancel_answer(p_mission_id);
  perform rex.publish(v_said, 'cancel_mission');
  return rex.end_request('cancel_mission', p_request_id, v_answer);
end $$;

create function public.rex_cancel_mission(p_account uuid default null, p_request_id text default null, p_mission_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.cancel_mission(p_account, p_request_id, p_mission_id)
$$;
grant execute on function rex.cancel_mission, public.rex_cancel_mission to authenticated;
