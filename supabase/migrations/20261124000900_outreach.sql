-- Invariants 7 and 8: one message per mission, lead and step; recorded as begun before it is handed over.

create table public.rex_outreach (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  mission_id uuid not null references public.rex_missions (id) on delete cascade,
  campaign_id uuid not null references public.rex_campaigns (id),
  lead_id uuid not null references public.rex_leads (id),
  step int not null check (step between 1 and 5),
  follows_id uuid references public.rex_outreach (id) on delete set null,
  channel public.channel not null,
  address_id uuid references public.rex_lead_addresses (id) on delete set null,
  address_hash text not null,
  state public.outreach_state not null default 'draft',
  reason text,
  delay_hours int not null default 0 check (delay_hours between 0 and 2160),
  due_at timestamptz,
  subject text check (length(subject) <= 998),
  body_text text check (length(body_text) <= 100000),
  body_html text check (length(body_html) <= 200000),
  template_version int not null,
  domain_id uuid references public.rex_domain_pool (id) on delete set null,
  inbox_id uuid references public.rex_inboxes (id) on delete set null,
  fence bigint not null default 0,
  lease_until timestamptz,
  attempts smallint not null default 0 check (attempts between 0 and 3),
  message_id text,
  provider text,
  provider_id text,
  provider_answer text check (length(provider_answer) <= 2000),
  held_at timestamptz,
  edited_at timestamptz,
  failed_from public.outreach_state check (failed_from in ('draft', 'passed')),
  begun_at timestamptz,
  handed_over_at timestamptz,
  sendable_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  unique (mission_id, lead_id, step),
  check (state not in ('sending', 'sent', 'unknown') or (begun_at is not null and inbox_id is not null)),
  check (state <> 'sent' or handed_over_at is not null),
  check (state <> 'sending' or lease_until is not null),
  check ((state = 'held') <= (held_at is not null)),
  check (edited_at is null or state in ('draft', 'passed', 'held', 'rejected', 'cancelled')),
  check (state not in ('scheduled') or due_at is not null or step > 1),
  check (state not in ('passed', 'held', 'scheduled', 'sending') or (body_text is not null and (channel <> 'email' or subject is not null)))
) with (fillfactor = 60);
comment on column public.rex_outreach.due_at is 'Null for a later step until the one before it was handed over.';
comment on column public.rex_outreach.fence is 'Counts leases: the sender''s token.';
comment on column public.rex_outreach.inbox_id is 'Chosen as the hand-over begins; later steps use the inbox of the first.';
comment on column public.rex_outreach.sendable_at is 'Since when it could have gone out and did not, waits for caps, ramp, hours and pauses not counted.';
comment on column public.rex_outreach.begun_at is 'When it turned sending for the last time.';
comment on column public.rex_outreach.edited_at is 'Since when its content is a person''s that nobody has checked: it cannot be released before.';
comment on column public.rex_outreach.failed_from is 'What it was when the task that served its lead failed: a retry gives that back.';
create index rex_outreach_due on public.rex_outreach (user_id, due_at, id) where state = 'scheduled';
create index rex_outreach_lease on public.rex_outreach (lease_until) where lease_until is not null;
create index rex_outreach_mission on public.rex_outreach (mission_id, state, handed_over_at);
create index rex_outreach_lead on public.rex_outreach (lead_id, begun_at);
create index rex_outreach_campaign on public.rex_outreach (campaign_id);
create index rex_outreach_follows on public.rex_outreach (follows_id);
create index rex_outreach_address on public.rex_outreach (address_id);
create index rex_outreach_domain on public.rex_outreach (domain_id, begun_at);
create index rex_outreach_inbox on public.rex_outreach (inbox_id, begun_at);
create index rex_outreach_account on public.rex_outreach (user_id, created_at);

create table public.rex_outreach_events (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  outreach_id uuid not null references public.rex_outreach (id) on delete cascade,
  mission_id uuid not null,
  lead_id uuid not null,
  kind public.event_kind not null,
  source text not null check (length(source) between 1 and 50),
  source_id text not null check (length(source_id) between 1 and 300),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default rex.now(),
  detail text check (length(detail) <= 2000),
  unique (user_id, source, source_id)
);
create index rex_outreach_events_outreach on public.rex_outreach_events (outreach_id, occurred_at);
create index rex_outreach_events_lead on public.rex_outreach_events (lead_id, kind);
create index rex_outreach_events_mission on public.rex_outreach_events (mission_id);

select rex.protect('public.rex_outreach'), rex.protect('public.rex_outreach_events');
create trigger touch before update on public.rex_outreach for each row execute function rex.touch();
