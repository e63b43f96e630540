-- Invariant 3: missions holding a slot per account and crew never exceed the crew's slots.

create table public.rex_crews (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  crew text not null check (crew in (
    'dead_lead_crew', 'campaign_crew', 'auto_icp_crew', 'domain_health_monitor', 'special_forces_coordinator')),
  slots int not null default 3 check (slots between 1 and 100),
  held int not null default 0 check (held >= 0),
  waiting int not null default 0 check (waiting >= 0),
  paused boolean not null default false,
  served timestamptz not null default '-infinity',
  exhausted_at timestamptz,
  exhaustion_told boolean not null default false,
  ready boolean generated always as (slots > held and waiting > 0 and not paused) stored,
  updated_at timestamptz not null default rex.now(),
  primary key (user_id, crew)
) with (fillfactor = 60);
comment on column public.rex_crews.held is 'Open reservations; kept by the commands.';
comment on column public.rex_crews.waiting is 'Missions of this crew with ready set; kept by a trigger on rex_missions.';
comment on column public.rex_crews.paused is 'The account is paused.';
comment on column public.rex_crews.exhausted_at is
  'Since when its slots do not serve all that waits: from the moment none was free until nothing waits; kept by a trigger.';
comment on column public.rex_crews.served is 'When the account last had its turn.';
create index rex_crews_turn on public.rex_crews (served, user_id, crew) where ready;
create index rex_crews_exhausted on public.rex_crews (exhausted_at) where exhausted_at is not null and not exhaustion_told;
select rex.protect('public.rex_crews');

create function rex.touch_crew() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := rex.now();
  new.exhausted_at := case when new.waiting = 0 then null when new.held >= new.slots then coalesce(old.exhausted_at, new.updated_at) else old.exhausted_at end;
  if old.waiting = 0 and new.waiting > 0 then
    new.served := (select max(served) from public.rex_crews where user_id = new.user_id);
  end if;
  new.exhaustion_told := new.exhaustion_told and new.exhausted_at is not null;
  return new;
end $$;
create trigger touch before update on public.rex_crews for each row execute function rex.touch_crew();
