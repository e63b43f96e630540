-- A lead is a person; an address belongs to one lead of an account; a suppression outlives both.

create table public.rex_imports (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  created_by uuid not null,
  file_name text not null check (length(file_name) between 1 and 255),
  file_hash text not null,
  added int not null default 0,
  updated int not null default 0,
  unchanged int not null default 0,
  rejected int not null default 0,
  opted_out int not null default 0,
  undone_at timestamptz,
  held_at timestamptz,
  created_at timestamptz not null default rex.now()
);
comment on column public.rex_imports.file_hash is 'SHA-256 of the file and its consent; the same file twice changes nothing.';
comment on column public.rex_imports.held_at is 'Its leads did harm to a domain: whatever is written to them since waits for a person.';
create unique index rex_imports_same_file on public.rex_imports (user_id, file_hash) where undone_at is null;
create index rex_imports_account on public.rex_imports (user_id, created_at);

create table public.rex_leads (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  import_id uuid references public.rex_imports (id) on delete set null,
  external_id text check (length(external_id) <= 200),
  first_name text check (length(first_name) <= 100),
  last_name text check (length(last_name) <= 100),
  company text check (length(company) <= 200),
  title text check (length(title) <= 200),
  country text check (country ~ '^[A-Z]{2}$'),
  time_zones text[] not null default '{}' check (cardinality(time_zones) <= 2),
  language text check (length(language) <= 35),
  last_contact_at date,
  notes text check (length(notes) <= 2000),
  custom jsonb not null default '{}' check (jsonb_typeof(custom) = 'object' and length(custom::text) <= 40000),
  score real not null default 0.5 check (score between 0 and 1),
  removed_at timestamptz,
  created_at timestamptz not null default rex.now(),
  updated_at timestamptz not null default rex.now()
);
comment on column public.rex_leads.time_zones is 'IANA names; a send must be permitted in all of them; none: the zone of the account.';
comment on column public.rex_leads.score is 'How likely the lead answers, learned by missions.';
comment on column public.rex_leads.removed_at is 'Its import was undone after the lead was in a mission; it is in no later audience.';
create index rex_leads_account on public.rex_leads (user_id, id);
create unique index rex_leads_external on public.rex_leads (user_id, external_id) where external_id is not null;
create index rex_leads_import on public.rex_leads (import_id);

create function rex.address_hash(p_channel public.channel, p_address text) returns text
language sql immutable strict set search_path = '' as $$
  select encode(sha256(convert_to(p_channel || ':' || p_address, 'UTF8')), 'hex')
$$;
comment on function rex.address_hash is 'SHA-256 of "channel:address"; immutable because enum labels and the encoding are fixed here.';

create table public.rex_lead_addresses (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  lead_id uuid not null references public.rex_leads (id) on delete cascade,
  channel public.channel not null,
  address text not null,
  address_hash text not null generated always as (rex.address_hash(channel, address)) stored,
  reversed_number text collate "C" generated always as (case when channel <> 'email' then reverse(address) end) stored,
  consent_basis public.consent_basis not null,
  consent_source text not null check (length(consent_source) between 1 and 200),
  consent_at timestamptz,
  created_at timestamptz not null default rex.now(),
  unique (user_id, channel, address),
  check (case when channel = 'email'
    then address = lower(address) and address is nfc normalized and length(address) <= 320 and address ~ '^[^@\s[:cntrl:]"(),:;<>\[\\\]]+@[a-z0-9.-]+\.[a-z0-9-]+$'
    else address ~ '^\+[1-9][0-9]{6,14}$' and consent_basis <> 'legitimate_interest' end)
);
create index rex_lead_addresses_lead on public.rex_lead_addresses (lead_id, channel);
comment on column public.rex_lead_addresses.address is
  'No quotes, comments or lists, by which one mailbox would have many addresses, and a suppression of one of them would not count for the others.';
comment on column public.rex_lead_addresses.reversed_number is
  'A number without its country code is the end of the stored one. A column, as policies let no index of an expression be used that may leak.';
create index rex_lead_addresses_hash on public.rex_lead_addresses (user_id, address_hash);
create index rex_lead_addresses_number on public.rex_lead_addresses (user_id, reversed_number) where reversed_number is not null;

create function rex.number_typed(p_text text) returns text language sql immutable set search_path = '' as $$
  select case when p_text ~ '^[+0-9\s()./-]{6,40}$' then case when length(digits) >= 6 then plus || digits end end
  from (select case when p_text ~ '^\s*(\+|00)' then '+' else '' end as plus,
    ltrim(regexp_replace(p_text, '\(0\)|[^0-9]', '', 'g'), '0') as digits) as typed
$$;
comment on function rex.number_typed is 'A phone number as it is stored, or its end when it was typed without a country code; null for what is no number.';

create function rex.found_by_phone(p_user_id uuid, p_text text) returns uuid[] language sql stable set search_path = '' as $$
  select array(
    select distinct lead_id from public.rex_lead_addresses
    where user_id = p_user_id and reversed_number >= (select reverse(rex.number_typed(p_text)))
      and reversed_number < (select reverse(rex.number_typed(p_text)) || ':')
    limit 200)
$$;
comment on function rex.found_by_phone is 'The leads whose numbers end like this one, 200 at most.';
grant execute on function rex.number_typed, rex.found_by_phone to authenticated;

create table public.rex_import_rows (
  import_id uuid not null references public.rex_imports (id) on delete cascade,
  line int not null,
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  lead_id uuid references public.rex_leads (id) on delete set null,
  change text not null check (change in ('added', 'updated', 'unchanged', 'rejected')),
  code text,
  reason text,
  before jsonb,
  after jsonb,
  primary key (import_id, line)
);
comment on table public.rex_import_rows is 'What each line of a file did; before and after hold the fields it changed, for undo.';
create index rex_import_rows_lead on public.rex_import_rows (lead_id);
create index rex_import_rows_account on public.rex_import_rows (user_id);

create table public.rex_suppressions (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  channel public.channel not null,
  address_hash text not null check (address_hash ~ '^[0-9a-f]{64}$'),
  reason public.suppression_reason not null,
  created_at timestamptz not null default rex.now(),
  primary key (user_id, channel, address_hash)
);

create function rex.lock_addresses(p_user_id uuid, p_hashes text[]) returns void language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(p_user_id || hash, 0)) from (
    select distinct hash from unnest(p_hashes) as hash order by hash) as ordered;
end $$;
comment on function rex.lock_addresses is 'Locks addresses in key order until commit; at most 1,000 a transaction.';

select rex.protect('public.rex_imports'), rex.protect('public.rex_leads'), rex.protect('public.rex_lead_addresses'),
  rex.protect('public.rex_import_rows'), rex.protect('public.rex_suppressions');
create trigger touch before update on public.rex_leads for each row execute function rex.touch();
