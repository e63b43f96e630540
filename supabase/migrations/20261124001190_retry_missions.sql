-- Invariants 1 and 9: a person may give a failed or escalated mission another round; what was cancelled stays cancelled.

create function rex.check_retry(p_mission public.rex_missions) returns void language plpgsql set search_path = '' as $$
begin
  if p_mission.error_code = 'cancelled' then
    perform rex.refuse(409, 'mission_cancelled', 'This mission was cancelled.', 'Create a new mission for its leads.');
  elsif p_mission.state = 'COMPLETED' then
    perform rex.refuse(409, 'mission_completed', 'This mission is completed.', 'Nothing is left to retry.');
  elsif p_mission.state = 'QUEUED' and p_mission.retry_count > 0 then
    perform rex.refuse(409, 'mission_not_failed', 'This mission is queued for its next try.', 'Wait: it starts by itself.');
  elsif p_mission.state not in ('FAILED', 'ESCALATED') then
    perform rex.refuse(409, 'mission_not_failed', format('This mission is %s.', p_mission.state), 'Wait: only a failed or escalated mission is retried.');
  end if;
end $$;

create function rex.retry_by_hand(p_mission public.rex_missions) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_after public.rex_missions := rex.reopen_mission(p_mission, true, null);
begin
  perform rex.log_mission(v_after, p_mission.state, 'retry_mission', 'by_hand', null, null,
    jsonb_build_object('round', v_after.round, 'error_code', p_mission.error_code));
  return rex.announce_move(p_mission, v_after);
end $$;

create function rex.retry_mission(p_account uuid, p_request_id text, p_mission_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('retry_mission', p_request_id, jsonb_build_array(p_account, p_mission_id));
  v_mission public.rex_missions;
  v_said rex.announcement[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_mission := rex.lock_mission(rex.mission_of(rex.require_role(p_account, 'owner', 'operator'), p_mission_id), true, false);
  perform rex.check_retry(v_mission);
  v_said := rex.retry_by_hand(v_mission);
  select jsonb_build_object('mission_id', id, 'state', state, 'round', round) into v_answer from public.rex_missions where id = p_mission_id;
  perform rex.publish(v_said, 'retry_mission');
  return rex.end_request('retry_mission', p_request_id, v_answer);
end $$;

create function public.rex_retry_mission(p_account uuid default null, p_request_id text default null, p_mission_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.retry_mission(p_account, p_request_id, p_mission_id)
$$;
grant execute on function rex.retry_mission, public.rex_retry_mission to authenticated;
