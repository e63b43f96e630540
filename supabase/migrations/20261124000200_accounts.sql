-- Invariant 10: an account sees and changes only its own rows.

create table public.rex_accounts (
  user_id uuid primary key references auth.users (id) on delete cascade,
  company text check (length(company) between 1 and 200),
  postal_address text check (length(postal_address) between 5 and 500),
  time_zone text not null default 'UTC',
  window_start time not null default '09:00',
  window_end time not null default '17:00',
  window_days smallint[] not null default '{1,2,3,4,5}' check (window_days <@ '{1,2,3,4,5,6,7}' and cardinality(window_days) > 0),
  frequency_cap_messages int default 4 check (frequency_cap_messages > 0),
  frequency_cap_days int not null default 30 check (frequency_cap_days between 1 and 365),
  send_without_replies boolean not null default false,
  analytics_hour_days int not null default 30 check (analytics_hour_days between 7 and 90),
  analytics_day_days int not null default 730 check (analytics_day_days between 90 and 3650),
  target_success int not null default 95 check (target_success between 1 and 100),
  target_active_seconds int not null default 300 check (target_active_seconds between 1 and 7200),
  target_reputation int not null default 85 check (target_reputation between 1 and 100),
  target_utilisation int not null default 70 check (target_utilisation between 1 and 100),
  target_replies int not null default 30 check (target_replies between 1 and 100),
  target_meetings int not null default 10 check (target_meetings between 1 and 100),
  daily_report boolean not null default true,
  daily_report_hour int not null default 8 check (daily_report_hour between 0 and 23),
  settings jsonb not null default '{}',
  paused_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  check (window_start < window_end)
);
comment on column public.rex_accounts.window_days is 'ISO days of the week, 1 Monday to 7 Sunday.';
comment on column public.rex_accounts.window_end is 'Exclusive; 24:00 for the whole day.';
comment on column public.rex_accounts.frequency_cap_messages is 'Most messages to one person in frequency_cap_days over all missions; null: no cap.';
comment on column public.rex_accounts.send_without_replies is 'The owner''s override: send to real mail servers although bounces and replies cannot be received.';
comment on column public.rex_accounts.analytics_hour_days is 'Snapshots of older hours are rolled up into days, and days older than analytics_day_days are deleted.';
comment on column public.rex_accounts.target_success is 'Targets are in percent, that of reputation in hundredths; see domain/benchmarks.py.';
comment on column public.rex_accounts.daily_report_hour is 'From when on, by the account''s clock, the report of the day before may be mailed to the owner.';

create table public.rex_members (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  member_id uuid not null references auth.users (id) on delete cascade,
  role public.member_role not null,
  created_at timestamptz not null default rex.now(),
  primary key (user_id, member_id)
);
create index rex_members_member on public.rex_members (member_id);
create unique index rex_members_one_owner on public.rex_members (user_id) where role = 'owner';

create function rex.my_accounts() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.user_id from public.rex_members m
  where m.member_id = (select auth.uid()) and (select auth.jwt() ->> 'is_anonymous') is distinct from 'true'
$$;
comment on function rex.my_accounts is 'Those the signed-in person is a member of; nobody is a person who signed in without a name.';
grant execute on function rex.my_accounts() to authenticated;

create function rex.protect(p_table regclass) returns void language plpgsql set search_path = '' as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('create policy members_read on %s for select to authenticated using (user_id in (select rex.my_accounts()))', p_table);
  execute format('grant select on %s to authenticated, service_role', p_table);
end $$;
comment on function rex.protect is 'Members read the rows of their accounts; nobody writes but through commands.';

create function rex.require_role(p_account uuid, variadic p_roles public.member_role[]) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  v_person uuid := auth.uid();
  v_account uuid := coalesce(p_account, v_person);
  v_role public.member_role;
begin
  if v_person is null or auth.jwt() ->> 'is_anonymous' = 'true' then
    perform rex.refuse(401, 'not_signed_in', 'Nobody is signed in.', 'Sign in and send the access token as a bearer token.');
  end if;
  select role into v_role from public.rex_members where user_id = v_account and member_id = v_person;
  if v_role is null then
    perform rex.refuse(403, 'not_a_member', 'You are not a member of this account.', 'Ask its owner to add you, or leave out the Rex-Account header.');
  elsif not v_role = any (p_roles) then
    perform rex.refuse(403, 'role_too_low', format('The role %s may not do this.', v_role), 'Ask the owner of the account for another role.');
  end if;
  return v_account;
end $$;
comment on function rex.require_role is 'The account the signed-in person acts for; refuses who is no member or lacks the role.';

select rex.protect('public.rex_accounts'), rex.protect('public.rex_members');
create trigger touch before update on public.rex_accounts for each row execute function rex.touch();
