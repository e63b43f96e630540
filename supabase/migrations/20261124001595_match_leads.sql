-- A person is known by any address or by the external id; an address and an external id belong to one lead of an account.
-- What is read here stays so until the import commits: imports and undos of an account go one after the other.

create function rex.lock_imports(p_account uuid) returns void language sql set search_path = '' as $$
  select pg_advisory_xact_lock(1, hashtext(p_account::text))
$$;
comment on function rex.lock_imports is 'Locked before the account, by imports and undos only; a key space of its own, apart from that of addresses.';

create function rex.matched_leads(p_account uuid, p_rows jsonb) returns table (line int, lead_id uuid)
language sql stable rows 10000 set search_path = '' as $$
  select a.line, known.lead_id from rex.import_addresses(p_rows) as a
  join public.rex_lead_addresses known on known.user_id = p_account and known.channel = a.channel and known.address = a.address
  union
  select r.line, l.id from rex.import_lines(p_rows) as r
  join public.rex_leads l on l.user_id = p_account and l.external_id = r.external_id
$$;

create type rex.address_key as (channel public.channel, address_hash text);

create function rex.opted_out_addresses(p_account uuid, p_rows jsonb, p_rejected jsonb) returns rex.address_key[] language sql stable set search_path = '' as $$
  with matched as materialized (
    select * from rex.matched_leads(p_account, p_rows) where p_rows @> '[{"opted_out": true}]'
  ), person as materialized (
    select lead_id from matched join rex.import_lines(p_rows) as r using (line) where r.opted_out
    union
    select known.lead_id from rex.rejected_opt_outs(p_rejected) as o join public.rex_lead_addresses known
    on known.user_id = p_account and known.channel = o.channel and known.address = o.address
  ), said as (
    select channel, rex.address_hash(channel, address) as address_hash from rex.import_addresses(p_rows)
    where opted_out or line in (select m.line from matched m where m.lead_id in (select lead_id from person))
    union
    select channel, rex.address_hash(channel, address) from rex.rejected_opt_outs(p_rejected)
    union
    select channel, address_hash from public.rex_lead_addresses where lead_id in (select lead_id from person)
  )
  select coalesce(array_agg(row(channel, address_hash)::rex.address_key order by channel, address_hash), '{}') from said
$$;
comment on function rex.opted_out_addresses is
  'All addresses, of the file and known before, of each person that one row says opted out: also of a row that is not taken for another reason.';

create function rex.known_zones(p_rows jsonb) returns text[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(name), '{}') from pg_catalog.pg_timezone_names
  where name in (select unnest(time_zones) from rex.import_lines(p_rows) where time_zones <> '{}')
$$;

create type rex.placed_line as (line int, lead_id uuid, change text, code text);

-- A known lead is `unchanged` until something of it changes.
create function rex.place_lines(p_account uuid, p_rows jsonb) returns setof rex.placed_line
language sql volatile rows 10000 set search_path = '' as $$
  with zone as materialized (
    select rex.known_zones(p_rows) as names
  ), found as (
    select line, (array_agg(lead_id))[1] as lead_id, count(*) as leads from rex.matched_leads(p_account, p_rows) group by line
  ), judged as (
    select r.line, f.lead_id, case
      when f.leads > 1 then 'two_leads'
      when not r.time_zones <@ zone.names then 'time_zone_unknown'
      when r.custom <> '{}' and l.custom <> '{}' and length((l.custom || r.custom)::text) > 40000 then 'custom_too_large'
    end as code
    from rex.import_lines(p_rows) as r cross join zone
    left join found f on f.line = r.line left join public.rex_leads l on l.id = f.lead_id
  ), counted as (
    select line, lead_id, coalesce(code, case
      when lead_id is not null and row_number() over (partition by lead_id order by code is not null, line) > 1 then 'duplicate' end) as code
    from judged
  )
  select line, case when code is null then coalesce(lead_id, gen_random_uuid()) end,
    case when code is not null then 'rejected' when lead_id is null then 'added' else 'unchanged' end, code
  from counted
$$;
comment on function rex.place_lines is 'Whose row each is: a new lead''s, a known one''s, or nobody''s with a code; of two rows for one lead the first counts.';

create function rex.lock_matched(p_account uuid, p_rows jsonb) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_leads where id in (select lead_id from rex.matched_leads(p_account, p_rows)) order by id for no key update;
end $$;

create function rex.rejected_reason(p_code text) returns text language sql immutable set search_path = '' as $$
  select case p_code
    when 'two_leads' then 'Its addresses and id belong to two different leads; leave out what is not this person''s.'
    when 'duplicate' then 'An earlier line is the same lead; that line counts.'
    when 'time_zone_unknown' then 'The time zone is not known here; name another of the same clock.'
    when 'custom_too_large' then 'With what is known already there would be too many further columns; leave some out.' end
$$;
