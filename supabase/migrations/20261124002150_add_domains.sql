-- Invariant 5: a domain that a person added sends nothing until the machinery, and nobody else, has found it verified; then it warms up.
-- Invariant 10: what others have added or verified is told to nobody but whom the verification shows to have the domain in hand.

create function rex.domain_rules() returns jsonb language sql immutable set search_path = '' as $$
  select '{
    "domain": {"kind": "line", "most": 253, "pattern": "^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
      "expected": "the name of a domain, in ASCII and without a dot at its end"},
    "daily_cap": {"kind": "whole", "least": 1, "most": 100000, "optional": true, "expected": "a whole number from 1 to 100000"}
  }'::jsonb
$$;

create function rex.insert_domain(p_user_id uuid, p_fields jsonb) returns public.rex_domain_pool language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  insert into public.rex_domain_pool (user_id, domain, daily_cap) values (p_user_id, lower(p_fields ->> 'domain'), (p_fields ->> 'daily_cap')::int)
  returning * into v_domain;
  return v_domain;
exception when unique_violation then
  perform rex.refuse(409, 'domain_exists', 'This account has this domain already.', 'List the domains.');
end $$;

create function rex.add_domain(p_account uuid, p_request_id text, p_fields jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('add_domain', p_request_id, jsonb_build_array(p_account, p_fields));
  v_account uuid;
  v_domain public.rex_domain_pool;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_fields(p_fields, rex.domain_rules());
  perform rex.check_given(p_fields, '{domain}');
  perform from public.rex_accounts where user_id = v_account for share;
  v_domain := rex.insert_domain(v_account, p_fields);
  perform rex.record_settings(v_account, 'domain', v_domain.id, 'add_domain', 'domain.added', jsonb_build_object('status', v_domain.status));
  return rex.end_request('add_domain', p_request_id,
    jsonb_build_object('domain_id', v_domain.id, 'domain', v_domain.domain, 'status', v_domain.status));
end $$;

create function public.rex_add_domain(p_account uuid default null, p_request_id text default null, p_fields jsonb default null) returns jsonb
language sql set search_path = '' as $$
  select rex.add_domain(p_account, p_request_id, p_fields)
$$;
grant execute on function rex.add_domain, public.rex_add_domain to authenticated;

create index rex_domain_pool_unverified on public.rex_domain_pool (created_at, id) where status = 'pending_verification' and user_id is not null;

create function rex.is_taken(p_domain public.rex_domain_pool) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_domain_pool other
    where other.domain = p_domain.domain and other.status not in ('pending_verification', 'retired') and other.id <> p_domain.id)
$$;
comment on function rex.is_taken is 'Whether a domain of that name is verified, of whatever account or of the deployment.';

-- One that was found taken is tried again once the other has gone, and stands in the way of no other until then.
create function public.rex_domains_to_verify(p_limit int default 50) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('domains', coalesce(jsonb_agg(jsonb_build_object('domain_id', id, 'user_id', user_id, 'domain', domain)
    order by created_at, id), '[]'))
  from (
    select * from public.rex_domain_pool d where status = 'pending_verification' and user_id is not null
      and (verification_error is distinct from 'domain_taken' or not rex.is_taken(d))
    order by created_at, id limit least(greatest(p_limit, 1), 200)) as pending
$$;
comment on function public.rex_domains_to_verify is 'Domains that wait for it, the oldest first.';

-- Of two that are verified at one moment the index lets one pass.
create function rex.start_warmup(p_domain public.rex_domain_pool) returns boolean language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  update public.rex_domain_pool set status = 'warming', verified_at = v_now, warmup_started_at = v_now, verification_error = null
  where id = p_domain.id;
  return true;
exception when unique_violation then
  return false;
end $$;
comment on function rex.start_warmup is 'False: under this name another is verified.';

create function rex.note_verified(p_domain public.rex_domain_pool) returns void language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, entity, entity_id, action, from_state, to_state)
  values (p_domain.user_id, 'domain', p_domain.id, 'verify_domain', p_domain.status, 'warming');
  perform rex.publish(array[row(p_domain.user_id, 'domain.verified', null, jsonb_build_object('domain_id', p_domain.id))::rex.announcement], 'verify_domain');
end $$;

create function rex.note_taken(p_domain public.rex_domain_pool) returns void language plpgsql set search_path = '' as $$
begin
  if p_domain.verification_error = 'domain_taken' then
    return;
  end if;
  update public.rex_domain_pool set verification_error = 'domain_taken' where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, action, reason) values (p_domain.user_id, 'domain', p_domain.id, 'verify_domain', 'domain_taken');
  perform rex.publish(array[row(p_domain.user_id, 'domain.not_verified', null, jsonb_build_object(
    'domain_id', p_domain.id, 'error', 'domain_taken'))::rex.announcement], 'verify_domain');
end $$;

create function public.rex_verify_domain(p_request_id text, p_domain_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('verify_domain', p_request_id, jsonb_build_array(p_domain_id));
  v_domain public.rex_domain_pool;
  v_verified boolean := false;
  v_error text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_domain from public.rex_domain_pool where id = p_domain_id and user_id is not null for no key update;
  if not found then
    perform rex.refuse(404, 'domain_unknown', 'There is no such domain.', 'It was removed: leave it.');
  end if;
  if v_domain.status = 'pending_verification' then
    v_verified := rex.start_warmup(v_domain);
    if v_verified then
      perform rex.note_verified(v_domain);
    else
      v_error := 'domain_taken';
      perform rex.note_taken(v_domain);
    end if;
  end if;
  return rex.end_request('verify_domain', p_request_id, jsonb_build_object('domain_id', v_domain.id, 'verified', v_verified, 'error', v_error));
end $$;
comment on function public.rex_verify_domain is
  'Moves a pending domain to warming, unless that name is another''s (error domain_taken); `verified` false without one: it was not pending any more.';
grant execute on function public.rex_domains_to_verify, public.rex_verify_domain to service_role;
