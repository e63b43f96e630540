-- A lease that ended is taken back: what had not begun may be leased again, what had begun is unknown and never sent again by itself.

create function public.rex_recover_outreach(p_request_id text, p_limit int default 100) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('recover_outreach', p_request_id, jsonb_build_array(p_limit));
  v_now timestamptz := rex.now();
  v_freed int;
  v_unknown int := 0;
  v_said rex.announcement[];
  v_ids uuid[];
  o public.rex_outreach;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_ids := array(select id from public.rex_outreach where lease_until <= v_now and state = 'sending' order by lease_until limit least(p_limit, 100));
  perform rex.lock_people(array(select distinct lead_id from public.rex_outreach where id = any (v_ids)));
  v_now := rex.now();
  for o in select * from public.rex_outreach where id = any (v_ids) and state = 'sending' and lease_until <= v_now order by id loop
    perform rex.take_answer(o, 'unknown', coalesce(o.provider, 'smtp'), o.provider_id, 'lease_expired', null, v_now);
    insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason)
    values (o.user_id, v_now, 'outreach', o.id, o.mission_id, 'recover_outreach', 'sending', 'unknown', o.fence, 'lease_expired');
    v_said := v_said || row(o.user_id, 'error.outreach_unknown', o.mission_id, jsonb_build_object('outreach_id', o.id))::rex.announcement;
    v_unknown := v_unknown + 1;
  end loop;
  with ended as (
    select id from public.rex_outreach where lease_until <= v_now and state = 'scheduled' order by lease_until limit p_limit
    for no key update skip locked
  )
  update public.rex_outreach freed set lease_until = null, sendable_at = null, inbox_id = case when step > 1 then inbox_id end from ended where freed.id = ended.id;
  get diagnostics v_freed = row_count;
  perform rex.publish(v_said, 'monitor');
  return rex.end_request('recover_outreach', p_request_id, jsonb_build_object('freed', v_freed, 'unknown', v_unknown));
end $$;

-- What a person released, or a sender leased, while the locks were waited for has not expired.
create function rex.lock_expired_outreach(p_limit int) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_ids uuid[] := array(
    select o.id from public.rex_outreach o join public.rex_campaigns c on c.id = o.campaign_id
    where o.state in ('held', 'scheduled') and o.lease_until is null
      and least(o.sendable_at, o.held_at) < v_now - make_interval(days => c.expire_days)
    limit p_limit);
begin
  perform from public.rex_mission_leads ml
  where (ml.mission_id, ml.lead_id) in (select o.mission_id, o.lead_id from public.rex_outreach o where o.id = any (v_ids))
  order by ml.mission_id, ml.lead_id for no key update;
  perform from public.rex_outreach where id in (select rex.with_later_steps(v_ids)) order by id for no key update;
  return array(
    select o.id from public.rex_outreach o join public.rex_campaigns c on c.id = o.campaign_id
    where o.id = any (v_ids) and o.state in ('held', 'scheduled') and o.lease_until is null
      and least(o.sendable_at, o.held_at) < v_now - make_interval(days => c.expire_days));
end $$;

create function public.rex_expire_outreach(p_request_id text, p_limit int default 500) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('expire_outreach', p_request_id, jsonb_build_array(p_limit));
  v_ids uuid[];
  v_expired int;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_ids := rex.lock_expired_outreach(p_limit);
  v_expired := rex.cancel_outreach(v_ids, 'expired');
  insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, to_state, reason)
  select user_id, 'outreach', id, mission_id, 'expire_outreach', 'cancelled', 'expired' from public.rex_outreach
  where id = any (v_ids) and state = 'cancelled' and reason = 'expired';
  return rex.end_request('expire_outreach', p_request_id, jsonb_build_object('expired', v_expired));
end $$;
create index rex_outreach_waiting on public.rex_outreach ((least(sendable_at, held_at))) where state in ('held', 'scheduled');
grant execute on function public.rex_recover_outreach, public.rex_expire_outreach to service_role;
