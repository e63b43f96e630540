-- Invariants 5, 7 and 8: each message begins with one command that rechecks everything under its locks and marks the row before the hand-over.

create type rex.send_scene as (
  outreach public.rex_outreach, account public.rex_accounts, campaign public.rex_campaigns, mission public.rex_missions,
  lead public.rex_leads, domain public.rex_domain_pool, inbox public.rex_inboxes, at timestamptz);
comment on type rex.send_scene is 'All that decides whether a message may begin, read under its locks.';

create function rex.lock_scene(p_outreach public.rex_outreach) returns rex.send_scene language plpgsql set search_path = '' as $$
declare
  s rex.send_scene;
  v_domain_id uuid := (select domain_id from public.rex_inboxes where id = p_outreach.inbox_id);
  r record;
begin
  select * into r from public.rex_accounts where user_id = p_outreach.user_id for share;
  s.account := r;
  select * into r from public.rex_campaigns where id = p_outreach.campaign_id for share;
  s.campaign := r;
  select * into r from public.rex_missions where id = p_outreach.mission_id for share;
  s.mission := r;
  select * into r from public.rex_leads where id = p_outreach.lead_id for no key update;
  s.lead := r;
  perform rex.lock_addresses(p_outreach.user_id, array[p_outreach.address_hash]);
  select * into r from public.rex_domain_pool where id = v_domain_id for no key update;
  s.domain := r;
  select * into r from public.rex_inboxes where id = p_outreach.inbox_id for no key update;
  s.inbox := r;
  perform from public.rex_mission_leads where (mission_id, lead_id) = (p_outreach.mission_id, p_outreach.lead_id) for no key update;
  select * into r from public.rex_outreach where id = p_outreach.id for no key update;
  s.outreach := r;
  s.at := rex.now();
  return s;
end $$;

create function rex.hours(s rex.send_scene, out zones text[], out window_start time, out window_end time, out window_days smallint[])
language sql stable set search_path = '' as $$
  select case when cardinality((s.lead).time_zones) > 0 then (s.lead).time_zones else array[(s.account).time_zone] end,
    coalesce((s.campaign).window_start, (s.account).window_start), coalesce((s.campaign).window_end, (s.account).window_end),
    coalesce((s.campaign).window_days, (s.account).window_days)
$$;
comment on function rex.hours is 'The permitted hours of a message: the campaign''s, or the account''s, by the clocks of the lead.';

create function rex.lasting_obstacle(s rex.send_scene) returns text language plpgsql stable set search_path = '' as $$
declare
  o public.rex_outreach := s.outreach;
begin
  return case
    when exists (select from public.rex_suppressions where (user_id, channel, address_hash) = (o.user_id, o.channel, o.address_hash)) then 'suppressed'
    when exists (
      select from public.rex_lead_addresses a join public.rex_suppressions p using (user_id, channel, address_hash)
      where a.lead_id = o.lead_id and p.reason <> 'hard_bounced') then 'suppressed'
    when (s.lead).removed_at is not null then 'lead_removed'
    when not exists (select from public.rex_lead_addresses where id = o.address_id and lead_id = o.lead_id and address_hash = o.address_hash)
      then 'address_removed'
    when exists (
      select from public.rex_outreach_events e where e.lead_id = o.lead_id and e.kind = 'replied' and e.recorded_at >= (s.mission).created_at)
      then 'replied'
    when exists (select from public.rex_outreach p where p.mission_id = o.mission_id and p.lead_id = o.lead_id and p.step < o.step
      and p.state in ('refused', 'cancelled', 'rejected')) then 'step_before_stopped' end;
end $$;
comment on function rex.lasting_obstacle is
  'Why a message must never go out, such as a reply since its mission was made; null when nothing speaks against it for good. What was said by or '
  'about a person counts at each of their addresses, also at one that became theirs later; a bounce is the address''s own.';

create function rex.has_details(p_account public.rex_accounts, p_campaign public.rex_campaigns) returns boolean language sql immutable set search_path = '' as $$
  select num_nulls(p_account.company, p_account.postal_address, p_campaign.sender_name, p_campaign.reply_to) = 0
$$;
comment on function rex.has_details is 'Whether a message can say who sends it, where they are, and how to answer: what a mission needed when it was made may be gone.';

create function rex.passing_obstacle(s rex.send_scene, out code text, out until timestamptz) language plpgsql stable set search_path = '' as $$
declare
  o public.rex_outreach := s.outreach;
  h record := rex.hours(s);
begin
  if (s.mission).state not in ('EXECUTING', 'COLLECTING') then
    code := 'mission_state';
  elsif coalesce((s.account).paused_at, (s.campaign).paused_at, (s.mission).paused_at, (s.domain).paused_at, (s.inbox).paused_at) is not null then
    code := 'paused';
  elsif not rex.has_details(s.account, s.campaign) then
    code := 'details_missing';
  elsif (s.inbox).checked_version is distinct from (s.inbox).login_version or (s.domain).status not in ('warming', 'active')
    or (o.step = 1 and (s.domain).campaign_id is distinct from o.campaign_id) then
    code := 'inbox_unusable';
  elsif o.due_at is null or o.due_at > s.at or exists (
    select from public.rex_outreach p where p.mission_id = o.mission_id and p.lead_id = o.lead_id and p.step < o.step
      and p.state not in ('sent', 'unknown')) then
    code := 'not_due';
  elsif not rex.permitted(s.at, h.zones, h.window_start, h.window_end, h.window_days) then
    until := rex.next_permitted(s.at, h.zones, h.window_start, h.window_end, h.window_days);
    code := case when until is null then 'no_permitted_hours' else 'outside_hours' end;
  elsif rex.cap_frees_at(s) > s.at then
    code := 'frequency_cap';
    until := coalesce(rex.next_permitted(rex.cap_frees_at(s), h.zones, h.window_start, h.window_end, h.window_days), rex.cap_frees_at(s));
  elsif rex.inbox_left(o.inbox_id, s.at) <= 0 then
    code := 'cap';
  end if;
end $$;
comment on function rex.passing_obstacle is 'Why a message cannot go out now, and when to look again; code null when it may begin.';

create function rex.cap_frees_at(s rex.send_scene) returns timestamptz language sql stable set search_path = '' as $$
  select begun_at + make_interval(days => (s.account).frequency_cap_days) from public.rex_outreach
  where (s.account).frequency_cap_messages is not null and lead_id = (s.lead).id and begun_at is not null
    and begun_at > s.at - make_interval(days => (s.account).frequency_cap_days) and state <> 'scheduled'
  order by begun_at desc offset (s.account).frequency_cap_messages - 1 limit 1
$$;
comment on function rex.cap_frees_at is 'When the person may get one more message; null when the cap leaves room.';

create function rex.give_back(s rex.send_scene, p_code text, p_until timestamptz) returns void language sql set search_path = '' as $$
  update public.rex_outreach set
    lease_until = null, due_at = greatest(due_at, p_until), reason = p_code, sendable_at = null,
    inbox_id = case when step > 1 then inbox_id end
  where id = (s.outreach).id
$$;

-- Given back it would be due at once, each time before what may go out.
create function rex.hold_unpermitted(s rex.send_scene) returns void language plpgsql set search_path = '' as $$
declare
  o public.rex_outreach := s.outreach;
begin
  perform from public.rex_outreach where (mission_id, lead_id) = (o.mission_id, o.lead_id) and step >= o.step order by id for no key update;
  update public.rex_outreach set state = 'held', held_at = s.at, reason = 'no_permitted_hours', lease_until = null, sendable_at = null,
    inbox_id = case when step > 1 then inbox_id end
  where (mission_id, lead_id) = (o.mission_id, o.lead_id) and step >= o.step and state = 'scheduled';
  update public.rex_mission_leads set outcome = 'held', reason = 'no_permitted_hours'
  where (mission_id, lead_id) = (o.mission_id, o.lead_id) and outcome = 'scheduled';
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason)
  values (o.user_id, s.at, 'outreach', o.id, o.mission_id, 'begin_outreach', 'scheduled', 'held', o.fence, 'no_permitted_hours');
end $$;
comment on function rex.hold_unpermitted is 'Hours were narrowed until the person''s zones share none: a person changes the hours and releases it, or it expires.';

create function rex.count_send(s rex.send_scene) returns void language sql set search_path = '' as $$
  insert into public.rex_domain_days as d (domain_id, day, user_id, sent, cap)
  select (s.domain).id, today, (s.account).user_id, 1, rex.domain_cap(s.domain, today) from rex.account_day((s.account).user_id, s.at) as today
  on conflict (domain_id, day) do update set sent = d.sent + 1, cap = excluded.cap;
  insert into public.rex_inbox_days as d (inbox_id, day, user_id, sent, cap)
  select (s.inbox).id, today, (s.account).user_id, 1, rex.inbox_cap(s.inbox, today) from rex.account_day((s.account).user_id, s.at) as today
  on conflict (inbox_id, day) do update set sent = d.sent + 1, cap = excluded.cap;
  update public.rex_inboxes set next_send_at = s.at + make_interval(secs => spacing_seconds * (1 + random())) where id = (s.inbox).id
$$;

create function rex.as_message(s rex.send_scene) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'outreach_id', o.id, 'user_id', o.user_id, 'mission_id', o.mission_id, 'lead_id', o.lead_id, 'step', o.step, 'channel', o.channel,
    'address', a.address, 'subject', o.subject, 'body_text', o.body_text, 'body_html', o.body_html,
    'sender_name', (s.campaign).sender_name, 'reply_to', (s.campaign).reply_to, 'company', (s.account).company,
    'postal_address', (s.account).postal_address, 'message_id', o.message_id,
    'references', coalesce((
      select jsonb_agg(p.message_id order by p.step) from public.rex_outreach p
      where p.mission_id = o.mission_id and p.lead_id = o.lead_id and p.step < o.step and p.message_id is not null), '[]'))
  from public.rex_outreach o join public.rex_lead_addresses a on a.id = o.address_id where o.id = (s.outreach).id
$$;

create function rex.as_inbox(s rex.send_scene) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('inbox_id', (s.inbox).id, 'user_id', (s.inbox).user_id, 'address', (s.inbox).address, 'host', (s.inbox).host,
    'port', (s.inbox).port, 'username', (s.inbox).username, 'login_version', (s.inbox).login_version,
    'password_version', (s.inbox).password_version,
    'send_without_replies', (s.account).send_without_replies)
$$;

create function rex.provider_of(s rex.send_scene) returns public.provider language sql immutable set search_path = '' as $$
  select case when (s.outreach).channel = 'email' then (s.inbox).provider else 'twilio' end
$$;
comment on function rex.provider_of is 'Whose quota a message takes as it begins; null: nobody''s.';

create function rex.begin_send(s rex.send_scene) returns jsonb language plpgsql set search_path = '' as $$
begin
  update public.rex_outreach set
    state = 'sending', begun_at = s.at, domain_id = (s.domain).id, reason = null, lease_until = s.at + interval '2 minutes',
    message_id = '<' || id || '@' || (s.domain).domain || '>'
  where id = (s.outreach).id;
  perform rex.count_send(s);
  return jsonb_build_object('begun', true, 'message', rex.as_message(s), 'inbox', rex.as_inbox(s));
end $$;

create function rex.never_send(s rex.send_scene, p_code text) returns void language plpgsql set search_path = '' as $$
begin
  perform rex.cancel_outreach(array[(s.outreach).id], p_code);
  insert into public.rex_logs (user_id, at, entity, entity_id, mission_id, action, from_state, to_state, fence, reason)
  values ((s.outreach).user_id, s.at, 'outreach', (s.outreach).id, (s.outreach).mission_id, 'begin_outreach', 'scheduled', 'cancelled',
    (s.outreach).fence, p_code);
end $$;

create function public.rex_begin_outreach(p_request_id text, p_outreach_id uuid, p_fence bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('begin_outreach', p_request_id, jsonb_build_array(p_outreach_id, p_fence));
  v_row public.rex_outreach;
  s rex.send_scene;
  v_code text;
  v_until timestamptz;
begin
  select * into v_row from public.rex_outreach where id = p_outreach_id;
  if v_answer is not null then
    return jsonb_build_object('begun', false, 'code', 'repeat', 'state', v_row.state);
  elsif v_row.id is null then
    perform rex.refuse(404, 'outreach_not_found', 'There is no such message.', 'Claim again.');
  end if;
  s := rex.lock_scene(v_row);
  if (s.outreach).fence <> p_fence or (s.outreach).state <> 'scheduled' or (s.outreach).lease_until is null or (s.outreach).lease_until <= s.at
    or (s.outreach).inbox_id is distinct from v_row.inbox_id then
    v_answer := jsonb_build_object('begun', false, 'code', 'stale', 'state', (s.outreach).state);
  else
    v_code := rex.lasting_obstacle(s);
    if v_code is not null then
      perform rex.never_send(s, v_code);
      v_answer := jsonb_build_object('begun', false, 'code', v_code, 'state', 'cancelled');
    else
      select p.code, p.until into v_code, v_until from rex.passing_obstacle(s) as p;
      if v_code is null and not rex.take_quota(rex.provider_of(s), 1) then
        v_code := 'quota';
        v_until := rex.next_window(rex.now());
      end if;
      if v_code = 'no_permitted_hours' then
        perform rex.hold_unpermitted(s);
        v_answer := jsonb_build_object('begun', false, 'code', v_code, 'state', 'held');
      elsif v_code is not null then
        perform rex.give_back(s, v_code, v_until);
        v_answer := jsonb_build_object('begun', false, 'code', v_code, 'state', 'scheduled');
      else
        v_answer := rex.begin_send(s);
      end if;
    end if;
  end if;
  -- The message itself is not kept with the request: a repeat hands nothing over.
  perform rex.end_request('begin_outreach', p_request_id, v_answer - array['message', 'inbox']);
  return v_answer;
end $$;
grant execute on function public.rex_begin_outreach to service_role;
