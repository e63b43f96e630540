-- Invariant 8: whom a person suppresses gets nothing more, on whichever address, from the moment this is answered. What was said by the
-- people themselves, or by their providers for them, nobody can lift.

create index rex_suppressions_newest on public.rex_suppressions (user_id, created_at, channel, address_hash);
create index rex_lead_addresses_prefix on public.rex_lead_addresses (user_id, address text_pattern_ops);

create function rex.check_hashes(p_channel public.channel, p_hashes text[]) returns void language plpgsql set search_path = '' as $$
begin
  if p_channel is null then
    perform rex.refuse_field('field_missing', 'channel', 'email, sms or whatsapp');
  elsif coalesce(cardinality(p_hashes), 0) not between 1 and 1000 then
    perform rex.refuse(422, 'addresses_invalid', 'A request names 1 to 1,000 addresses.', 'Send fewer addresses at once.');
  elsif exists (select from unnest(p_hashes) as hash where hash is null or hash !~ '^[0-9a-f]{64}$') then
    perform rex.refuse(422, 'addresses_invalid', 'An address is not given by its hash.', 'Send SHA-256 of "channel:address" in hex.');
  end if;
end $$;

create function rex.can_be_lifted(p_reason public.suppression_reason) returns boolean language sql immutable set search_path = '' as $$
  select p_reason in ('manual', 'hard_bounced')
$$;
comment on function rex.can_be_lifted is 'What we noted ourselves; what people asked for stays until they ask otherwise.';
grant execute on function rex.can_be_lifted to authenticated;

-- A bounce is the address's fault; every other reason is the person's, whatever other address they have.
create function rex.people_of(p_account uuid, p_hashes text[], p_reason public.suppression_reason) returns uuid[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(distinct lead_id), '{}') from public.rex_lead_addresses
  where user_id = p_account and address_hash = any (p_hashes) and p_reason <> 'hard_bounced'
$$;

create function rex.lock_suppressed(p_account uuid, p_hashes text[], p_people uuid[]) returns text[] language plpgsql set search_path = '' as $$
declare
  v_hashes text[];
begin
  perform from public.rex_accounts where user_id = p_account for share;
  perform from public.rex_leads where id = any (p_people) order by id for no key update;
  v_hashes := array(
    select hash from unnest(p_hashes) as hash union select address_hash from public.rex_lead_addresses where lead_id = any (p_people));
  if cardinality(v_hashes) > 1000 then
    perform rex.refuse(422, 'addresses_invalid', format('These people have %s addresses together; a request reaches at most 1,000.', cardinality(v_hashes)),
      'Send fewer addresses at once.');
  end if;
  perform rex.lock_addresses(p_account, v_hashes);
  return v_hashes;
end $$;
comment on function rex.lock_suppressed is 'Locks these addresses and all those of these people, and returns them.';

create function rex.suppress_people(
  p_account uuid, p_channel public.channel, p_hashes text[], p_people uuid[], p_reason public.suppression_reason
) returns int language plpgsql set search_path = '' as $$
declare
  v_new int := rex.suppress(p_account, p_channel, p_hashes, p_reason);
  v_of record;
begin
  for v_of in
    select channel, array_agg(address_hash) as hashes from public.rex_lead_addresses where lead_id = any (p_people) group by channel order by channel
  loop
    v_new := v_new + rex.suppress(p_account, v_of.channel, v_of.hashes, p_reason);
  end loop;
  return v_new;
end $$;

create function rex.record_suppressions(p_account uuid, p_action text, p_type text, p_channel public.channel, p_data jsonb, p_addresses int)
returns void language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, actor, entity, action, reason, data)
  values (p_account, auth.uid(), 'suppression', p_action, p_data ->> 'reason', p_data || jsonb_build_object('channel', p_channel));
  perform rex.publish(array(
    select row(p_account, p_type, null, jsonb_strip_nulls(jsonb_build_object('reason', p_data -> 'reason', 'addresses', p_addresses)))::rex.announcement
    where p_addresses > 0), p_action);
end $$;

create function rex.add_suppressions(
  p_account uuid, p_request_id text, p_channel public.channel, p_hashes text[], p_reason public.suppression_reason
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('add_suppressions', p_request_id, jsonb_build_array(p_account, p_channel, p_hashes, p_reason));
  v_account uuid;
  v_people uuid[];
  v_hashes text[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_hashes(p_channel, p_hashes);
  v_people := rex.people_of(v_account, p_hashes, coalesce(p_reason, 'manual'));
  v_hashes := rex.lock_suppressed(v_account, p_hashes, v_people);
  v_answer := jsonb_build_object(
    'added', rex.suppress_people(v_account, p_channel, p_hashes, v_people, coalesce(p_reason, 'manual')),
    'cancelled', rex.cancel_to_addresses(v_account, v_hashes, coalesce(p_reason, 'manual')::text),
    'in_flight', (select count(*) from public.rex_outreach o join public.rex_lead_addresses a on a.lead_id = o.lead_id and a.address_hash = o.address_hash
      where a.user_id = v_account and a.address_hash = any (v_hashes) and o.state = 'sending'));
  perform rex.record_suppressions(v_account, 'add_suppressions', 'system.suppressed', p_channel,
    v_answer || jsonb_build_object('reason', coalesce(p_reason, 'manual')), (v_answer ->> 'added')::int);
  return rex.end_request('add_suppressions', p_request_id, v_answer);
end $$;

create function rex.remove_suppressions(p_account uuid, p_request_id text, p_channel public.channel, p_hashes text[]) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('remove_suppressions', p_request_id, jsonb_build_array(p_account, p_channel, p_hashes));
  v_account uuid;
  v_kept int;
  v_removed int;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_hashes(p_channel, p_hashes);
  perform rex.lock_suppressed(v_account, p_hashes, '{}');
  v_kept := (select count(*) from public.rex_suppressions
    where user_id = v_account and channel = p_channel and address_hash = any (p_hashes) and not rex.can_be_lifted(reason));
  if v_kept > 0 then
    perform rex.refuse(409, 'suppression_stays', format('%s of these addresses unsubscribed, complained or opted out: that stays.', v_kept),
      'Leave them out; nothing was removed. Only people themselves can ask to be written to again.');
  end if;
  delete from public.rex_suppressions where user_id = v_account and channel = p_channel and address_hash = any (p_hashes);
  get diagnostics v_removed = row_count;
  v_answer := jsonb_build_object('removed', v_removed);
  perform rex.record_suppressions(v_account, 'remove_suppressions', 'system.suppression_removed', p_channel, v_answer, v_removed);
  return rex.end_request('remove_suppressions', p_request_id, v_answer);
end $$;

create function public.rex_add_suppressions(
  p_account uuid default null, p_request_id text default null, p_channel public.channel default null, p_hashes text[] default null,
  p_reason public.suppression_reason default 'manual'
) returns jsonb language sql set search_path = '' as $$
  select rex.add_suppressions(p_account, p_request_id, p_channel, p_hashes, p_reason)
$$;
create function public.rex_remove_suppressions(
  p_account uuid default null, p_request_id text default null, p_channel public.channel default null, p_hashes text[] default null
) returns jsonb language sql set search_path = '' as $$
  select rex.remove_suppressions(p_account, p_request_id, p_channel, p_hashes)
$$;
grant execute on function rex.add_suppressions, rex.remove_suppressions, public.rex_add_suppressions, public.rex_remove_suppressions to authenticated;

-- Only the addresses of known leads can be found by how they begin: of all others nothing but the hash is kept.
create function public.rex_list_suppressions(
  p_account uuid, p_channel public.channel default null, p_reason public.suppression_reason default null, p_hashes text[] default null,
  p_prefix text default null, p_before timestamptz default null, p_before_channel public.channel default null, p_before_hash text default null,
  p_limit int default 50
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_account uuid := rex.reading_account(p_account);
  v_meant text[] := case when p_hashes is not null or p_prefix is not null then array(
    select hash from unnest(p_hashes) as hash
    union select address_hash from public.rex_lead_addresses
    where user_id = v_account and address ~>=~ p_prefix and address ~<~ (p_prefix || chr(1114111))) end;
begin
  return coalesce((
    select jsonb_agg(to_jsonb(page) - 'user_id' || jsonb_build_object('address', a.address, 'lead_id', a.lead_id)
      order by page.created_at desc, page.channel desc, page.address_hash desc)
    from (
      select s.user_id, s.channel, s.address_hash, s.reason, s.created_at, rex.can_be_lifted(s.reason) as can_be_lifted
      from public.rex_suppressions s
      where s.user_id = v_account and (p_channel is null or s.channel = p_channel) and (p_reason is null or s.reason = p_reason)
        and (v_meant is null or s.address_hash = any (v_meant))
        and (p_before is null or (s.created_at, s.channel, s.address_hash) < (p_before, p_before_channel, p_before_hash))
      order by s.created_at desc, s.channel desc, s.address_hash desc limit least(p_limit, 200) + 1) as page
    left join public.rex_lead_addresses a on a.user_id = page.user_id and a.channel = page.channel and a.address_hash = page.address_hash), '[]');
end $$;
comment on function public.rex_list_suppressions is 'Newest first; one more row than asked for says that there are more.';
grant execute on function public.rex_list_suppressions to authenticated;
