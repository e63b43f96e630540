-- A message of a campaign as one of its leads would get it, sent to nobody but the person who asked, at the address they confirmed.
-- Invariants 5, 7 and 8 hold for it too: it counts against the caps of its inbox, begins once, never to a suppressed address or in a pause.

create table public.rex_test_mails (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  person uuid not null references auth.users (id) on delete cascade,
  campaign_id uuid not null references public.rex_campaigns (id) on delete cascade,
  lead_id uuid not null references public.rex_leads (id) on delete cascade,
  step int not null check (step between 1 and 5),
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
  code text,
  inbox_id uuid references public.rex_inboxes (id) on delete set null,
  lease_until timestamptz,
  begun_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default rex.now(),
  check ((state = 'sending') = (lease_until is not null)),
  check (state in ('queued', 'failed') or begun_at is not null),
  check ((state in ('sent', 'failed', 'unknown')) = (finished_at is not null))
);
comment on table public.rex_test_mails is 'Ids only: what is sent is written from the campaign as it begins, the address is read from Auth.';
create index rex_test_mails_person on public.rex_test_mails (person, created_at);
create index rex_test_mails_account on public.rex_test_mails (user_id, created_at);
create index rex_test_mails_open on public.rex_test_mails (created_at) where state in ('queued', 'sending');
create index rex_test_mails_campaign on public.rex_test_mails (campaign_id);
create index rex_test_mails_lead on public.rex_test_mails (lead_id);
create index rex_test_mails_inbox on public.rex_test_mails (inbox_id);
select rex.protect('public.rex_test_mails');

create function rex.own_address(p_person uuid) returns text language sql stable security definer set search_path = '' as $$
  select lower(email) from auth.users where id = p_person and email_confirmed_at is not null and deleted_at is null and not is_anonymous
$$;
comment on function rex.own_address is 'What the person has shown to be theirs; null for none.';

create function rex.check_test_mails(p_person uuid) returns void language plpgsql set search_path = '' as $$
begin
  if 10 <= (select count(*) from public.rex_test_mails where person = p_person and created_at > rex.now() - interval '1 hour')
    or 30 <= (select count(*) from public.rex_test_mails where person = p_person and created_at > rex.now() - interval '24 hours') then
    perform rex.refuse(429, 'too_many_test_mails', 'You asked for 10 test mails in an hour, or 30 in a day.', 'Look at the preview, and ask again later.');
  end if;
end $$;

-- Why a test mail cannot go out at all; the rest (caps, spacing, logins) is left to its beginning.
create function rex.check_sendable(p_account public.rex_accounts, p_campaign public.rex_campaigns, p_step int, p_address text) returns void
language plpgsql set search_path = '' as $$
declare
  v_missing text := (
    select string_agg(name, ', ') from (values ('company', p_account.company), ('postal_address', p_account.postal_address),
      ('sender_name', p_campaign.sender_name), ('reply_to', p_campaign.reply_to)) as needed (name, value) where coalesce(btrim(value), '') = '');
begin
  if p_address is null then
    perform rex.refuse(409, 'address_unconfirmed', 'You have not confirmed an e-mail address.', 'Confirm it by the link that was sent to you.');
  elsif coalesce(p_step, 0) not between 1 and jsonb_array_length(p_campaign.steps) then
    perform rex.refuse(422, 'step_unknown', 'The campaign has no such step.', 'Choose one of its steps, counted from 1.');
  elsif v_missing is not null then
    perform rex.refuse(409, 'details_missing', format('No message can say who sends it: %s.', v_missing), 'Fill that in, in the account or the campaign.');
  elsif coalesce(p_account.paused_at, p_campaign.paused_at) is not null then
    perform rex.refuse(409, 'paused', 'The account or the campaign is paused: nothing is sent.', 'Resume it first.');
  elsif exists (select from public.rex_suppressions
    where (user_id, channel, address_hash) = (p_account.user_id, 'email', rex.address_hash('email', p_address))) then
    perform rex.refuse(409, 'address_suppressed', 'Your own address is suppressed in this account.', 'Ask somebody else for a test mail.');
  elsif not exists (select from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
    where i.user_id = p_account.user_id and rex.may_send(i, d)) then
    perform rex.refuse(409, 'no_inbox', 'No inbox of the account may send now.', 'Add an inbox, or look at why its login or domain does not work.');
  end if;
end $$;

create function rex.queue_test_mail(p_account uuid, p_request_id text, p_campaign_id uuid, p_lead_id uuid, p_step int) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('queue_test_mail', p_request_id, jsonb_build_array(p_account, p_campaign_id, p_lead_id, p_step));
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
  v_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_account from public.rex_accounts where user_id = rex.require_role(p_account, 'owner', 'operator') for no key update;
  select * into v_campaign from public.rex_campaigns where id = p_campaign_id and user_id = v_account.user_id for share;
  perform from public.rex_leads where id = p_lead_id and user_id = v_account.user_id for share;
  if v_campaign.id is null or not found then
    perform rex.refuse(404, 'preview_unknown', 'This account has no such campaign or lead.', 'Use ids that a list gave you.');
  end if;
  perform rex.check_sendable(v_account, v_campaign, p_step, rex.own_address(auth.uid()));
  perform rex.check_test_mails(auth.uid());
  insert into public.rex_test_mails (user_id, person, campaign_id, lead_id, step)
  values (v_account.user_id, auth.uid(), p_campaign_id, p_lead_id, p_step) returning id into v_id;
  insert into public.rex_logs (user_id, actor, entity, entity_id, action, data)
  values (v_account.user_id, auth.uid(), 'test_mail', v_id, 'queue_test_mail', jsonb_build_object('campaign_id', p_campaign_id, 'step', p_step));
  return rex.end_request('queue_test_mail', p_request_id, jsonb_build_object('test_mail_id', v_id, 'state', 'queued'));
end $$;
comment on function rex.queue_test_mail is 'The account is locked so that two requests at once do not both find room in the limit.';

create function public.rex_queue_test_mail(
  p_account uuid default null, p_request_id text default null, p_campaign_id uuid default null, p_lead_id uuid default null, p_step int default null
) returns jsonb language sql set search_path = '' as $$
  select rex.queue_test_mail(p_account, p_request_id, p_campaign_id, p_lead_id, p_step)
$$;
grant execute on function rex.queue_test_mail, public.rex_queue_test_mail to authenticated;

create function rex.end_test_mail(p_test_mail_id uuid, p_state text, p_code text) returns rex.announcement language plpgsql set search_path = '' as $$
declare
  v_before text := (select state from public.rex_test_mails where id = p_test_mail_id);
  v_mail public.rex_test_mails;
begin
  update public.rex_test_mails set state = p_state, code = p_code, lease_until = null, finished_at = rex.now()
  where id = p_test_mail_id returning * into v_mail;
  insert into public.rex_logs (user_id, entity, entity_id, action, from_state, to_state, reason)
  values (v_mail.user_id, 'test_mail', v_mail.id, 'end_test_mail', v_before, p_state, p_code);
  return row(v_mail.user_id, 'system.test_mail', null, jsonb_build_object('test_mail_id', v_mail.id, 'state', p_state, 'code', p_code))::rex.announcement;
end $$;
comment on function rex.end_test_mail is 'The caller has locked it.';

-- What waited an hour for an inbox has failed; what began and was not answered for is unknown, and is not sent again.
create function rex.end_old_test_mails() returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_said rex.announcement[] := '{}';
  v_mail public.rex_test_mails;
begin
  for v_mail in
    select * from public.rex_test_mails
    where (state = 'queued' and created_at < rex.now() - interval '1 hour') or (state = 'sending' and lease_until <= rex.now())
    order by id limit 100 for no key update skip locked
  loop
    v_said := v_said || rex.end_test_mail(v_mail.id, case v_mail.state when 'queued' then 'failed' else 'unknown' end,
      case v_mail.state when 'queued' then 'expired' else 'lease_expired' end);
  end loop;
  return v_said;
end $$;

create function rex.next_test_mail(out mail public.rex_test_mails, out inbox uuid) language plpgsql stable set search_path = '' as $$
declare
  r record;
begin
  select t as mail, pick.id as inbox into r
  from public.rex_test_mails t cross join lateral (
    select i.id from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
    where i.user_id = t.user_id and rex.inbox_left(i.id, rex.now()) > 0
    order by d.campaign_id is not distinct from t.campaign_id desc, i.address limit 1) as pick
  where t.state = 'queued' order by t.created_at, t.id limit 1;
  mail := r.mail;
  inbox := r.inbox;
end $$;
comment on function rex.next_test_mail is 'The oldest that an inbox of its account may send now, if possible one of the campaign''s own.';

create function rex.lock_test_scene(p_mail public.rex_test_mails, p_inbox_id uuid, p_address text) returns rex.send_scene
language plpgsql set search_path = '' as $$
declare
  s rex.send_scene;
  r record;
begin
  select * into r from public.rex_accounts where user_id = p_mail.user_id for share;
  s.account := r;
  select * into r from public.rex_campaigns where id = p_mail.campaign_id for share;
  s.campaign := r;
  select * into r from public.rex_leads where id = p_mail.lead_id for share;
  s.lead := r;
  perform rex.lock_addresses(p_mail.user_id, array[rex.address_hash('email', p_address)]);
  select * into r from public.rex_domain_pool where id = (select domain_id from public.rex_inboxes where id = p_inbox_id) for no key update;
  s.domain := r;
  select * into r from public.rex_inboxes where id = p_inbox_id for no key update;
  s.inbox := r;
  s.at := rex.now();
  return s;
end $$;

create function rex.test_obstacle(s rex.send_scene, p_address text) returns text language sql stable set search_path = '' as $$
  select case
    when p_address is null then 'address_unconfirmed'
    when exists (select from public.rex_suppressions
      where (user_id, channel, address_hash) = ((s.account).user_id, 'email', rex.address_hash('email', p_address))) then 'suppressed'
    when coalesce((s.account).paused_at, (s.campaign).paused_at) is not null then 'paused' end
$$;

create function rex.begin_test_send(p_mail public.rex_test_mails, s rex.send_scene, p_address text) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update public.rex_test_mails set state = 'sending', begun_at = s.at, lease_until = s.at + interval '2 minutes', inbox_id = (s.inbox).id
  where id = p_mail.id;
  perform rex.count_send(s);
  return jsonb_build_object('begun', true, 'test_mail_id', p_mail.id, 'step', p_mail.step, 'address', p_address,
    'message_id', '<' || p_mail.id || '@' || (s.domain).domain || '>', 'inbox', rex.as_inbox(s),
    'scene', rex.preview_scene(p_mail.user_id, p_mail.campaign_id, p_mail.lead_id));
end $$;

create function rex.try_test_mail(p_mail public.rex_test_mails, p_inbox_id uuid) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_address text := rex.own_address(p_mail.person);
  s rex.send_scene := rex.lock_test_scene(p_mail, p_inbox_id, v_address);
  v_code text := rex.test_obstacle(s, v_address);
begin
  perform from public.rex_test_mails where id = p_mail.id and state = 'queued' for no key update;
  if not found then
    return jsonb_build_object('begun', false, 'code', 'stale');
  elsif v_code is not null then
    perform rex.publish(array[rex.end_test_mail(p_mail.id, 'failed', v_code)], 'sender');
    return jsonb_build_object('begun', false, 'code', v_code);
  elsif rex.inbox_left(p_inbox_id, s.at) <= 0 or not rex.take_quota((s.inbox).provider, 1) then
    return jsonb_build_object('begun', false, 'code', 'cap');
  end if;
  return rex.begin_test_send(p_mail, s, v_address);
end $$;

create function public.rex_begin_test_mail(p_request_id text) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('begin_test_mail', p_request_id, '[]');
  v_next record;
begin
  if v_answer is not null then
    return jsonb_build_object('begun', false, 'code', 'repeat');
  end if;
  v_next := rex.next_test_mail();
  if (v_next.mail).id is null then
    perform rex.publish(rex.end_old_test_mails(), 'sender');
    v_answer := jsonb_build_object('begun', false, 'code', null);
  else
    v_answer := rex.try_test_mail(v_next.mail, v_next.inbox);
  end if;
  -- As for outreach: the message itself is not kept with the request, and a repeat hands nothing over.
  perform rex.end_request('begin_test_mail', p_request_id, jsonb_build_object('begun', v_answer -> 'begun'));
  return v_answer;
end $$;

create function public.rex_finish_test_mail(p_request_id text, p_test_mail_id uuid, p_result text, p_code text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('finish_test_mail', p_request_id, jsonb_build_array(p_test_mail_id, p_result, p_code));
  v_state text;
begin
  if v_answer is not null then
    return v_answer;
  elsif p_result is null or p_result not in ('sent', 'failed', 'unknown') or p_code !~ '^[a-z0-9_]{1,50}$' then
    perform rex.refuse(422, 'result_invalid', 'The result is not known.', 'Use sent, failed or unknown, and a code.');
  end if;
  select state into v_state from public.rex_test_mails where id = p_test_mail_id for no key update;
  if v_state is null then
    perform rex.refuse(404, 'test_mail_unknown', 'There is no such test mail.', 'It was deleted: leave it.');
  elsif v_state = 'sending' or (v_state = 'unknown' and p_result <> 'unknown') then
    v_state := p_result;
    perform rex.publish(array[rex.end_test_mail(p_test_mail_id, p_result, p_code)], 'sender');
  end if;
  return rex.end_request('finish_test_mail', p_request_id, jsonb_build_object('test_mail_id', p_test_mail_id, 'state', v_state));
end $$;

grant execute on function public.rex_begin_test_mail, public.rex_finish_test_mail to service_role;
