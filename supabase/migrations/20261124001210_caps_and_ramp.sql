-- Invariant 5: no inbox or domain sends above its cap of the day, and a new one starts slowly.

create function rex.account_day(p_user_id uuid, p_at timestamptz) returns date language sql stable set search_path = '' as $$
  select (p_at at time zone time_zone)::date from public.rex_accounts where user_id = p_user_id
$$;
comment on function rex.account_day is 'The day of the account at that moment: caps are counted in it.';

-- While it warms up: 5 on the first day and 2 more each day, but never half as much again as on the best of its last 3 days with sends.
create function rex.inbox_cap(p_inbox public.rex_inboxes, p_day date) returns int language sql stable set search_path = '' as $$
  select case
    when p_inbox.warmed_at is not null then p_inbox.daily_cap
    when p_inbox.warmup_started_at is null then 0
    else least(
      p_inbox.daily_cap,
      5 + 2 * greatest(0, p_day - rex.account_day(p_inbox.user_id, p_inbox.warmup_started_at)),
      greatest(5, floor(1.5 * coalesce((
        select max(sent) from (
          select sent from public.rex_inbox_days where inbox_id = p_inbox.id and day < p_day and sent > 0 order by day desc limit 3) as recent),
        0))::int))
  end
$$;
comment on function rex.inbox_cap is 'Messages this inbox may send on that day of its account.';

create function rex.domain_cap(p_domain public.rex_domain_pool, p_day date) returns int language sql stable set search_path = '' as $$
  select least(p_domain.daily_cap, (
    select coalesce(sum(rex.inbox_cap(i, p_day)), 0)::int from public.rex_inboxes i where i.domain_id = p_domain.id))
$$;
comment on function rex.domain_cap is 'Messages this domain may send on that day: its own cap, never more than its inboxes together.';

create function rex.inbox_left(p_inbox_id uuid, p_at timestamptz) returns int language sql stable set search_path = '' as $$
  select case
    when i.checked_version is distinct from i.login_version or i.paused_at is not null or i.next_send_at > p_at
      or d.status not in ('warming', 'active') or d.paused_at is not null then 0
    else greatest(0, least(
      rex.inbox_cap(i, today) - coalesce((select sent from public.rex_inbox_days where (inbox_id, day) = (i.id, today)), 0),
      rex.domain_cap(d, today) - coalesce((select sent from public.rex_domain_days where (domain_id, day) = (d.id, today)), 0),
      case when i.spacing_seconds > 0 then 1 end)) end
  from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id, rex.account_day(i.user_id, p_at) as today
  where i.id = p_inbox_id
$$;
comment on function rex.inbox_left is 'How many messages the inbox may begin now; one where it keeps a distance between two.';
