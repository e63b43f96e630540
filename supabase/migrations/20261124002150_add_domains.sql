-- Invariant 5: a domain that a person added sends nothing until the machinery, and nobody else, has found it verified; then it warms up.

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
  perform rex.refuse(409, 'domain_exists', 'This domain is in a pool already.', 'List the domains; if it is not among yours, write to whoever runs this deployment.');
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

create function public.rex_domains_to_verify(p_limit int default 50) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('domains', coalesce(jsonb_agg(jsonb_build_object('domain_id', id, 'user_id', user_id, 'domain', domain)
    order by created_at, id), '[]'))
  from (
    select * from public.rex_domain_pool where status = 'pending_verification' and user_id is not null
    order by created_at, id limit least(greatest(p_limit, 1), 200)) as pending
$$;
comment on function public.rex_domains_to_verify is 'Domains that wait for it, the oldest first.';

create function rex.note_verified(p_domain public.rex_domain_pool) returns void language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  update public.rex_domain_pool set status = 'warming', verified_at = v_now, warmup_started_at = v_now where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, action, from_state, to_state)
  values (p_domain.user_id, 'domain', p_domain.id, 'verify_domain', p_domain.status, 'warming');
  perform rex.publish(array[row(p_domain.user_id, 'domain.verified', null, jsonb_build_object('domain_id', p_domain.id))::rex.announcement], 'verify_domain');
end $$;

create function public.rex_verify_domain(p_request_id text, p_domain_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('verify_domain', p_request_id, jsonb_build_array(p_domain_id));
  v_domain public.rex_domain_pool;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_domain from public.rex_domain_pool where id = p_domain_id and user_id is not null for no key update;
  if not found then
    perform rex.refuse(404, 'domain_unknown', 'There is no such domain.', 'It was removed: leave it.');
  elsif v_domain.status = 'pending_verification' then
    perform rex.note_verified(v_domain);
  end if;
  return rex.end_request('verify_domain', p_request_id, jsonb_build_object('domain_id', v_domain.id, 'verified', v_domain.status = 'pending_verification'));
end $$;
comment on function public.rex_verify_domain is 'Moves a pending domain to warming; `verified` false: it was not pending any more.';
grant execute on function public.rex_domains_to_verify, public.rex_verify_domain to service_role;
