-- Invariants 1 and 8: each pause and resume that changed something is on record and announced.

create function rex.record_pause(p_account uuid, p_action text, p_scope text, p_id uuid) returns void language plpgsql set search_path = '' as $$
declare
  v_type text := case p_scope when 'mission' then 'mission' when 'domain' then 'domain' when 'inbox' then 'domain' else 'system' end;
  v_mission uuid := case when p_scope = 'mission' then p_id end;
begin
  insert into public.rex_logs (user_id, actor, entity, entity_id, mission_id, action)
  values (p_account, auth.uid(), p_scope, p_id, v_mission, p_action);
  perform rex.publish(array[row(p_account, v_type || case p_action when 'pause' then '.paused' else '.resumed' end, v_mission,
    jsonb_build_object('scope', p_scope, 'id', p_id))::rex.announcement], p_action);
end $$;

create function rex.pause_or_resume(p_action text, p_account uuid, p_request_id text, p_scope text, p_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request(p_action, p_request_id, jsonb_build_array(p_account, p_scope, p_id));
  v_account uuid;
  v_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  if p_scope is null or not p_scope = any (enum_range(null::public.pause_scope)::text[]) then
    perform rex.refuse(422, 'scope_unknown', 'There is no such scope.', 'Use account, campaign, mission, domain or inbox.');
  elsif p_id is null and p_scope <> 'account' then
    perform rex.refuse(422, 'id_missing', format('Which %s is meant?', p_scope), 'Send its id.');
  end if;
  v_id := coalesce(p_id, v_account);
  if rex.switch_scope(v_account, p_scope, v_id, p_action = 'pause') then
    perform rex.record_pause(v_account, p_action, p_scope, v_id);
  end if;
  v_answer := jsonb_build_object('scope', p_scope, 'id', v_id, 'paused', p_action = 'pause');
  return rex.end_request(p_action, p_request_id, v_answer);
end $$;

create function rex.pause(p_account uuid, p_request_id text, p_scope text, p_id uuid) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.pause_or_resume('pause', p_account, p_request_id, p_scope, p_id)
$$;
create function rex.resume(p_account uuid, p_request_id text, p_scope text, p_id uuid) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.pause_or_resume('resume', p_account, p_request_id, p_scope, p_id)
$$;

create function public.rex_pause(p_account uuid default null, p_request_id text default null, p_scope text default null, p_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.pause(p_account, p_request_id, p_scope, p_id)
$$;
create function public.rex_resume(p_account uuid default null, p_request_id text default null, p_scope text default null, p_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.resume(p_account, p_request_id, p_scope, p_id)
$$;
grant execute on function rex.pause, rex.resume, public.rex_pause, public.rex_resume to authenticated;
