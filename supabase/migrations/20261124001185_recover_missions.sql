-- Invariant 9: at most 3 automatic retries of a mission, each giving its failed tasks 3 new ones; a failed mission waits for nobody long.

create index rex_missions_failed on public.rex_missions (looked_at, id) where state = 'FAILED' and error_code <> 'cancelled';

create function rex.as_code(p_code text) returns text language sql immutable set search_path = '' as $$
  select left(regexp_replace(lower(p_code), '[^a-z0-9_.]', '_', 'g'), 100)
$$;

create function rex.describe_failure(p_mission public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'mission_id', p_mission.id, 'user_id', p_mission.user_id, 'type', p_mission.type, 'version', p_mission.version,
    'retry_count', p_mission.retry_count, 'error_code', rex.as_code(p_mission.error_code),
    'task_error_codes', (
      select coalesce(jsonb_agg(distinct rex.as_code(t.error_code)), '[]') from public.rex_tasks t
      where t.mission_id = p_mission.id and t.round = p_mission.round and t.state = 'FAILED'))
$$;
comment on function rex.describe_failure is 'Codes alone: what an exception said is asked for only when no rule knows them.';

-- It writes down whom it saw: one whose recovery fails time and again comes after all others.
create function public.rex_missions_to_recover(p_limit int default 100) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_found uuid[] := array(
    select id from public.rex_missions where state = 'FAILED' and error_code <> 'cancelled'
    order by looked_at, id limit least(greatest(p_limit, 1), 500) for no key update skip locked);
begin
  update public.rex_missions set looked_at = rex.now() where id = any (v_found);
  return jsonb_build_object('now', rex.now(), 'missions', coalesce((
    select jsonb_agg(rex.describe_failure(m) order by array_position(v_found, m.id)) from public.rex_missions m where m.id = any (v_found)), '[]'));
end $$;

create function rex.check_recovery(p_mission public.rex_missions, p_to public.mission_state, p_retry_in_seconds int) returns void
language plpgsql set search_path = '' as $$
begin
  if p_mission.id is null then
    perform rex.refuse(404, 'mission_unknown', 'There is no such mission.', 'It was deleted with its account: leave it.');
  elsif p_to is null or p_to not in ('QUEUED', 'ESCALATED') then
    perform rex.refuse(422, 'recovery_invalid', 'A failed mission is queued again or escalated.', 'Send QUEUED or ESCALATED.');
  elsif p_to = 'QUEUED' and (p_retry_in_seconds is null or p_retry_in_seconds not between 0 and 86400) then
    perform rex.refuse(422, 'retry_invalid', 'A retry waits 0 to 86,400 seconds.', 'Send p_retry_in_seconds.');
  end if;
end $$;

create function rex.recover_mission(
  p_mission_id uuid, p_version int, p_to public.mission_state, p_reason text, p_error_code text, p_retry_in_seconds int, p_decision jsonb
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_before public.rex_missions := rex.lock_mission(p_mission_id, true, false);
  v_after public.rex_missions := v_before;
  v_moved boolean := v_before.version = p_version and v_before.state = 'FAILED' and v_before.error_code <> 'cancelled';
  v_said rex.announcement[] := '{}';
begin
  perform rex.check_recovery(v_before, p_to, case when v_moved then p_retry_in_seconds else 0 end);
  if v_moved then
    if p_to = 'QUEUED' and v_before.retry_count >= 3 then
      perform rex.refuse(409, 'retries_spent', 'This mission was retried 3 times.', 'Escalate it.');
    elsif p_to = 'QUEUED' then
      v_after := rex.reopen_mission(v_before, false, rex.now() + make_interval(secs => p_retry_in_seconds));
    else
      v_after := rex.move_mission(v_before, p_to, coalesce(p_error_code, v_before.error_code));
      v_said := rex.end_rotation(p_mission_id);
    end if;
    perform rex.log_mission(v_after, 'FAILED', 'recover_mission', p_reason, null, rex.record_decision(v_before.user_id, p_decision),
      jsonb_build_object('retry_count', v_after.retry_count, 'error_code', v_before.error_code));
    perform rex.publish(rex.announce_move(v_before, v_after) || v_said, 'recover_mission');
  end if;
  return jsonb_build_object('mission_id', v_after.id, 'state', v_after.state, 'version', v_after.version, 'moved', v_moved);
end $$;

create function public.rex_recover_mission(
  p_request_id text, p_mission_id uuid, p_version int, p_to public.mission_state, p_reason text,
  p_error_code text default null, p_retry_in_seconds int default null, p_decision jsonb default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('recover_mission', p_request_id,
    jsonb_build_array(p_mission_id, p_version, p_to, p_reason, p_error_code, p_retry_in_seconds, p_decision));
begin
  return coalesce(v_answer, rex.end_request('recover_mission', p_request_id,
    rex.recover_mission(p_mission_id, p_version, p_to, p_reason, p_error_code, p_retry_in_seconds, p_decision)));
end $$;
grant execute on function public.rex_missions_to_recover, public.rex_recover_mission to service_role;
