-- Invariant 7: the answer to a hand-over is always taken from whoever began it, and a message whose answer is lost stays unknown.

create function rex.schedule_next(p_outreach_id uuid, p_from timestamptz) returns void language sql set search_path = '' as $$
  update public.rex_outreach n set
    due_at = coalesce(rex.next_permitted(
      p_from + make_interval(hours => n.delay_hours),
      case when cardinality(l.time_zones) > 0 then l.time_zones else array[a.time_zone] end,
      coalesce(c.window_start, a.window_start), coalesce(c.window_end, a.window_end), coalesce(c.window_days, a.window_days)),
      p_from + make_interval(hours => n.delay_hours)),
    inbox_id = o.inbox_id, follows_id = o.id
  from public.rex_outreach o, public.rex_leads l, public.rex_accounts a, public.rex_campaigns c
  where o.id = p_outreach_id and n.mission_id = o.mission_id and n.lead_id = o.lead_id and n.step = o.step + 1 and n.state in ('held', 'scheduled')
    and l.id = o.lead_id and a.user_id = o.user_id and c.id = o.campaign_id
$$;
comment on function rex.schedule_next is 'The next step falls due from the hand-over of this one, from the same inbox, in the same thread.';

create function rex.lock_people(p_lead_ids uuid[]) returns void language plpgsql set search_path = '' as $$
declare
  v_account record;
begin
  perform from public.rex_leads where id = any (p_lead_ids) order by id for no key update;
  for v_account in
    select user_id, array_agg(address_hash) as hashes from (
      select user_id, address_hash from public.rex_lead_addresses where lead_id = any (p_lead_ids)
      union select user_id, address_hash from public.rex_outreach where lead_id = any (p_lead_ids)) as known
    group by user_id order by user_id
  loop
    perform rex.lock_addresses(v_account.user_id, v_account.hashes);
  end loop;
  perform from public.rex_mission_leads where lead_id = any (p_lead_ids) order by mission_id, lead_id for no key update;
  perform from public.rex_outreach where lead_id = any (p_lead_ids) order by id for no key update;
end $$;
comment on function rex.lock_people is 'Locks these leads and all that may change with the fate of a message to them: at most 100 leads a transaction.';

create function rex.lock_hand_over(p_outreach_id uuid) returns public.rex_outreach language plpgsql set search_path = '' as $$
declare
  o public.rex_outreach;
begin
  select * into o from public.rex_outreach where id = p_outreach_id;
  if not found then
    perform rex.refuse(404, 'outreach_not_found', 'There is no such message.', 'Claim again.');
  end if;
  perform rex.lock_people(array[o.lead_id]);
  select * into o from public.rex_outreach where id = p_outreach_id;
  return o;
end $$;
comment on function rex.lock_hand_over is 'Locks the person of a message and reads the message again.';

create function rex.later_steps(o public.rex_outreach) returns uuid[] language sql stable set search_path = '' as $$
  select array(select id from public.rex_outreach where mission_id = o.mission_id and lead_id = o.lead_id and step > o.step)
$$;

-- Read without a lock: a cancel that is under way waits for the leads, and then finds this message scheduled.
create function rex.is_cancelled(p_mission_id uuid) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_missions where id = p_mission_id and error_code = 'cancelled')
$$;

create function rex.forget_unknown(o public.rex_outreach) returns void language sql set search_path = '' as $$
  update public.rex_mission_leads set outcome = 'scheduled', reason = null
  where mission_id = o.mission_id and lead_id = o.lead_id and outcome = 'unknown' and not exists (
    select from public.rex_outreach p where p.mission_id = o.mission_id and p.lead_id = o.lead_id and p.state = 'unknown' and p.id <> o.id)
$$;
comment on function rex.forget_unknown is 'A late answer ends as one in time: what is known now settles the lead anew.';

create function rex.take_answer(
  o public.rex_outreach, p_result text, p_provider text, p_provider_id text, p_code text, p_answer text, p_now timestamptz
) returns public.outreach_state language plpgsql set search_path = '' as $$
declare
  v_state public.outreach_state := case
    when p_result = 'deferred' and o.attempts >= 2 then 'refused'
    when p_result = 'deferred' then 'scheduled'
    else p_result::public.outreach_state end;
begin
  update public.rex_outreach set
    state = v_state, provider = p_provider, provider_id = p_provider_id, provider_answer = left(p_answer, 2000), reason = p_code,
    lease_until = null, attempts = attempts + (p_result = 'deferred')::int,
    handed_over_at = case when v_state = 'sent' then p_now end,
    inbox_id = case when v_state <> 'scheduled' or step > 1 then inbox_id end,
    sendable_at = null,
    due_at = case when v_state = 'scheduled' then p_now + make_interval(mins => 15 * (4 ^ o.attempts)::int) else due_at end
  where id = o.id;
  if o.state = 'unknown' and v_state = 'refused' then
    perform rex.forget_unknown(o);
  end if;
  if v_state = 'scheduled' and rex.is_cancelled(o.mission_id) then
    perform rex.cancel_outreach(array[o.id], 'cancelled');
    return 'cancelled';
  elsif v_state = 'scheduled' then
    perform rex.hold_deferred(o.id);
  elsif v_state in ('sent', 'unknown') then
    perform rex.settle_outcome(o.mission_id, array[o.lead_id], v_state::text::public.lead_outcome, case when v_state = 'unknown' then coalesce(p_code, 'no_answer') end);
    perform rex.schedule_next(o.id, case when v_state = 'sent' then p_now else o.begun_at end);
  elsif v_state = 'refused' then
    perform rex.settle_outcome(o.mission_id, array[o.lead_id], case when p_code = 'hard_bounce' then 'bounced' else 'failed' end::public.lead_outcome,
      coalesce(p_code, 'refused'));
    perform rex.cancel_outreach(rex.later_steps(o), 'step_before_refused');
  end if;
  return v_state;
end $$;

create function public.rex_finish_outreach(
  p_request_id text, p_outreach_id uuid, p_fence bigint, p_result text, p_provider text,
  p_provider_id text default null, p_code text default null, p_answer text default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('finish_outreach', p_request_id, jsonb_build_array(
    p_outreach_id, p_fence, p_result, p_provider, p_provider_id, p_code));
  o public.rex_outreach;
  v_now timestamptz;
  v_state public.outreach_state;
  v_suppressed int := 0;
begin
  if v_answer is not null then
    return v_answer;
  elsif p_result is null or p_result not in ('sent', 'refused', 'deferred', 'unknown') then
    perform rex.refuse(422, 'result_invalid', 'The result is not known.', 'Use sent, refused, deferred or unknown.');
  end if;
  o := rex.lock_hand_over(p_outreach_id);
  v_now := rex.now();
  if o.fence <> p_fence or o.state not in ('sending', 'unknown') or (o.state = 'unknown' and p_result = 'deferred') then
    return rex.end_request('finish_outreach', p_request_id, jsonb_build_object('outreach_id', o.id, 'state', o.state, 'code', 'stale'));
  end if;
  v_state := rex.take_answer(o, p_result, p_provider, p_provider_id, p_code, p_answer, v_now);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason)
  values (o.user_id, v_now, 'outreach', o.id, o.mission_id, 'finish_outreach', o.state, v_state, p_fence, p_code);
  if p_result = 'refused' and p_code = 'hard_bounce' then
    v_suppressed := rex.suppress(o.user_id, o.channel, array[o.address_hash], 'hard_bounced');
    perform rex.cancel_to_addresses(o.user_id, array[o.address_hash], 'hard_bounced');
    insert into public.rex_outreach_events (user_id, outreach_id, mission_id, lead_id, kind, source, source_id, occurred_at)
    values (o.user_id, o.id, o.mission_id, o.lead_id, 'hard_bounced', 'hand_over', o.id || ':' || p_fence, v_now) on conflict do nothing;
  end if;
  perform rex.publish(array(
    select row(o.user_id, 'error.outreach_unknown', o.mission_id, jsonb_build_object('outreach_id', o.id))::rex.announcement where v_state = 'unknown')
    || rex.suppression_news(o, 'hard_bounced', v_suppressed), 'sender');
  return rex.end_request('finish_outreach', p_request_id, jsonb_build_object('outreach_id', o.id, 'state', v_state));
end $$;
grant execute on function public.rex_finish_outreach to service_role;
