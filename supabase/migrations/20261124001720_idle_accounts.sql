-- Invariant 11: once a day each account is looked at for what its crews could do with free time; what is started is on record with its decision.

alter table public.rex_accounts add column idle_looked_at timestamptz not null default '-infinity';
comment on column public.rex_accounts.idle_looked_at is 'When its free time was last thought of.';
create index rex_accounts_idle on public.rex_accounts (idle_looked_at, user_id);

create function rex.live_missions(p_user_id uuid) returns int language sql stable set search_path = '' as $$
  select count(*)::int from public.rex_missions where user_id = p_user_id and finished_at is null
$$;

create function rex.describe_idle(p_account public.rex_accounts) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('user_id', p_account.user_id, 'active_missions', rex.live_missions(p_account.user_id),
    'cold_domains', (select count(*) from public.rex_domain_pool d
      where d.user_id = p_account.user_id and d.status = 'pending_verification' and d.verified_at is not null),
    'analyzed_today', exists (select from public.rex_missions m
      where m.user_id = p_account.user_id and m.type = 'performance_optimization' and m.created_at >= date_trunc('day', rex.now(), 'UTC')))
$$;

-- Writes down whom it saw, so that each account has its turn once a UTC day and a pass costs the same for any number of them.
create function public.rex_idle_accounts(p_limit int default 100) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_seen uuid[] := array(
    select user_id from public.rex_accounts where idle_looked_at < date_trunc('day', rex.now(), 'UTC') and paused_at is null
    order by idle_looked_at, user_id limit least(greatest(p_limit, 1), 500) for no key update skip locked);
begin
  update public.rex_accounts set idle_looked_at = rex.now() where user_id = any (v_seen);
  return jsonb_build_object('now', rex.now(), 'accounts', coalesce((
    select jsonb_agg(rex.describe_idle(a) order by a.user_id) from public.rex_accounts a where a.user_id = any (v_seen)), '[]'));
end $$;

create function rex.start_idle_mission(p_user_id uuid, p_type public.mission_type, p_decision jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
begin
  perform from public.rex_accounts where user_id = p_user_id and paused_at is null for share;
  if not found then
    return jsonb_build_object('mission_id', null, 'code', 'account_paused_or_unknown');
  end if;
  perform from public.rex_crews where user_id = p_user_id and crew = rex.crew_of(p_type) for no key update;
  if rex.live_missions(p_user_id) > 0 then
    return jsonb_build_object('mission_id', null, 'code', 'missions_active');
  end if;
  insert into public.rex_missions (user_id, type, crew, sends, priority, created_by)
  values (p_user_id, p_type, rex.crew_of(p_type), false, 20, p_user_id) returning * into v_mission;
  perform rex.log_mission(v_mission, null, 'create_mission', p_decision ->> 'reason', null, rex.record_decision(p_user_id, p_decision));
  perform rex.publish(array[row(p_user_id, 'mission.created', v_mission.id, jsonb_build_object(
    'type', v_mission.type, 'leads', 0, 'priority', v_mission.priority))::rex.announcement], 'start_idle_mission');
  return jsonb_build_object('mission_id', v_mission.id, 'state', v_mission.state);
end $$;

create function public.rex_start_idle_mission(p_request_id text, p_user_id uuid, p_type public.mission_type, p_decision jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('start_idle_mission', p_request_id, jsonb_build_array(p_user_id, p_type, p_decision));
begin
  if v_answer is not null then
    return v_answer;
  elsif p_type is distinct from 'performance_optimization' or p_decision is null then
    perform rex.refuse(422, 'type_invalid', 'Free time is for the analysis of performance, and its decision goes with it.', 'Send both.');
  end if;
  return rex.end_request('start_idle_mission', p_request_id, rex.start_idle_mission(p_user_id, p_type, p_decision));
end $$;
comment on function public.rex_start_idle_mission is 'A mission of low priority for an account with nothing under way; {mission_id, state | code}.';
grant execute on function public.rex_idle_accounts, public.rex_start_idle_mission to service_role;
