-- Invariants 1 and 11: what was decided and done is on record, in append-only tables that outlive the rows they name;
-- each message has the next number of its account and channel; a repeated request changes nothing.

create table public.rex_logs (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  at timestamptz not null default rex.now(),
  actor uuid,
  entity text not null,
  entity_id uuid,
  mission_id uuid,
  action text not null,
  from_state text,
  to_state text,
  version int,
  fence bigint,
  reason text,
  decision_id uuid,
  data jsonb not null default '{}'
);
comment on table public.rex_logs is 'The audit trail; actor null is the machinery. Ids, numbers and codes only.';
comment on column public.rex_logs.fence is 'The caller''s token where the action needed one.';
create unique index rex_logs_one_per_version on public.rex_logs (mission_id, version) where version is not null;
create index rex_logs_account on public.rex_logs (user_id, id);
create index rex_logs_mission on public.rex_logs (mission_id, id) where mission_id is not null;

create table public.rex_decisions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  at timestamptz not null default rex.now(),
  layer smallint not null check (layer in (2, 3)),
  rule text not null,
  rule_version int not null,
  action text not null,
  params jsonb not null default '{}',
  reason text not null,
  confidence real not null check (confidence between 0 and 1),
  context jsonb not null default '{}',
  alternatives jsonb not null default '[]'
);
create index rex_decisions_account on public.rex_decisions (user_id, at);

create function rex.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise '% is append-only.', tg_table_name using errcode = '42501';
end $$;
create trigger append_only before update or delete or truncate on public.rex_logs for each statement execute function rex.refuse_change();
create trigger append_only before update or delete or truncate on public.rex_decisions for each statement execute function rex.refuse_change();

create table public.rex_channels (
  user_id uuid not null,
  channel text not null check (channel in ('missions', 'agents', 'domains', 'analytics', 'errors', 'system')),
  seq bigint not null default 0,
  unread boolean not null default false,
  primary key (user_id, channel)
) with (fillfactor = 60);
comment on column public.rex_channels.unread is 'A handler has to look: set with a message that one consumes, cleared when every cursor of the channel has come up.';
create index rex_channels_unread on public.rex_channels (user_id, channel) where unread;

create table public.rex_messages (
  user_id uuid not null,
  channel text not null,
  seq bigint not null,
  id uuid not null default gen_random_uuid(),
  type text not null,
  timestamp timestamptz not null default rex.now(),
  sender text not null,
  -- The crew that gets nearly all of it first: the pattern costs more than the insert.
  recipient text check (recipient = 'crew:dead_lead_crew' or recipient ~ '^(crew:[a-z_]+|agent:[a-z_]+/[a-z_]+)$'),
  mission_id uuid,
  data jsonb not null default '{}',
  correlation_id uuid,
  reply_to uuid,
  primary key (user_id, channel, seq)
);

create type rex.announcement as (user_id uuid, type text, mission_id uuid, data jsonb);
create type rex.route as (id uuid, recipient text, correlation_id uuid, reply_to uuid);
comment on type rex.route is 'Beside an announcement: the id the message shall have, whom it is for, which exchange it belongs to, and the message it answers.';

create function rex.channel_of(p_type text) returns text language sql immutable set search_path = '' as $$
  select case split_part(p_type, '.', 1)
    when 'mission' then 'missions' when 'agent' then 'agents' when 'domain' then 'domains' when 'analytics' then 'analytics'
    when 'error' then 'errors' when 'dead_letter' then 'errors' when 'system' then 'system' when 'resource' then 'system' end
$$;

-- The types of messages; rex/domain/bus/types.py is the same in Python.
create table rex.message_types (
  type text primary key check (type ~ '^[a-z_]+\.[a-z_]+$'),
  channel text not null generated always as (rex.channel_of(type)) stored,
  to_crew boolean not null default false,
  handlers text[] not null default '{}',
  check (handlers = '{}' or not starts_with(type, 'dead_letter.'))
);
comment on table rex.message_types is 'Whatever is published has one of these types; to_crew: for the crew its data names; handlers: who consumes it.';
insert into rex.message_types (type)
select family || '.' || kind from (values
  ('mission', '{created,assigned,planned,started,progress,collecting,analyzing,optimizing,completed,failed,escalated,queued,cancelled}'::text[]),
  ('mission', '{ready,boosted,reviewed,outreach_event,paused,resumed}'),
  ('agent', '{status}'),
  ('domain', '{added,verified,not_verified,assigned,freed,health,rotation_needed,rotated,warmup_started,returned,paused,resumed}'),
  ('domain', '{inbox_added,inbox_updated,inbox_checked}'),
  ('analytics', '{snapshot,anomaly}'),
  ('error', '{escalation,mission_failed,mission_stalled,mission_stuck,task_failed,outreach_unknown,no_replacement}'),
  ('error', '{import_harms,mission_harms,campaign_harms,domain_harms,rotation_escalated}'),
  ('dead_letter', '{added,replayed,discarded}'),
  ('resource', '{allocated,exhausted,released}'),
  ('system', '{account_opened,account_updated,member_added,member_updated,member_removed,campaign_created,campaign_updated,paused,resumed}'),
  ('system', '{leads_imported,import_undone,import_held,leads_scored,suppressed,suppression_removed,test_mail,ping,pong}')
) as families (family, kinds), unnest(kinds) as kind;
update rex.message_types set to_crew = true where type in ('mission.assigned', 'mission.cancelled', 'resource.exhausted');

-- A command calls this last, once: the counters stay locked until it commits.
create function rex.publish(p_announcements rex.announcement[], p_sender text, p_routes rex.route[] default null) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
begin
  if coalesce(cardinality(p_announcements), 0) = 0 then
    return;
  end if;
  with said as (
    select a.*, k.channel, k.to_crew, coalesce(k.handlers <> '{}', false) as handled
    from rows from (unnest(p_announcements), unnest(p_routes)) with ordinality
      as a (user_id, type, mission_id, data, id, recipient, correlation_id, reply_to, n) left join rex.message_types k using (type)
  ), drawn as (
    insert into public.rex_channels as c (user_id, channel, seq, unread)
    select user_id, channel, count(*), bool_or(handled) from said group by 1, 2 order by 1, 2
    on conflict (user_id, channel) do update set seq = c.seq + excluded.seq, unread = c.unread or excluded.unread
    returning c.user_id, c.channel, c.seq
  ), numbered as (
    select s.*, d.seq + 1 - row_number() over (partition by s.user_id, s.channel order by s.n desc) as number
    from said s join drawn d using (user_id, channel)
  )
  insert into public.rex_messages (user_id, channel, seq, id, type, timestamp, sender, recipient, mission_id, data, correlation_id, reply_to)
  select user_id, channel, number, coalesce(id, md5(user_id::text || channel || number)::uuid), type, v_now, p_sender,
    coalesce(recipient, case when to_crew then 'crew:' || (data ->> 'crew') end), mission_id, coalesce(data, '{}'), correlation_id, reply_to
  from numbered;
end $$;
comment on function rex.publish is
  'Writes messages with the next numbers of their channels; data holds ids, numbers and codes only. A type that is not listed has no channel: it is an error.';

create table public.rex_requests (
  actor uuid not null,
  command text not null,
  request_id text not null check (length(request_id) between 1 and 200),
  input_hash text not null,
  answer jsonb storage external,
  created_at timestamptz not null default rex.now(),
  primary key (actor, command, request_id)
);
-- Answers of batches are long and short-lived: compressing them costs more than keeping them.
comment on column public.rex_requests.actor is 'The person, or the zero uuid for the machinery.';
create index rex_requests_age on public.rex_requests (created_at);
alter table public.rex_requests enable row level security;
create policy own_read on public.rex_requests for select to authenticated using (actor = (select auth.uid()));
grant select on public.rex_requests to authenticated, service_role;

create function rex.begin_request(p_command text, p_request_id text, p_input jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_actor uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_hash text := encode(sha256(convert_to(p_input::text, 'UTF8')), 'hex');
  v_earlier public.rex_requests;
begin
  if p_request_id is null or p_request_id = '' then
    perform rex.refuse(422, 'request_id_missing', 'The request has no id.', 'Send a new Idempotency-Key with each new request.');
  end if;
  insert into public.rex_requests (actor, command, request_id, input_hash) values (v_actor, p_command, p_request_id, v_hash)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into v_earlier from public.rex_requests where actor = v_actor and command = p_command and request_id = p_request_id;
  if v_earlier.input_hash <> v_hash then
    perform rex.refuse(422, 'request_id_reused', 'This request id was used before with other input.', 'Send a new Idempotency-Key with each new request.');
  end if;
  return v_earlier.answer;
end $$;
comment on function rex.begin_request is 'Null for a new request; the first answer for a repeat; PT422 when the id came with other input.';

create function rex.end_request(p_command text, p_request_id text, p_answer jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  update public.rex_requests set answer = p_answer
  where actor = coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000') and command = p_command and request_id = p_request_id;
  return case when found then p_answer end;
end $$;
comment on function rex.end_request is 'Keeps the answer (ids, numbers and codes only) for a repeat, and returns it.';

select rex.protect('public.rex_logs'), rex.protect('public.rex_decisions'), rex.protect('public.rex_channels'), rex.protect('public.rex_messages');
