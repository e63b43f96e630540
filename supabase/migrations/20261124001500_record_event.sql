-- What happens to a message enters here, whichever source it comes from, once each, in any order, also after its mission is completed.

create function rex.apply_event(o public.rex_outreach, p_kind public.event_kind) returns int language plpgsql set search_path = '' as $$
declare
  v_unsent uuid[] := array(select id from public.rex_outreach where lead_id = o.lead_id and rex.is_unsent(state));
  v_address record;
  v_suppressed int := 0;
begin
  case p_kind
    when 'delivered' then
      perform rex.settle_outcome(o.mission_id, array[o.lead_id], 'delivered', null);
    when 'hard_bounced' then
      v_suppressed := rex.suppress(o.user_id, o.channel, array[o.address_hash], 'hard_bounced');
      perform rex.cancel_to_addresses(o.user_id, array[o.address_hash], 'hard_bounced');
      perform rex.settle_outcome(o.mission_id, array[o.lead_id], 'bounced', 'hard_bounced');
    when 'replied' then
      perform rex.cancel_outreach(v_unsent, 'replied');
      perform rex.settle_outcome(o.mission_id, array[o.lead_id], 'replied', null);
    when 'unsubscribed', 'complained' then
      for v_address in
        select channel, array_agg(address_hash) as hashes from (
          select channel, address_hash from public.rex_lead_addresses where lead_id = o.lead_id union select o.channel, o.address_hash) as known
        group by channel order by channel
      loop
        v_suppressed := v_suppressed + rex.suppress(o.user_id, v_address.channel, v_address.hashes, p_kind::text::public.suppression_reason);
      end loop;
      perform rex.cancel_outreach(v_unsent, p_kind::text);
      perform rex.settle_outcome(o.mission_id, array[o.lead_id], 'unsubscribed', p_kind::text);
    else
      null;  -- Deferrals, soft bounces, blocks, automatic replies, opens and clicks are kept for reputation and change no outcome.
  end case;
  return v_suppressed;
end $$;
comment on function rex.apply_event is 'How many addresses it suppressed that were not before.';

create function public.rex_record_event(
  p_request_id text, p_outreach_id uuid, p_kind public.event_kind, p_source text, p_source_id text, p_occurred_at timestamptz,
  p_detail text default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('record_event', p_request_id, jsonb_build_array(p_outreach_id, p_kind, p_source, p_source_id, p_occurred_at));
  o public.rex_outreach;
  v_event_id uuid;
  v_outcome public.lead_outcome;
  v_suppressed int;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  o := rex.lock_hand_over(p_outreach_id);
  insert into public.rex_outreach_events (user_id, outreach_id, mission_id, lead_id, kind, source, source_id, occurred_at, detail)
  values (o.user_id, o.id, o.mission_id, o.lead_id, p_kind, p_source, p_source_id, least(p_occurred_at, rex.now()), left(p_detail, 2000))
  on conflict (user_id, source, source_id) do nothing returning id into v_event_id;
  if v_event_id is not null then
    v_suppressed := rex.apply_event(o, p_kind);
    insert into public.rex_logs (user_id, entity, entity_id, mission_id, action, reason, data)
    values (o.user_id, 'outreach', o.id, o.mission_id, 'record_event', p_kind::text, jsonb_build_object('event_id', v_event_id, 'source', p_source));
  end if;
  select outcome into v_outcome from public.rex_mission_leads where (mission_id, lead_id) = (o.mission_id, o.lead_id);
  if v_event_id is not null then
    perform rex.publish(array[row(o.user_id, 'mission.outreach_event', o.mission_id,
      jsonb_build_object('outreach_id', o.id, 'kind', p_kind, 'outcome', v_outcome))::rex.announcement]
      || rex.suppression_news(o, p_kind::text, v_suppressed), 'events');
  end if;
  return rex.end_request('record_event', p_request_id, jsonb_build_object('applied', v_event_id is not null, 'outcome', v_outcome));
end $$;
grant execute on function public.rex_record_event to service_role;
