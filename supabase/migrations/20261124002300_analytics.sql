-- Every figure is a sum of facts that are written anyway, each counted once: late, repeated, reordered or killed halfway, it ends the same.

create table public.rex_prices (
  item text not null check (item ~ '^[a-z_.]{1,60}$'),
  valid_from timestamptz not null default '-infinity',
  nanos numeric not null check (nanos >= 0),
  primary key (item, valid_from)
);
comment on table public.rex_prices is
  'What the deployment pays, in billionths of a dollar. A new price is a new row: what was before keeps the price it had.';
comment on column public.rex_prices.item is
  'A message by channel and provider, as sms.twilio; compute.ms: a millisecond of a worker of 512 MB; or, for estimates alone, what an agent''s model '
  'calls cost a lead, as llm.writer: an agent without such a price calls no model.';
insert into public.rex_prices (item, nanos) values
  ('email.smtp', 0), ('email.sendgrid', 399000), ('sms.twilio', 8300000), ('whatsapp.twilio', 5000000), ('compute.ms', 6.6667);
alter table public.rex_prices enable row level security;
create policy service_read on public.rex_prices for select to service_role using (true);
grant select on public.rex_prices to service_role;

create table public.rex_analytics (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  grain text not null check (grain in ('hour', 'day')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  subject text not null check (subject in ('account', 'campaign', 'domain', 'agent', 'crew', 'provider')),
  key text not null default '',
  created int not null default 0,
  completed int not null default 0,
  escalated int not null default 0,
  failed int not null default 0,
  cancelled int not null default 0,
  retried int not null default 0,
  active_ms bigint not null default 0,
  tasks_completed int not null default 0,
  tasks_failed int not null default 0,
  tasks_retried int not null default 0,
  task_ms bigint not null default 0,
  sent int not null default 0,
  unknown int not null default 0,
  refused int not null default 0,
  contacted int not null default 0,
  delivered int not null default 0,
  bounced int not null default 0,
  soft_bounced int not null default 0,
  blocked int not null default 0,
  deferred int not null default 0,
  complained int not null default 0,
  unsubscribed int not null default 0,
  replied int not null default 0,
  auto_replied int not null default 0,
  opened int not null default 0,
  clicked int not null default 0,
  replies int not null default 0,
  llm_calls int not null default 0,
  llm_tokens bigint not null default 0,
  llm_nanos bigint not null default 0,
  message_nanos bigint not null default 0,
  compute_nanos bigint not null default 0,
  held_ms bigint not null default 0,
  slot_ms bigint not null default 0,
  reputations int not null default 0,
  reputation_sum numeric not null default 0,
  state_changes jsonb not null default '{}',
  missions jsonb,
  closed_at timestamptz,
  primary key (user_id, grain, subject, key, starts_at),
  check (starts_at < ends_at),
  check ((subject = 'account') = (key = '')),
  check (subject <> 'account' or (closed_at is null) = (missions is null))
) with (fillfactor = 70);
comment on table public.rex_analytics is
  'One snapshot per account and hour, and per account and day of its zone once the hours are rolled up; beside the account''s own row one for '
  'each campaign, domain, agent, crew and provider with something to tell. Late facts change the row they belong to.';
comment on column public.rex_analytics.key is 'Empty for the account; an id, or the name of an agent, a crew or a provider.';
comment on column public.rex_analytics.failed is 'Failures that a retry may still mend; completed, escalated and cancelled are ends.';
comment on column public.rex_analytics.active_ms is 'Time in active stages of the missions completed; their distribution is in rex_analytics_durations.';
comment on column public.rex_analytics.task_ms is 'Run time of the attempts that ended, whatever their end.';
comment on column public.rex_analytics.sent is
  'Messages by when their hand-over began: sent, unknown or refused; delivered to clicked are how many of these messages that happened to.';
comment on column public.rex_analytics.contacted is 'First messages of leads among those sent or unknown.';
comment on column public.rex_analytics.replies is 'First replies by when they came in.';
comment on column public.rex_analytics.llm_nanos is 'Costs are in billionths of a dollar.';
comment on column public.rex_analytics.held_ms is 'Time the slots of a crew, or of all, were held; of all the slots there were, slot_ms of the account.';
comment on column public.rex_analytics.state_changes is 'Missions that came into each state less those that left it.';
comment on column public.rex_analytics.missions is 'Missions by state at the end; null while it goes on.';
comment on column public.rex_analytics.closed_at is 'When all that was known of it had been counted; null: it goes on, or its close is late.';

create table public.rex_analytics_durations (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  grain text not null check (grain in ('hour', 'day')),
  starts_at timestamptz not null,
  active_ms bigint not null,
  missions int not null,
  primary key (user_id, grain, starts_at, active_ms)
) with (fillfactor = 70);
comment on column public.rex_analytics_durations.active_ms is 'Time in active stages to three significant digits, so that any number of missions keeps few rows.';

create table public.rex_mission_costs (
  mission_id uuid primary key references public.rex_missions (id) on delete cascade,
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  llm_calls int not null default 0,
  llm_tokens bigint not null default 0,
  llm_nanos bigint not null default 0,
  messages int not null default 0,
  message_nanos bigint not null default 0,
  task_ms bigint not null default 0,
  compute_nanos bigint not null default 0
) with (fillfactor = 70);
comment on table public.rex_mission_costs is 'What each mission has cost so far, in billionths of a dollar.';
create index rex_mission_costs_account on public.rex_mission_costs (user_id);

create table public.rex_live_metrics (
  user_id uuid primary key references public.rex_accounts (user_id) on delete cascade,
  metrics jsonb not null,
  version bigint not null default 1,
  changed_at timestamptz not null
) with (fillfactor = 50);
comment on table public.rex_live_metrics is 'How each account is doing, at most some seconds ago; version counts the changes, each of which was published.';

select rex.protect('public.rex_analytics'), rex.protect('public.rex_analytics_durations'), rex.protect('public.rex_mission_costs'),
  rex.protect('public.rex_live_metrics');

create table rex.metric_accounts (
  user_id uuid primary key references public.rex_accounts (user_id) on delete cascade,
  hour_origin timestamptz not null,
  states jsonb not null default '{}',
  closed_until timestamptz not null,
  rolled_until timestamptz not null default '-infinity',
  refresh_at timestamptz not null default '-infinity'
) with (fillfactor = 50);
comment on column rex.metric_accounts.hour_origin is 'The account''s hours begin where those of its clock do, in zones with half hours too.';
comment on column rex.metric_accounts.closed_until is 'All hours before it are closed; all before rolled_until are days.';
comment on column rex.metric_accounts.refresh_at is 'When its live row is to be looked at: at once after a change, else when its window moves on.';
create index metric_accounts_refresh on rex.metric_accounts (refresh_at) where refresh_at < 'infinity';
create index metric_accounts_close on rex.metric_accounts (closed_until);
create index metric_accounts_roll on rex.metric_accounts (rolled_until);

-- Whoever draws a number may commit after whoever draws the next, so a highest number read would pass over rows: what was counted is kept as ranges,
-- and their gaps are looked at again until nobody is left who could fill them.
create table rex.log_reader (
  one boolean primary key default true check (one),
  through bigint not null default 0,
  counted int8multirange not null default '{}',
  mark bigint,
  mark_at timestamptz,
  mark_xid xid8,
  settled_at timestamptz not null default '-infinity'
);
insert into rex.log_reader default values;
comment on column rex.log_reader.through is 'Every row of rex_logs up to this id is counted, or will never be.';
comment on column rex.log_reader.counted is 'Ids above through that are counted.';
comment on column rex.log_reader.mark is 'Becomes through once every transaction older than mark_xid has ended.';
comment on column rex.log_reader.settled_at is 'Whatever the log says of the time before it is counted.';

-- Facts the log does not tell: a row waits here until it is counted, and is deleted by the same transaction.
create table rex.uncounted (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  at timestamptz not null,
  mission_id uuid,
  domain_id uuid,
  llm_calls int not null default 0,
  llm_tokens bigint not null default 0,
  llm_nanos bigint not null default 0,
  reputation numeric
);

create function rex.note_llm_call() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into rex.uncounted (user_id, at, mission_id, llm_calls, llm_tokens, llm_nanos)
    values (new.user_id, new.taken_at, new.mission_id, 1, new.tokens, new.micros * 1000);
  elsif (new.tokens, new.micros) is distinct from (old.tokens, old.micros) then
    insert into rex.uncounted (user_id, at, mission_id, llm_tokens, llm_nanos)
    values (new.user_id, new.taken_at, new.mission_id, new.tokens - old.tokens, (new.micros - old.micros) * 1000);
  end if;
  return null;
end $$;
create trigger note_costs after insert or update on public.rex_llm_calls for each row execute function rex.note_llm_call();

create function rex.note_reputation() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into rex.uncounted (user_id, at, domain_id, reputation) values (new.user_id, new.at, new.domain_id, new.value);
  return null;
end $$;
create trigger note_reputation after insert on public.rex_domain_reputations for each row execute function rex.note_reputation();

insert into rex.uncounted (user_id, at, mission_id, llm_calls, llm_tokens, llm_nanos)
select user_id, taken_at, mission_id, 1, tokens, micros * 1000 from public.rex_llm_calls;
insert into rex.uncounted (user_id, at, domain_id, reputation) select user_id, at, domain_id, value from public.rex_domain_reputations;

-- The oldest that waits, and the slots held in an hour, without reading those that do not count.
create index rex_missions_oldest on public.rex_missions (user_id, stage_at)
  where state = 'QUEUED' and paused_at is null and waiting_for is distinct from 'not_before';
create index rex_reservations_released on public.rex_reservations (user_id, released_at) where released_at is not null;
