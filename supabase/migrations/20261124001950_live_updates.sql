-- Invariant 10: a person receives the broadcasts of their accounts and no others, and nobody but the database sends any.
-- A broadcast is a hint: it costs a command little, and its failure costs the command nothing.

create function rex.crew_named(p_recipient text) returns text language sql immutable set search_path = '' as $$
  select substring(p_recipient from '^(?:crew|agent):([a-z_]+)')
$$;
comment on function rex.crew_named is 'Of crew:<crew> or agent:<crew>/<agent>.';

-- Each message is written as text once, whatever topics it goes to.
create function rex.broadcast_messages() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  with told as materialized (
    select user_id, channel, seq, recipient, row_to_json(f)::text as envelope from fresh f
  ), crew as materialized (
    select recipient, rex.crew_named(recipient) as name from (select distinct recipient from told where recipient is not null) as each
  ), said as (
    select 'rex:' || user_id || ':' || channel as topic, min(seq) as first, max(seq) as last, string_agg(envelope, ',' order by seq) as messages
    from told group by user_id, channel
    union all
    select 'rex:' || user_id || ':crew:' || crew.name, min(seq), max(seq), string_agg(envelope, ',' order by channel, seq)
    from told join crew using (recipient) group by user_id, crew.name
  )
  insert into realtime.messages (topic, event, extension, private, payload)
  select topic, 'messages', 'broadcast', true, case when octet_length(messages) <= 65536
    then ('{"first":' || first || ',"last":' || last || ',"messages":[' || messages || ']}')::jsonb else jsonb_build_object('first', first, 'last', last) end
  from said;
  return null;
exception when others then
  raise warning 'No broadcast (%).', sqlstate;
  return null;
end $$;
create trigger broadcast after insert on public.rex_messages
  referencing new table as fresh for each statement execute function rex.broadcast_messages();

create policy rex_members_receive on realtime.messages for select to authenticated using (
  extension = 'broadcast'
  and (select realtime.topic()) ~ '^rex:[0-9a-f-]{36}:(missions|agents|domains|analytics|errors|system|crew:[a-z_]+)$'
  and split_part((select realtime.topic()), ':', 2) in (select account::text from rex.my_accounts() as account)
);

create function public.rex_read_messages(p_account uuid, p_after jsonb default '{}', p_limit int default 500) returns jsonb
language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id)
  select coalesce(jsonb_object_agg(asked.channel, jsonb_build_object('last', coalesce(c.seq, 0), 'messages', newer.messages))
    filter (where asked.channel is not null), '{}')
  from account left join jsonb_each_text(p_after) as asked (channel, after) on true
  left join public.rex_channels c on c.user_id = account.id and c.channel = asked.channel
  cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(m) order by m.seq), '[]') as messages from (
      select * from public.rex_messages m
      where m.user_id = account.id and m.channel = asked.channel and m.seq > asked.after::bigint
      order by m.seq limit greatest(1, least(p_limit, 1000))) as m) as newer
$$;
comment on function public.rex_read_messages is
  'Of each channel in p_after ({channel: seq, or null for nothing but `last`}) the number given last and the oldest messages after that seq.';
grant execute on function public.rex_read_messages to authenticated;
