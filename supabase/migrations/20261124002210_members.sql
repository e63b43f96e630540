-- Invariant 10: who may act for an account is its owner's to say; the owner, whose id is the account's, always may.

create function rex.find_person(p_email text) returns uuid language sql stable security definer set search_path = '' as $$
  select case when count(*) = 1 then (array_agg(id))[1] end from auth.users
  where email = lower(btrim(p_email)) and email_confirmed_at is not null and deleted_at is null and not is_anonymous
$$;
comment on function rex.find_person is 'Who has shown that this address is theirs; null for nobody, and for one of several sign-ons.';

create function rex.check_role_given(p_role public.member_role) returns void language plpgsql set search_path = '' as $$
begin
  if p_role is null or p_role = 'owner' then
    perform rex.refuse(422, 'role_invalid', 'An account has one owner.', 'Choose operator or viewer.');
  end if;
end $$;

create function rex.lock_member(p_account uuid, p_member_id uuid) returns public.rex_members language plpgsql set search_path = '' as $$
declare
  v_member public.rex_members;
begin
  perform from public.rex_accounts where user_id = p_account for no key update;
  select * into v_member from public.rex_members where user_id = p_account and member_id = p_member_id;
  if not found then
    perform rex.refuse(404, 'member_unknown', 'This account has no such member.', 'List the members.');
  elsif v_member.role = 'owner' then
    perform rex.refuse(409, 'last_owner', 'An account keeps its owner.', 'Change another member.');
  end if;
  return v_member;
end $$;

-- A miss is an answer and no refusal, so that it is on record: nobody tries addresses one after another, or all at once, to learn who is here.
create function rex.check_misses(p_account uuid) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_accounts where user_id = p_account for no key update;
  if 20 <= (
    select count(*) from public.rex_requests where actor = auth.uid() and command = 'add_member'
      and created_at > rex.now() - interval '24 hours' and answer -> 'member_id' = 'null') then
    perform rex.refuse(429, 'too_many_misses', 'Twenty addresses of a day belonged to nobody.', 'Ask people for the address they signed up with, and try again tomorrow.');
  end if;
end $$;

create function rex.insert_member(p_account uuid, p_member_id uuid, p_role public.member_role) returns void
language plpgsql set search_path = '' as $$
begin
  perform from public.rex_accounts where user_id = p_account for no key update;
  insert into public.rex_members (user_id, member_id, role) values (p_account, p_member_id, p_role) on conflict do nothing;
  if not found then
    perform rex.refuse(409, 'member_exists', 'This person is a member already.', 'Change their role instead.');
  end if;
  perform rex.record_settings(p_account, 'member', p_member_id, 'add_member', 'system.member_added', jsonb_build_object('role', p_role));
end $$;

create function rex.add_member(p_account uuid, p_request_id text, p_email text, p_role public.member_role) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('add_member', p_request_id, jsonb_build_array(p_account, p_email, p_role));
  v_account uuid;
  v_person uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner');
  perform rex.check_role_given(p_role);
  perform rex.check_misses(v_account);
  v_person := rex.find_person(p_email);
  if v_person is not null then
    perform rex.insert_member(v_account, v_person, p_role);
  end if;
  return rex.end_request('add_member', p_request_id, jsonb_build_object('member_id', v_person, 'role', p_role));
end $$;

create function rex.update_member(p_account uuid, p_request_id text, p_member_id uuid, p_role public.member_role) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('update_member', p_request_id, jsonb_build_array(p_account, p_member_id, p_role));
  v_account uuid;
  v_member public.rex_members;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner');
  perform rex.check_role_given(p_role);
  v_member := rex.lock_member(v_account, p_member_id);
  if v_member.role <> p_role then
    update public.rex_members set role = p_role where user_id = v_account and member_id = p_member_id;
    perform rex.record_settings(v_account, 'member', p_member_id, 'update_member', 'system.member_updated', jsonb_build_object('role', p_role));
  end if;
  return rex.end_request('update_member', p_request_id, jsonb_build_object('member_id', p_member_id, 'role', p_role));
end $$;

create function rex.remove_member(p_account uuid, p_request_id text, p_member_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('remove_member', p_request_id, jsonb_build_array(p_account, p_member_id));
  v_account uuid;
  v_member public.rex_members;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator', 'viewer');
  if p_member_id is distinct from auth.uid() then
    perform rex.require_role(v_account, 'owner');
  end if;
  v_member := rex.lock_member(v_account, p_member_id);
  delete from public.rex_members where user_id = v_account and member_id = p_member_id;
  perform rex.record_settings(v_account, 'member', p_member_id, 'remove_member', 'system.member_removed', jsonb_build_object('role', v_member.role));
  return rex.end_request('remove_member', p_request_id, jsonb_build_object('member_id', p_member_id));
end $$;
comment on function rex.remove_member is 'By the owner, or by the member.';

create function public.rex_add_member(
  p_account uuid default null, p_request_id text default null, p_email text default null, p_role public.member_role default null
) returns jsonb language sql set search_path = '' as $$
  select rex.add_member(p_account, p_request_id, p_email, p_role)
$$;
create function public.rex_update_member(
  p_account uuid default null, p_request_id text default null, p_member_id uuid default null, p_role public.member_role default null
) returns jsonb language sql set search_path = '' as $$
  select rex.update_member(p_account, p_request_id, p_member_id, p_role)
$$;
create function public.rex_remove_member(p_account uuid default null, p_request_id text default null, p_member_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.remove_member(p_account, p_request_id, p_member_id)
$$;

-- The addresses stand in Auth's table, which nobody reads but through this.
create function rex.list_members(p_account uuid, p_after timestamptz, p_after_id uuid, p_limit int) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by created_at, member_id), '[]') from (
    select m.member_id, u.email, m.role, m.created_at, m.member_id = (select auth.uid()) as is_you
    from public.rex_members m join auth.users u on u.id = m.member_id
    where m.user_id = rex.reading_account(p_account) and (p_after is null or (m.created_at, m.member_id) > (p_after, p_after_id))
    order by m.created_at, m.member_id limit least(p_limit, 200) + 1) as page
$$;

create function public.rex_list_members(
  p_account uuid, p_after timestamptz default null, p_after_id uuid default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  select rex.list_members(p_account, p_after, p_after_id, p_limit)
$$;
comment on function public.rex_list_members is 'Oldest first; one more row than asked for says that there are more.';
grant execute on function rex.add_member, rex.update_member, rex.remove_member, rex.list_members, public.rex_add_member, public.rex_update_member,
  public.rex_remove_member, public.rex_list_members to authenticated;
