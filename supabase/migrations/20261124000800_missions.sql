-- Invariants 1, 2, 4, 6 and 9: only legal transitions, each a new version; one open reservation a mission, released once.

create table public.rex_missions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  type public.mission_type not null,
  state public.mission_state not null default 'QUEUED',
  crew text not null,
  campaign_id uuid references public.rex_campaigns (id),
  domain_id uuid references public.rex_domain_pool (id) on delete set null,
  sends boolean not null,
  priority int not null default 50 check (priority between 0 and 100),
  leads int not null default 0,
  batch_size int not null default 50 check (batch_size between 1 and 500),
  llm_calls_per_minute int not null default 0 check (llm_calls_per_minute >= 0),
  review public.review_mode not null default 'none',
  created_by uuid not null,
  version int not null default 1,
  fence bigint not null default 0,
  round int not null default 1,
  retry_count smallint not null default 0 check (retry_count between 0 and 3),
  ready boolean not null default true,
  not_before timestamptz,
  waiting_for text check (waiting_for in ('crew', 'domain', 'quota', 'not_before')),
  waiting_since timestamptz,
  boosted_at timestamptz,
  paused_at timestamptz,
  assigned_at timestamptz,
  started_at timestamptz,
  collecting_at timestamptz,
  finished_at timestamptz,
  stage_at timestamptz not null default rex.now(),
  progress_at timestamptz not null default rex.now(),
  active_since timestamptz,
  active_seconds double precision not null default 0,
  slotless boolean not null default false,
  last_hand_over_at timestamptz,
  looked_at timestamptz not null default rex.now(),
  error_code text,
  result jsonb,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  check (not sends or campaign_id is not null),
  check (not ready or (state = 'QUEUED' and paused_at is null)),
  check ((state in ('COMPLETED', 'FAILED', 'ESCALATED')) = (finished_at is not null)),
  check (state not in ('ASSIGNED', 'EXECUTING', 'COLLECTING', 'ANALYZING', 'OPTIMIZING', 'COMPLETED') or assigned_at is not null),
  check (state not in ('EXECUTING', 'COLLECTING', 'ANALYZING', 'OPTIMIZING', 'COMPLETED') or started_at is not null),
  check ((state in ('FAILED', 'ESCALATED')) = (error_code is not null))
) with (fillfactor = 60);
comment on column public.rex_missions.domain_id is 'The domain a rotation is about; one at a time.';
comment on column public.rex_missions.fence is 'Counts assignments; commands of the machinery carry the one they were given.';
comment on column public.rex_missions.round is 'Counts up with each retry by hand.';
comment on column public.rex_missions.ready is 'Queued, not paused (nor its campaign), not_before passed and not blocked on a domain or quota: may be claimed.';
comment on column public.rex_missions.active_since is 'Set while an active stage runs and nothing is paused; active_seconds sums the closed spans.';
comment on column public.rex_missions.slotless is
  'A pause gave back its slot: the next of its crew that comes free is its own; its clock stands still until then.';
comment on column public.rex_missions.last_hand_over_at is 'Copied from its outreach when it moves on; never written by the sender.';
create index rex_missions_claim on public.rex_missions (user_id, crew, priority desc, created_at, id) where ready;
comment on column public.rex_missions.not_before is 'Earliest start; while it waits for a domain or quota, when to look again.';
comment on column public.rex_missions.looked_at is 'When a full sweep last saw it: those longest unseen come first.';
create index rex_missions_timer on public.rex_missions (waiting_for, not_before) where state = 'QUEUED' and not ready and paused_at is null;
create index rex_missions_open on public.rex_missions (state, stage_at) where finished_at is null and state <> 'QUEUED';
create index rex_missions_look on public.rex_missions (looked_at, id) where state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING');
create index rex_missions_look_collecting on public.rex_missions (looked_at, id) where state = 'COLLECTING';
create index rex_missions_account on public.rex_missions (user_id, created_at desc, id);
create unique index rex_missions_rotation on public.rex_missions (domain_id)
  where domain_id is not null and state <> 'COMPLETED' and error_code is distinct from 'cancelled';
create index rex_missions_domain on public.rex_missions (domain_id) where domain_id is not null;
create index rex_missions_campaign on public.rex_missions (campaign_id, state);
create index rex_missions_active on public.rex_missions (user_id, id) where state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING');
create index rex_missions_owed on public.rex_missions (user_id, crew)
  where slotless and active_since is not null and state in ('ASSIGNED', 'EXECUTING');
create index rex_missions_stopped on public.rex_missions (id) where active_since is null and state in ('ASSIGNED', 'EXECUTING');

create function rex.is_active(p_state public.mission_state) returns boolean language sql immutable set search_path = '' as $$
  select p_state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING')
$$;

create table rex.transitions (from_state public.mission_state, to_state public.mission_state, primary key (from_state, to_state));
insert into rex.transitions values
  ('QUEUED', 'ASSIGNED'), ('ASSIGNED', 'EXECUTING'), ('EXECUTING', 'COLLECTING'), ('COLLECTING', 'ANALYZING'),
  ('ANALYZING', 'OPTIMIZING'), ('ANALYZING', 'COMPLETED'), ('OPTIMIZING', 'COMPLETED'), ('FAILED', 'QUEUED'), ('ESCALATED', 'QUEUED'),
  ('FAILED', 'ESCALATED'), ('ESCALATED', 'FAILED');
insert into rex.transitions
select s, t from unnest('{QUEUED,ASSIGNED,EXECUTING,COLLECTING,ANALYZING,OPTIMIZING}'::public.mission_state[]) as s,
  unnest('{FAILED,ESCALATED}'::public.mission_state[]) as t;

create function rex.guard_mission() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := case when new.updated_at = old.updated_at then rex.now() else new.updated_at end;
begin
  if not exists (select from rex.transitions where from_state = old.state and to_state = new.state)
    or old.error_code = 'cancelled'
    or (old.state = 'ESCALATED' and new.state = 'FAILED' and new.error_code <> 'cancelled') then
    perform rex.refuse(409, 'illegal_transition', format('A mission cannot go from %s to %s.', old.state, new.state),
      'Read the mission again: its state has changed.');
  end if;
  new.version := old.version + 1;
  new.stage_at := v_now;
  new.progress_at := v_now;
  if old.active_since is not null and not old.slotless then
    new.active_seconds := new.active_seconds + extract(epoch from v_now - old.active_since);
  end if;
  new.active_since := case when new.state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING') and new.paused_at is null then v_now end;
  new.slotless := new.slotless and new.state in ('ASSIGNED', 'EXECUTING');
  return new;
end $$;
create trigger guard before update of state on public.rex_missions
  for each row when (old.state is distinct from new.state) execute function rex.guard_mission();
create trigger touch before update on public.rex_missions for each row when (new.updated_at = old.updated_at) execute function rex.touch();

-- Commands lock the crew before its missions, so that this finds it locked.
create function rex.count_waiting() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update public.rex_crews c set waiting = c.waiting + n.ready
    from (select user_id, crew, count(*) filter (where ready) as ready from changed_new group by 1, 2) as n
    where (c.user_id, c.crew) = (n.user_id, n.crew) and n.ready > 0;
  else
    update public.rex_crews c set waiting = c.waiting + d.ready
    from (
      select user_id, crew, sum(ready) as ready from (
        select user_id, crew, ready::int from changed_new union all select user_id, crew, -ready::int from changed_old) as both_ways
      group by 1, 2 having sum(ready) <> 0) as d
    where c.user_id = d.user_id and c.crew = d.crew;
  end if;
  return null;
end $$;
create trigger count_waiting_new after insert on public.rex_missions
  referencing new table as changed_new for each statement execute function rex.count_waiting();
create trigger count_waiting_change after update on public.rex_missions
  referencing old table as changed_old new table as changed_new for each statement execute function rex.count_waiting();

create table public.rex_mission_leads (
  mission_id uuid not null references public.rex_missions (id) on delete cascade,
  lead_id uuid not null references public.rex_leads (id),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  batch int not null,
  outcome public.lead_outcome not null default 'pending',
  reason text,
  angle text,
  dormant_days int,
  reworked boolean not null default false,
  updated_at timestamptz not null default rex.now(),
  primary key (mission_id, lead_id)
) with (fillfactor = 60);
create index rex_mission_leads_batch on public.rex_mission_leads (mission_id, batch);
create index rex_mission_leads_lead on public.rex_mission_leads (lead_id);
create index rex_mission_leads_account on public.rex_mission_leads (user_id);

-- Only a claim makes a reservation, under its mission's lock: foreign keys would cost each one a look-up more, so a trigger deletes them.
create table public.rex_reservations (
  user_id uuid not null,
  mission_id uuid not null,
  crew text not null,
  slot int not null check (slot >= 1),
  fence bigint not null,
  llm_calls_per_minute int not null default 0 check (llm_calls_per_minute >= 0),
  taken_at timestamptz not null default rex.now(),
  released_at timestamptz,
  primary key (mission_id, fence),
  check (released_at >= taken_at)
);
comment on table public.rex_reservations is 'A crew slot and a share of the language model''s limit, from assignment to the end of EXECUTING.';
create unique index rex_reservations_slot on public.rex_reservations (user_id, crew, slot) where released_at is null;
create unique index rex_reservations_mission on public.rex_reservations (mission_id) where released_at is null;

create function rex.guard_release() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.released_at is not null then
    raise 'A reservation is released once.' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger release_once before update on public.rex_reservations for each row execute function rex.guard_release();

create function rex.delete_reservations() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  delete from public.rex_reservations r using gone where r.mission_id = gone.id;
  return null;
end $$;
create trigger delete_reservations after delete on public.rex_missions
  referencing old table as gone for each statement execute function rex.delete_reservations();

create table public.rex_api_usage (
  provider public.provider not null,
  window_start timestamptz not null,
  used int not null,
  cap int not null,
  primary key (provider, window_start),
  check (used between 0 and cap)
);
create table public.rex_api_limits (
  provider public.provider primary key,
  calls_per_minute int not null check (calls_per_minute > 0),
  reserved int not null default 0,
  check (reserved >= 0)
);
comment on table public.rex_api_limits is 'The deployment''s limits; reserved is the sum of the open shares.';
insert into public.rex_api_limits (provider, calls_per_minute) values ('openai', 10000), ('sendgrid', 100), ('twilio', 50);
alter table public.rex_api_usage enable row level security;
alter table public.rex_api_limits enable row level security;
create policy service_read on public.rex_api_usage for select to service_role using (true);
create policy service_read on public.rex_api_limits for select to service_role using (true);
grant select on public.rex_api_usage, public.rex_api_limits to service_role;

create table public.rex_tasks (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  mission_id uuid not null references public.rex_missions (id) on delete cascade,
  round int not null default 1,
  stage public.mission_state not null default 'EXECUTING',
  agent text not null,
  batch int not null,
  position int not null,
  state public.task_state not null default 'READY',
  input jsonb not null default '{}',
  output jsonb,
  fence bigint not null default 0,
  worker text,
  lease_until timestamptz,
  not_before timestamptz,
  retry_count smallint not null default 0 check (retry_count between 0 and 3),
  error_code text,
  error text check (length(error) <= 2000),
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now(),
  unique (mission_id, round, batch, position),
  check ((state = 'RUNNING') = (lease_until is not null)),
  check ((state in ('COMPLETED', 'FAILED', 'CANCELLED')) = (finished_at is not null)),
  check (state <> 'RUNNING' or started_at is not null),
  check (state <> 'FAILED' or error_code is not null)
) with (fillfactor = 60);
comment on column public.rex_tasks.position is 'Order inside its batch: a task is BLOCKED until the one before it is COMPLETED.';
comment on column public.rex_tasks.fence is 'Counts leases: a worker''s token.';
comment on column public.rex_tasks.updated_at is 'Set by each command: a trigger would cost every claim.';
create index rex_tasks_ready on public.rex_tasks (mission_id, batch, position) where state = 'READY';
create index rex_tasks_open on public.rex_tasks (mission_id) where finished_at is null;
create index rex_tasks_lease on public.rex_tasks (lease_until) where lease_until is not null;
create index rex_tasks_account on public.rex_tasks (user_id);

select rex.protect('public.rex_missions'), rex.protect('public.rex_mission_leads'),
  rex.protect('public.rex_reservations'), rex.protect('public.rex_tasks');
create trigger touch before update on public.rex_mission_leads for each row execute function rex.touch();
