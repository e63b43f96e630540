-- Invariants 7 and 9: a retry does nothing twice: what is completed stays, and nothing that ever began to be handed over is touched.

create function rex.failed_by_tasks(p_mission public.rex_missions) returns uuid[] language plpgsql stable set search_path = '' as $$
begin
  return array(
    select distinct ml.lead_id from public.rex_tasks t cross join lateral unnest(rex.served_leads(t)) as served (lead_id)
    join public.rex_mission_leads ml on ml.mission_id = t.mission_id and ml.lead_id = served.lead_id
    where t.mission_id = p_mission.id and t.round = p_mission.round and t.state = 'FAILED'
      and ml.outcome = 'failed' and ml.reason = t.error_code and not exists (
        select from public.rex_outreach o where o.mission_id = p_mission.id and o.lead_id = ml.lead_id and o.begun_at is not null));
end $$;
comment on function rex.failed_by_tasks is 'Leads that a failed task of this round could not serve, not those whose message was refused.';

-- What was written to them is as it was, so that the task that failed finds what it found before.
create function rex.reopen_leads(p_mission_id uuid, p_lead_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_mission_leads where mission_id = p_mission_id and lead_id = any (p_lead_ids) order by lead_id for no key update;
  perform from public.rex_outreach where mission_id = p_mission_id and lead_id = any (p_lead_ids) order by id for no key update;
  update public.rex_outreach set state = failed_from, reason = null, failed_from = null
  where mission_id = p_mission_id and lead_id = any (p_lead_ids) and state = 'cancelled' and failed_from is not null;
  update public.rex_mission_leads set outcome = 'pending', reason = null
  where mission_id = p_mission_id and lead_id = any (p_lead_ids) and outcome = 'failed';
end $$;

create function rex.reopen_tasks(p_mission public.rex_missions, p_round int) returns int language plpgsql set search_path = '' as $$
declare
  v_reopened int;
begin
  update public.rex_tasks t set
    state = (case when chain.n = 1 then 'READY' else 'BLOCKED' end)::public.task_state, stage = 'EXECUTING', retry_count = 0, not_before = null,
    finished_at = null, error_code = null, error = null
  from (
    select id, row_number() over (partition by batch order by position) as n from public.rex_tasks
    where mission_id = p_mission.id and round = p_mission.round and state in ('FAILED', 'CANCELLED')) as chain
  where t.id = chain.id;
  get diagnostics v_reopened = row_count;
  update public.rex_tasks set round = p_round where mission_id = p_mission.id and round = p_mission.round and round <> p_round;
  return v_reopened;
end $$;
comment on function rex.reopen_tasks is 'The first unfinished task of each batch is READY, those after it wait; a new round takes the completed ones along.';

create function rex.requeue_mission(p_mission public.rex_missions, p_by_hand boolean, p_not_before timestamptz) returns public.rex_missions
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_start timestamptz := greatest(p_mission.not_before, p_not_before);
  v_waits boolean := coalesce(v_start > v_now, false);
  v_stopped boolean := p_mission.paused_at is not null or (p_mission.sends and exists (
    select from public.rex_campaigns where id = p_mission.campaign_id and paused_at is not null));
  v_mission public.rex_missions;
begin
  update public.rex_missions set
    state = 'QUEUED', error_code = null, finished_at = null, result = null,
    round = round + p_by_hand::int, retry_count = case when p_by_hand then 0 else retry_count + 1 end,
    active_seconds = case when p_by_hand then 0 else active_seconds end,
    ready = not v_waits and not v_stopped, not_before = v_start,
    waiting_for = case when v_waits then 'not_before' end, waiting_since = case when v_waits then v_now end
  where id = p_mission.id returning * into v_mission;
  return v_mission;
end $$;

create function rex.reopen_mission(p_mission public.rex_missions, p_by_hand boolean, p_not_before timestamptz) returns public.rex_missions
language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions := rex.requeue_mission(p_mission, p_by_hand, p_not_before);
begin
  perform from public.rex_tasks where mission_id = p_mission.id order by id for no key update;
  perform rex.reopen_leads(p_mission.id, rex.failed_by_tasks(p_mission));
  perform rex.reopen_tasks(p_mission, v_mission.round);
  return v_mission;
end $$;
comment on function rex.reopen_mission is
  'Queues a failed or escalated mission from its first unfinished tasks, by hand in a new round; crew and mission are locked by the caller.';
