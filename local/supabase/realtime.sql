-- What REX uses of Supabase's realtime schema, as a hosted project has it: the table of broadcasts, its grants, `send` and `topic`.
-- Run by the superuser before the migrations; a second run changes nothing.

do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'supabase_realtime_admin') then
    create role supabase_realtime_admin nologin noinherit;
  end if;
end $$;
grant supabase_realtime_admin to postgres with inherit true;

create schema if not exists realtime authorization supabase_realtime_admin;
grant usage on schema realtime to postgres, anon, authenticated, service_role;

-- Hosted projects partition it by day; here the bridge deletes what is older than three days.
create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
create index if not exists messages_inserted_at_topic on realtime.messages (inserted_at desc, topic) where extension = 'broadcast' and private;
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
grant delete on realtime.messages to postgres;

create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$
declare
  generated_id uuid := gen_random_uuid();
begin
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (generated_id, case when payload ? 'id' then payload else payload || jsonb_build_object('id', generated_id) end, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end $$;

-- Only here: hosted projects read the write-ahead log. A notification comes in commit order and carries no more than the id.
create or replace function realtime.notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('realtime', id::text) from fresh;
  return null;
end $$;
create or replace trigger notify after insert on realtime.messages
  referencing new table as fresh for each statement execute function realtime.notify();
