-- Invariant 5: no inbox or domain sends above its cap of the day, and a new one starts slowly.

alter table public.rex_accounts
  add former_zone text, add former_day date, add zone_since timestamptz,
  add check (num_nulls(former_zone, former_day, zone_since) in (0, 3));
comment on column public.rex_accounts.zone_since is
  'Until then days are counted in former_zone, where former_day is the last; from then on in time_zone. Null: always in time_zone.';

create function rex.account_day(p_user_id uuid, p_at timestamptz) returns date language sql stable set search_path = '' as $$
  select case
    when p_at < zone_since then least((p_at at time zone former_zone)::date, former_day)
    else (p_at at time zone time_zone)::date end
  from public.rex_accounts where user_id = p_user_id
$$;
comment on function rex.account_day is 'The day of the account at that moment: caps are counted in it.';

create function rex.next_midnight(p_from timestamptz, p_zone text) returns timestamptz language sql stable set search_path = '' as $$
  select min(midnight) from (
    select (((p_from at time zone p_zone)::date + n)::timestamp at time zone p_zone) as midnight from generate_series(0, 1) as n) as m
  where midnight >= p_from
$$;

-- The day that runs goes on until the first midnight of the new zone after its own end: no change of the clock shortens a day of caps.
create function rex.move_zone(p_old public.rex_accounts, p_new public.rex_accounts, p_now timestamptz) returns public.rex_accounts
language plpgsql stable set search_path = '' as $$
begin
  if p_new.time_zone <> p_old.time_zone then
    p_new.former_day := rex.account_day(p_old.user_id, p_now);
    p_new.former_zone := case when p_now < p_old.zone_since then p_old.former_zone else p_old.time_zone end;
    p_new.zone_since := rex.next_midnight(
      greatest(p_now, (p_new.former_day + 1)::timestamp at time zone p_new.former_zone), p_new.time_zone);
  end if;
  return p_new;
end $$;

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

create function rex.inbox_room(p_inbox public.rex_inboxes, p_day date) returns int language sql stable set search_path = '' as $$
  select greatest(0, rex.inbox_cap(p_inbox, p_day)
    - coalesce((select sent from public.rex_inbox_days where inbox_id = p_inbox.id and day = p_day), 0))
$$;
comment on function rex.inbox_room is 'What is left of the inbox''s cap of that day.';

create function rex.domain_room(p_domain public.rex_domain_pool, p_day date) returns int language sql stable set search_path = '' as $$
  select greatest(0, rex.domain_cap(p_domain, p_day)
    - coalesce((select sent from public.rex_domain_days where domain_id = p_domain.id and day = p_day), 0))
$$;

create function rex.may_send(p_inbox public.rex_inboxes, p_domain public.rex_domain_pool) returns boolean
language sql immutable set search_path = '' as $$
  select p_inbox.checked_version is not distinct from p_inbox.login_version and p_inbox.paused_at is null
    and p_domain.status in ('warming', 'active') and p_domain.paused_at is null
$$;
comment on function rex.may_send is 'Whether the login is checked, the domain verified and not rotated, and neither paused; caps and spacing are not looked at.';

create function rex.count_send(p_inbox public.rex_inboxes, p_domain public.rex_domain_pool, p_day date) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.rex_domain_days as d (domain_id, day, user_id, sent, cap)
  values (p_domain.id, p_day, p_inbox.user_id, 1, rex.domain_cap(p_domain, p_day))
  on conflict (domain_id, day) do update set sent = d.sent + 1, cap = excluded.cap;
  insert into public.rex_inbox_days as d (inbox_id, day, user_id, sent, cap)
  values (p_inbox.id, p_day, p_inbox.user_id, 1, rex.inbox_cap(p_inbox, p_day))
  on conflict (inbox_id, day) do update set sent = d.sent + 1, cap = excluded.cap;
end $$;
comment on function rex.count_send is 'Counts a hand-over that begins; the caller has locked domain and inbox and found room in both.';
