-- What a person reads in one round trip, through the policies: each function runs as the caller and sees the caller's rows only.

create function rex.reading_account(p_account uuid) returns uuid language sql stable security definer set search_path = '' as $$
  select rex.require_role(p_account, 'owner', 'operator', 'viewer')
$$;

create function public.rex_read_account(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(a) - '{idle_looked_at,former_zone,former_day,zone_since}'::text[] || jsonb_build_object(
    'role', (select m.role from public.rex_members m where m.user_id = a.user_id and m.member_id = (select auth.uid())),
    'accounts', (select jsonb_agg(jsonb_build_object('user_id', m.user_id, 'company', o.company, 'role', m.role) order by m.created_at, m.user_id)
      from public.rex_members m join public.rex_accounts o using (user_id) where m.member_id = (select auth.uid())))
  from public.rex_accounts a where a.user_id = rex.reading_account(p_account)
$$;
comment on function public.rex_read_account is 'Its settings, as what the caller may act for it, and for which others they may.';

create function public.rex_list_campaigns(
  p_account uuid, p_text text default null, p_paused boolean default null, p_after_default boolean default null, p_after_name text default null,
  p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by is_default desc, lower(name)), '[]') from (
    select * from public.rex_campaigns
    where user_id = rex.reading_account(p_account) and (p_text is null or position(lower(p_text) in lower(name)) > 0)
      and (p_paused is null or (paused_at is not null) = p_paused)
      and (p_after_name is null or (not is_default, lower(name)) > (not p_after_default, lower(p_after_name)))
    order by is_default desc, lower(name) limit least(p_limit, 200) + 1) as page
$$;
comment on function public.rex_list_campaigns is 'The default one, then by name; one more row than asked for says that there are more.';

create function rex.login_of(p_inbox public.rex_inboxes) returns text language sql immutable set search_path = '' as $$
  select case when p_inbox.checked_version = p_inbox.login_version then 'checked' when p_inbox.login_error is not null then 'failed' else 'unchecked' end
$$;

create function public.rex_list_inboxes(
  p_account uuid, p_domain_id uuid default null, p_login text default null, p_paused boolean default null, p_text text default null,
  p_after text default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id)
  select coalesce(jsonb_agg(to_jsonb(page) - 'password_version'
    || jsonb_build_object('next_send_at', case when isfinite(next_send_at) then next_send_at end) order by address) filter (where page.id is not null), '[]')
  from account left join lateral (
    select i.*, d.domain, rex.login_of(i) as login
    from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
    where i.user_id = account.id and (p_domain_id is null or i.domain_id = p_domain_id)
      and (p_login is null or rex.login_of(i) = p_login) and (p_paused is null or (i.paused_at is not null) = p_paused)
      and (p_text is null or position(lower(p_text) in i.address) > 0) and (p_after is null or i.address > p_after)
    order by i.address limit least(p_limit, 200) + 1) as page on true
$$;
comment on function public.rex_list_inboxes is 'By address; one more row than asked for says that there are more.';

grant execute on function rex.now(), rex.reading_account(uuid), rex.login_of, public.rex_read_account, public.rex_list_campaigns, public.rex_list_inboxes to authenticated;
