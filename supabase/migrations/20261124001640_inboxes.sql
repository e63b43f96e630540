-- Invariant 5: an inbox sends only under the login that was checked; whatever changes the login makes it unchecked.
-- A password never enters the database, which only says with which version of the login it came; and an inbox keeps its address and domain: its threads are bound to them.

create function rex.inbox_rules() returns jsonb language sql immutable set search_path = '' as $$
  select '{
    "domain_id": {"kind": "line", "most": 36, "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", "expected": "the id of a domain"},
    "domain": {"kind": "line", "most": 253, "pattern": "^[A-Za-z0-9.-]+\\.[A-Za-z0-9-]+$", "expected": "the name of a domain, in ASCII"},
    "address": {"kind": "line", "most": 320, "pattern": "^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+\\.[A-Za-z0-9-]+$",
      "expected": "an e-mail address, in ASCII"},
    "host": {"kind": "line", "most": 253, "pattern": "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+$",
      "expected": "the name or address of a mail server"},
    "port": {"kind": "whole", "least": 1, "most": 65535, "expected": "a whole number from 1 to 65535"},
    "username": {"kind": "line", "most": 320, "expected": "one line of 1 to 320 characters"},
    "daily_cap": {"kind": "whole", "least": 1, "most": 2000, "expected": "a whole number from 1 to 2000"},
    "spacing_seconds": {"kind": "whole", "least": 0, "most": 86400, "expected": "a whole number from 0 to 86400"}
  }'::jsonb
$$;

create function rex.lower_fields(p_fields jsonb, variadic p_names text[]) returns jsonb language sql immutable set search_path = '' as $$
  select p_fields || coalesce((select jsonb_object_agg(name, lower(p_fields ->> name)) from unnest(p_names) as name where p_fields ? name), '{}')
$$;

create function rex.lock_domain_of(p_account uuid, p_fields jsonb) returns public.rex_domain_pool language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  if (p_fields ? 'domain_id') = (p_fields ? 'domain') then
    perform rex.refuse_field('field_missing', 'domain_id', 'either this or domain says where the inbox belongs');
  end if;
  select * into v_domain from public.rex_domain_pool
  where user_id = p_account and (id = (p_fields ->> 'domain_id')::uuid or domain = p_fields ->> 'domain') for share;
  if not found then
    perform rex.refuse(404, 'domain_unknown', 'This account has no such domain.', 'List the domains, or add it first.');
  elsif v_domain.status = 'retired' then
    perform rex.refuse(409, 'domain_retired', 'This domain is retired.', 'Use another domain.');
  elsif split_part(p_fields ->> 'address', '@', 2) <> v_domain.domain then
    perform rex.refuse_field('field_invalid', 'address', format('an address of the domain %s', v_domain.domain));
  end if;
  return v_domain;
end $$;

create function rex.insert_inbox(p_domain public.rex_domain_pool, p_fields jsonb) returns public.rex_inboxes language plpgsql set search_path = '' as $$
declare
  v_inbox public.rex_inboxes;
begin
  insert into public.rex_inboxes (user_id, domain_id, address, host, port, username, daily_cap, spacing_seconds)
  values (p_domain.user_id, p_domain.id, p_fields ->> 'address', p_fields ->> 'host', coalesce((p_fields ->> 'port')::int, 587),
    p_fields ->> 'username', coalesce((p_fields ->> 'daily_cap')::int, 40), coalesce((p_fields ->> 'spacing_seconds')::int, 300))
  returning * into v_inbox;
  return v_inbox;
exception when unique_violation then
  perform rex.refuse(409, 'inbox_exists', 'This account has an inbox of that address.', 'Change that inbox instead.');
end $$;

create function rex.inbox_answer(p_inbox public.rex_inboxes) returns jsonb language sql immutable set search_path = '' as $$
  select jsonb_build_object('inbox_id', p_inbox.id, 'user_id', p_inbox.user_id, 'host', p_inbox.host, 'login_version', p_inbox.login_version,
    'password_version', p_inbox.password_version, 'keep_password', true)
$$;

-- Who asks again brings a password again, so the role is looked at before the first answer is repeated, and the password counts as input by a
-- digest, of which nothing is kept but its part in the hash of the input.
create function rex.repeat_inbox(p_answer jsonb) returns jsonb language sql stable set search_path = '' as $$
  select p_answer || jsonb_build_object('keep_password', exists (
    select from public.rex_inboxes where id = (p_answer ->> 'inbox_id')::uuid and password_version = (p_answer ->> 'password_version')::int))
$$;
comment on function rex.repeat_inbox is 'The first answer; a password that a later one has replaced is not to be kept.';

create function rex.create_inbox(p_account uuid, p_request_id text, p_fields jsonb, p_password_digest text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_account uuid := rex.require_role(p_account, 'owner', 'operator');
  v_answer jsonb := rex.begin_request('create_inbox', p_request_id, jsonb_build_array(p_account, p_fields, p_password_digest));
  v_fields jsonb;
  v_inbox public.rex_inboxes;
begin
  if v_answer is not null then
    return rex.repeat_inbox(v_answer);
  end if;
  perform rex.check_fields(p_fields, rex.inbox_rules());
  perform rex.check_given(p_fields, '{address,host,username}');
  v_fields := rex.lower_fields(p_fields, 'domain', 'address', 'host');
  perform from public.rex_accounts where user_id = v_account for share;
  v_inbox := rex.insert_inbox(rex.lock_domain_of(v_account, v_fields), v_fields);
  perform rex.record_settings(v_account, 'inbox', v_inbox.id, 'create_inbox', 'domain.inbox_added',
    jsonb_build_object('domain_id', v_inbox.domain_id, 'login_version', v_inbox.login_version));
  return rex.end_request('create_inbox', p_request_id, rex.inbox_answer(v_inbox));
end $$;

create function rex.lock_inbox(p_account uuid, p_inbox_id uuid) returns public.rex_inboxes language plpgsql set search_path = '' as $$
declare
  v_inbox public.rex_inboxes;
begin
  perform from public.rex_accounts where user_id = p_account for share;
  select * into v_inbox from public.rex_inboxes where id = p_inbox_id and user_id = p_account for no key update;
  if not found then
    perform rex.refuse(404, 'inbox_unknown', 'This account has no such inbox.', 'List the inboxes.');
  end if;
  return v_inbox;
end $$;

create function rex.change_inbox(p_old public.rex_inboxes, p_changes jsonb, p_new_password boolean) returns public.rex_inboxes
language plpgsql set search_path = '' as $$
declare
  v_new public.rex_inboxes := jsonb_populate_record(p_old, p_changes);
  v_fields jsonb := rex.changed_fields(to_jsonb(p_old), to_jsonb(v_new), p_changes);
  v_login boolean := p_new_password or v_fields ?| '{host,port,username}';
begin
  if v_fields ? 'host' and not p_new_password then
    perform rex.refuse(422, 'password_needed', 'A new mail server gets no password that was given for another.', 'Send the password with the new host.');
  elsif v_fields = '[]' and not p_new_password then
    return p_old;
  end if;
  update public.rex_inboxes set
    host = v_new.host, port = v_new.port, username = v_new.username, daily_cap = v_new.daily_cap, spacing_seconds = v_new.spacing_seconds,
    login_version = login_version + v_login::int, password_version = case when p_new_password then login_version + 1 else password_version end,
    login_error = case when not v_login then login_error end,
    login_checked_at = case when not v_login then login_checked_at end
  where id = p_old.id returning * into v_new;
  perform rex.record_settings(v_new.user_id, 'inbox', v_new.id, 'update_inbox', 'domain.inbox_updated', jsonb_build_object(
    'fields', v_fields || case when p_new_password then '["password"]' else '[]' end::jsonb, 'login_version', v_new.login_version));
  return v_new;
end $$;

create function rex.update_inbox(
  p_account uuid, p_request_id text, p_inbox_id uuid, p_changes jsonb, p_new_password boolean, p_password_digest text
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_account uuid := rex.require_role(p_account, 'owner', 'operator');
  v_answer jsonb := rex.begin_request('update_inbox', p_request_id,
    jsonb_build_array(p_account, p_inbox_id, p_changes, p_new_password, p_password_digest));
  v_inbox public.rex_inboxes;
begin
  if v_answer is not null then
    return rex.repeat_inbox(v_answer);
  end if;
  perform rex.check_fields(p_changes, rex.inbox_rules() - '{domain_id,domain,address}'::text[]);
  v_inbox := rex.change_inbox(rex.lock_inbox(v_account, p_inbox_id), rex.lower_fields(p_changes, 'host'), coalesce(p_new_password, false));
  return rex.end_request('update_inbox', p_request_id, rex.inbox_answer(v_inbox));
end $$;

create function public.rex_create_inbox(
  p_account uuid default null, p_request_id text default null, p_fields jsonb default null, p_password_digest text default null
) returns jsonb language sql set search_path = '' as $$
  select rex.create_inbox(p_account, p_request_id, p_fields, p_password_digest)
$$;
create function public.rex_update_inbox(
  p_account uuid default null, p_request_id text default null, p_inbox_id uuid default null, p_changes jsonb default null,
  p_new_password boolean default false, p_password_digest text default null
) returns jsonb language sql set search_path = '' as $$
  select rex.update_inbox(p_account, p_request_id, p_inbox_id, p_changes, p_new_password, p_password_digest)
$$;
grant execute on function rex.create_inbox, rex.update_inbox, public.rex_create_inbox, public.rex_update_inbox to authenticated;
