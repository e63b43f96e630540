-- Invariants 5 and 6: a domain serves one campaign at a time; no domain or inbox sends above its cap of the day.
-- Invariant 10: anybody may name a domain, so until it is verified it stands in nobody's way; among those that are, a name is one account's.

create table public.rex_domain_pool (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.rex_accounts (user_id) on delete cascade,
  domain text not null check (domain = lower(domain) and domain ~ '^[a-z0-9.-]+\.[a-z0-9-]+$' and length(domain) <= 253),
  tier public.domain_tier not null default 'custom',
  status public.domain_status not null default 'pending_verification',
  reputation numeric(4, 3) not null default 0.85 check (reputation between 0 and 1),
  campaign_id uuid references public.rex_campaigns (id) on delete set null,
  daily_cap int check (daily_cap > 0),
  warmup_started_at timestamptz,
  verified_at timestamptz,
  verification_error text check (verification_error ~ '^[a-z0-9_]{1,100}$'),
  rotated_at timestamptz,
  measured_at timestamptz,
  judged_at timestamptz,
  paused_at timestamptz,
  pause_reason text check (pause_reason ~ '^[a-z_]{1,50}$'),
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  check (user_id is not null or (tier = 'prewarmed' and campaign_id is null)),
  check (status not in ('warming', 'active') or verified_at is not null),
  check (status <> 'rotated' or rotated_at is not null),
  check (verification_error is null or status = 'pending_verification'),
  check (pause_reason is null or paused_at is not null)
);
comment on column public.rex_domain_pool.user_id is 'Null: a prewarmed domain that no account has taken.';
comment on column public.rex_domain_pool.daily_cap is 'Null: the sum of its inboxes.';
comment on column public.rex_domain_pool.measured_at is 'The hour of its newest value in rex_domain_reputations.';
comment on column public.rex_domain_pool.verification_error is 'Why it is not verified yet; domain_taken: under this name another account''s is.';
comment on column public.rex_domain_pool.judged_at is 'When something was last done about its reputation: older values and older harm count no more.';
comment on column public.rex_domain_pool.pause_reason is 'Why the machinery paused it; null when a person did.';
create unique index rex_domain_pool_own on public.rex_domain_pool (user_id, domain) nulls not distinct;
create unique index rex_domain_pool_verified on public.rex_domain_pool (domain) where status not in ('pending_verification', 'retired');
create index rex_domain_pool_campaign on public.rex_domain_pool (campaign_id);

create table public.rex_inboxes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  domain_id uuid not null references public.rex_domain_pool (id) on delete cascade,
  address text not null check (address = lower(address) and address ~ '^[^@\s<>"]+@[a-z0-9.-]+\.[a-z0-9-]+$' and length(address) <= 320),
  host text not null check (length(host) between 1 and 253 and host ~ '^[A-Za-z0-9.:-]+$'),
  port int not null default 587 check (port between 1 and 65535),
  username text not null check (length(username) between 1 and 320),
  login_version int not null default 1,
  password_version int not null default 1,
  checked_version int,
  login_checked_at timestamptz,
  login_error text,
  daily_cap int not null default 40 check (daily_cap between 1 and 2000),
  spacing_seconds int not null default 300 check (spacing_seconds between 0 and 86400),
  warmup_started_at timestamptz,
  warmed_at timestamptz,
  next_send_at timestamptz not null default '-infinity',
  provider public.provider check (provider = 'sendgrid'),
  paused_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  unique (user_id, address)
);
comment on column public.rex_inboxes.login_version is 'Counts up when host, port, user or password change; it sends only while checked_version equals it.';
comment on column public.rex_inboxes.password_version is 'The version of the login at which its password was given: one kept for another version does not serve it.';
comment on column public.rex_inboxes.login_checked_at is 'When this version of its login was last tried; null: not yet.';
comment on column public.rex_inboxes.warmed_at is 'Null while warming: the cap follows the ramp.';
comment on column public.rex_inboxes.spacing_seconds is 'Least time between two sends; the next is drawn between it and twice it.';
comment on column public.rex_inboxes.provider is 'Whose API hands its mail over and counts each call; null: SMTP, which no quota limits.';
create index rex_inboxes_domain on public.rex_inboxes (domain_id);
create index rex_inboxes_unchecked on public.rex_inboxes (login_checked_at nulls first, id) where checked_version is distinct from login_version;

create table public.rex_domain_days (
  domain_id uuid not null references public.rex_domain_pool (id) on delete cascade,
  day date not null,
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  sent int not null,
  cap int not null,
  primary key (domain_id, day),
  check (sent between 0 and cap)
);
create table public.rex_inbox_days (
  inbox_id uuid not null references public.rex_inboxes (id) on delete cascade,
  day date not null,
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  sent int not null,
  cap int not null,
  primary key (inbox_id, day),
  check (sent between 0 and cap)
);
comment on table public.rex_inbox_days is 'Hand-overs begun per inbox and day of the account; cap as it was at the last of them.';
create index rex_domain_days_account on public.rex_domain_days (user_id);
create index rex_inbox_days_account on public.rex_inbox_days (user_id);

select rex.protect('public.rex_domain_pool'), rex.protect('public.rex_inboxes'),
  rex.protect('public.rex_domain_days'), rex.protect('public.rex_inbox_days');
create trigger touch before update on public.rex_domain_pool for each row execute function rex.touch();
create trigger touch before update on public.rex_inboxes for each row execute function rex.touch();
