-- What agents write comes from the campaign; a mission whose campaign lacks something is refused with what is missing.

create table public.rex_campaigns (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  name text not null check (length(name) between 1 and 200),
  is_default boolean not null default false,
  offer text check (length(offer) <= 2000),
  sender_name text check (length(sender_name) <= 100),
  reply_to text check (length(reply_to) <= 320),
  call_to_action text check (length(call_to_action) <= 500),
  link text check (length(link) <= 2000 and link ~ '^https://'),
  steps jsonb not null default '[]' check (jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) <= 5),
  template_version int not null default 1,
  window_start time,
  window_end time,
  window_days smallint[] check (window_days <@ '{1,2,3,4,5,6,7}' and cardinality(window_days) > 0),
  collecting_seconds int not null default 259200 check (collecting_seconds between 1 and 2592000),
  expire_days int not null default 14 check (expire_days between 1 and 90),
  review public.review_mode not null default 'none',
  paused_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  check ((window_start is null) = (window_end is null)),
  check (window_start < window_end)
);
comment on column public.rex_campaigns.steps is
  'The sequence: [{"delay_hours": 0, "templates": {"<angle>": {"subject", "text", "html"}}}]; angle "default" serves the rest; html may be null.';
comment on column public.rex_campaigns.template_version is 'Counts up with each change of steps; kept on every message written.';
comment on column public.rex_campaigns.window_start is 'Null: the permitted hours of the account.';
create unique index rex_campaigns_one_default on public.rex_campaigns (user_id) where is_default;
create unique index rex_campaigns_name on public.rex_campaigns (user_id, lower(name));
select rex.protect('public.rex_campaigns');
create trigger touch before update on public.rex_campaigns for each row execute function rex.touch();
