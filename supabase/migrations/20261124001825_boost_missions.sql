-- Invariant 9: who waited a day in the queue comes earlier, once; where no start was set, the day counts from its stage.

create function rex.queued_since(p_mission public.rex_missions) returns timestamptz language sql immutable set search_path = '' as $$
  select greatest(p_mission.stage_at, case when p_mission.waiting_for is null then p_mission.not_before end)
$$;
create index rex_missions_queued on public.rex_missions (greatest(stage_at, case when waiting_for is null then not_before end))
  where state = 'QUEUED' and boosted_at is null and paused_at is null and waiting_for is distinct from 'not_before' and priority < 100;

create function rex.old_missions(p_limit int, p_now timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'mission_id', (old.mission).id, 'user_id', (old.mission).user_id, 'priority', (old.mission).priority, 'boosted', false,
    'queued_seconds', extract(epoch from p_now - rex.queued_since(old.mission))) order by (old.mission).user_id, (old.mission).id), '[]')
  from (
    select w as mission from public.rex_missions w
    where w.state = 'QUEUED' and w.boosted_at is null and w.paused_at is null and w.waiting_for is distinct from 'not_before' and w.priority < 100
      and greatest(w.stage_at, case when w.waiting_for is null then w.not_before end) <= p_now - interval '24 hours'
    order by greatest(w.stage_at, case when w.waiting_for is null then w.not_before end) limit p_limit) as old
$$;

create function public.rex_missions_to_boost(p_limit int default 100) returns jsonb language sql security definer set search_path = '' as $$
  select jsonb_build_object('now', now.at, 'missions', rex.old_missions(least(greatest(p_limit, 1), 1000), now.at)) from (select rex.now() as at offset 0) as now
$$;
comment on function public.rex_missions_to_boost is 'Missions a day in the queue, those longest there first; not those that are to start later or are paused.';

create function rex.boost_account(p_user_id uuid, p_missions jsonb, p_decision jsonb) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_boosted uuid[] := array(
    select m.id from public.rex_missions m join jsonb_to_recordset(p_missions) as b (mission_id uuid, priority int) on b.mission_id = m.id
    where m.user_id = p_user_id and m.state = 'QUEUED' and m.boosted_at is null and b.priority between m.priority and 100);
  v_decision uuid;
begin
  if v_boosted = '{}' then
    return '{}';
  end if;
  v_decision := rex.record_decision(p_user_id, p_decision);
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason, decision_id, data)
  select p_user_id, 'mission', m.id, m.id, 'boost_mission', p_decision ->> 'reason', v_decision,
    jsonb_build_object('from', m.priority, 'to', b.priority)
  from public.rex_missions m join jsonb_to_recordset(p_missions) as b (mission_id uuid, priority int) on b.mission_id = m.id
  where m.id = any (v_boosted) order by m.id;
  update public.rex_missions m set priority = b.priority, boosted_at = rex.now()
  from jsonb_to_recordset(p_missions) as b (mission_id uuid, priority int) where b.mission_id = m.id and m.id = any (v_boosted);
  return v_boosted;
end $$;

create function public.rex_boost_missions(p_request_id text, p_boosts jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('boost_missions', p_request_id, p_boosts);
  v_boosted uuid[] := '{}';
  v_boost record;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform from public.rex_missions where id in (
    select (mission ->> 'mission_id')::uuid from jsonb_array_elements(p_boosts) as boost, jsonb_array_elements(boost -> 'missions') as mission)
  order by id for no key update;
  for v_boost in select * from jsonb_to_recordset(p_boosts) as b (user_id uuid, missions jsonb, decision jsonb) order by user_id loop
    v_boosted := v_boosted || rex.boost_account(v_boost.user_id, v_boost.missions, v_boost.decision);
  end loop;
  perform rex.publish(array(
    select row(user_id, 'mission.boosted', id, jsonb_build_object('priority', priority))::rex.announcement
    from public.rex_missions where id = any (v_boosted) order by user_id, id), 'boost_missions');
  return rex.end_request('boost_missions', p_request_id, jsonb_build_object('boosted', coalesce((
    select jsonb_object_agg(user_id, n) from (
      select user_id, count(*) as n from public.rex_missions where id = any (v_boosted) group by 1) as by_account), '{}')));
end $$;
grant execute on function public.rex_missions_to_boost, public.rex_boost_missions to service_role;
