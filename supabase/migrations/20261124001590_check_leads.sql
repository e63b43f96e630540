-- What a file says about people is checked again before any of it is stored: an import may be called with any JSON.

create type rex.import_line as (
  line int, external_id text, first_name text, last_name text, company text, title text, country text, time_zones text[],
  language text, last_contact_at date, notes text, custom jsonb, opted_out boolean, addresses jsonb);
create type rex.import_address as (
  line int, opted_out boolean, channel public.channel, address text, consent_basis public.consent_basis, consent_source text, consent_at timestamptz);

create function rex.import_lines(p_rows jsonb) returns setof rex.import_line language sql stable rows 10000 set search_path = '' as $$
  select line, external_id, first_name, last_name, company, title, country, coalesce(time_zones, '{}'), language, last_contact_at, notes,
    coalesce(custom, '{}'), coalesce(opted_out, false), addresses
  from jsonb_populate_recordset(null::rex.import_line, p_rows)
$$;

create function rex.import_addresses(p_rows jsonb) returns setof rex.import_address language sql stable rows 10000 set search_path = '' as $$
  select (r ->> 'line')::int, coalesce((r ->> 'opted_out')::boolean, false), (a ->> 'channel')::public.channel, a ->> 'address',
    (a ->> 'consent_basis')::public.consent_basis, a ->> 'consent_source', (a ->> 'consent_at')::date::timestamp at time zone 'UTC'
  from jsonb_array_elements(p_rows) as r, jsonb_array_elements(r -> 'addresses') as a
$$;

create function rex.refuse_rows(p_row text, p_what text) returns void language sql set search_path = '' as $$
  select rex.refuse(422, 'rows_invalid', concat_ws(': ', 'Row ' || p_row, p_what), 'Send the rows as `LeadRow` and `BadRow` describe them, or import a file.')
$$;
comment on function rex.refuse_rows is 'Nothing of an import is stored; the message names the row by its place in the list, from 1.';

create function rex.is_formula(p_text text) returns boolean language sql immutable set search_path = '' as $$
  select p_text ~ '^[=+@-]' and p_text !~ '^[+-]?[0-9\s()./-]+$'
$$;
comment on function rex.is_formula is 'Whether a spreadsheet would run this cell.';

create function rex.is_past_day(p_value jsonb, p_today date) returns boolean language sql stable set search_path = '' as $$
  select coalesce(jsonb_typeof(p_value), 'null') = 'null' or (
    p_value #>> '{}' ~ '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$' and case when pg_input_is_valid(p_value #>> '{}', 'date') then (p_value #>> '{}')::date <= p_today + 1
    else false end)
$$;
comment on function rex.is_past_day is 'Null, or a day as 2026-03-31 that has begun somewhere.';

create function rex.check_row_shapes(p_rows jsonb) returns void language sql set search_path = '' as $$
  select rex.refuse_rows(n::text, fault) from (
    select n, case
      when jsonb_typeof(r) <> 'object' then 'is no object'
      when r - '{line,external_id,first_name,last_name,company,title,country,time_zones,language,last_contact_at,notes,custom,opted_out,addresses}'::text[]
        <> '{}' then 'has a field that is not known'
      when coalesce(r ->> 'line' !~ '^[1-9][0-9]{0,8}$' or jsonb_typeof(r -> 'line') <> 'number', true) then 'line is no whole number from 1'
      when coalesce(jsonb_typeof(r -> 'custom'), 'null') not in ('null', 'object') then 'custom is no object'
      when coalesce(jsonb_typeof(r -> 'time_zones'), 'null') not in ('null', 'array') then 'time_zones is no list'
      when coalesce(jsonb_typeof(r -> 'opted_out'), 'null') not in ('null', 'boolean') then 'opted_out is neither true nor false'
      when coalesce(jsonb_typeof(r -> 'addresses'), 'null') <> 'array' then 'addresses is no list'
      when jsonb_array_length(r -> 'addresses') not between 1 and 10 then 'has no address, or more than 10'
    end as fault from jsonb_array_elements(p_rows) with ordinality as e (r, n)) as each_row
  where fault is not null order by n limit 1
$$;

create function rex.check_row_fields(p_rows jsonb, p_today date) returns void language sql set search_path = '' as $$
  select rex.refuse_rows(n::text, fault) from (
    select n, coalesce((
      select name || ' is no text of 1 to ' || most || ' characters, or begins like a formula'
      from (values ('external_id', 200), ('first_name', 100), ('last_name', 100), ('company', 200), ('title', 200), ('country', 2), ('language', 35),
        ('notes', 2000)) as f (name, most)
      where jsonb_typeof(r -> name) <> 'null' and (
        jsonb_typeof(r -> name) <> 'string' or length(r ->> name) not between 1 and most
        or (r ->> name ~ '^[=+@-]' and rex.is_formula(r ->> name)))
      limit 1), case
        when r ->> 'country' !~ '^[A-Z]{2}$' then 'country is no code of two capital letters'
        when not rex.is_past_day(r -> 'last_contact_at', p_today) then 'last_contact_at is no past day as 2026-03-31'
        when jsonb_typeof(r -> 'time_zones') = 'array' and (jsonb_array_length(r -> 'time_zones') > 2 or exists (
          select from jsonb_array_elements(r -> 'time_zones') as z where jsonb_typeof(z) <> 'string' or length(z #>> '{}') > 100))
          then 'time_zones has more than two, or something that is no text'
        when jsonb_typeof(r -> 'custom') = 'object' and r -> 'custom' <> '{}' and (length((r -> 'custom')::text) > 40000 or exists (
          select from jsonb_each(r -> 'custom') with ordinality as c (name, value, nth)
          where nth > 30 or length(name) not between 1 and 100 or jsonb_typeof(value) <> 'string' or length(value #>> '{}') > 500
            or (value #>> '{}' ~ '^[=+@-]' and rex.is_formula(value #>> '{}'))))
          then 'custom has more than 30 fields, or one that is no text of at most 500 characters, or a formula'
      end) as fault
    from jsonb_array_elements(p_rows) with ordinality as e (r, n)) as each_row
  where fault is not null order by n limit 1
$$;

create function rex.check_row_addresses(p_rows jsonb, p_today date) returns void language sql set search_path = '' as $$
  select rex.refuse_rows(n::text, fault) from (
    select n, case
      when jsonb_typeof(a) <> 'object' then 'an address is no object'
      when a - '{channel,address,consent_basis,consent_source,consent_at}'::text[] <> '{}' then 'an address has a field that is not known'
      when not coalesce(a ->> 'channel' = any (enum_range(null::public.channel)::text[]), false) then 'an address has no channel that is known'
      when not coalesce(a ->> 'consent_basis' = any (enum_range(null::public.consent_basis)::text[]), false) then 'an address has no consent basis'
      when jsonb_typeof(a -> 'address') is distinct from 'string' then 'an address is missing'
      when case when a ->> 'channel' = 'email'
        then a ->> 'address' <> lower(a ->> 'address') or a ->> 'address' is not nfc normalized or length(a ->> 'address') > 320
          or a ->> 'address' !~ '^[^@\s[:cntrl:]"(),:;<>\[\\\]]+@[a-z0-9.-]+\.[a-z0-9-]+$'
        else a ->> 'address' !~ '^\+[1-9][0-9]{6,14}$' end then 'an address is not in its normal form'
      when a ->> 'channel' <> 'email' and a ->> 'consent_basis' = 'legitimate_interest' then 'a phone needs more than a legitimate interest'
      when jsonb_typeof(a -> 'consent_source') is distinct from 'string' or length(a ->> 'consent_source') not between 1 and 200
        then 'an address has no source of its consent, or a too long one'
      when not rex.is_past_day(a -> 'consent_at', p_today) then 'consent_at is no past day as 2026-03-31'
    end as fault
    from jsonb_array_elements(p_rows) with ordinality as e (r, n), jsonb_array_elements(r -> 'addresses') as a) as each_address
  where fault is not null order by n limit 1
$$;

create function rex.is_normal_address(p_channel text, p_address text) returns boolean language sql immutable set search_path = '' as $$
  select coalesce(case
    when p_channel = 'email' then p_address = lower(p_address) and p_address is nfc normalized and length(p_address) <= 320
      and p_address ~ '^[^@\s[:cntrl:]"(),:;<>\[\\\]]+@[a-z0-9.-]+\.[a-z0-9-]+$'
    when p_channel in ('sms', 'whatsapp') then p_address ~ '^\+[1-9][0-9]{6,14}$' end, false)
$$;

create type rex.opt_out as (channel public.channel, address text);

create function rex.rejected_opt_outs(p_rejected jsonb) returns setof rex.opt_out language sql immutable set search_path = '' as $$
  select (o ->> 'channel')::public.channel, o ->> 'address'
  from jsonb_array_elements(p_rejected) as r, jsonb_array_elements(coalesce(r -> 'opted_out', '[]')) as o
$$;
comment on function rex.rejected_opt_outs is 'Addresses of rows that are not taken but say that the person opted out: that counts all the same.';

create function rex.check_rejected(p_rejected jsonb) returns void language sql set search_path = '' as $$
  select rex.refuse_rows(n::text, fault) from (
    select n, case
      when jsonb_typeof(r) <> 'object' then 'of the rejected is no object'
      when r - '{line,column,code,reason,opted_out}'::text[] <> '{}' then 'of the rejected has a field that is not known'
      when coalesce(r ->> 'line' !~ '^[1-9][0-9]{0,8}$' or jsonb_typeof(r -> 'line') <> 'number', true) then 'of the rejected has no line'
      when coalesce(r ->> 'code' !~ '^[a-z_]{1,50}$', true) then 'of the rejected has no code'
      when jsonb_typeof(r -> 'reason') is distinct from 'string' or length(r ->> 'reason') > 1000 then 'of the rejected has no reason, or a too long one'
      when coalesce(jsonb_typeof(r -> 'opted_out'), 'array') <> 'array' then 'of the rejected says of no list of addresses that they opted out'
      when jsonb_array_length(coalesce(r -> 'opted_out', '[]')) > 10 or exists (
        select from jsonb_array_elements(coalesce(r -> 'opted_out', '[]')) as o
        where not rex.is_normal_address(o ->> 'channel', o ->> 'address')) then 'of the rejected has too many opted-out addresses, or one not in its normal form'
    end as fault from jsonb_array_elements(p_rejected) with ordinality as e (r, n)) as each_row
  where fault is not null order by n limit 1
$$;

create function rex.check_repeats(p_rows jsonb, p_rejected jsonb) returns void language plpgsql set search_path = '' as $$
begin
  if exists (select from jsonb_array_elements(p_rows || p_rejected) as r group by r ->> 'line' having count(*) > 1) then
    perform rex.refuse_rows(null, 'Two rows have the same line.');
  elsif exists (select from rex.import_addresses(p_rows) group by channel, address having count(*) > 1) then
    perform rex.refuse_rows(null, 'Two rows have the same address.');
  elsif exists (select from jsonb_array_elements(p_rows) as r where r ->> 'external_id' is not null group by r ->> 'external_id' having count(*) > 1) then
    perform rex.refuse_rows(null, 'Two rows have the same external_id.');
  end if;
end $$;

create function rex.check_file(p_file_name text, p_file_hash text, p_rows jsonb, p_rejected jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  if coalesce(length(p_file_name) not between 1 and 255, true) or coalesce(p_file_hash !~ '^[0-9a-f]{64}$', true) then
    perform rex.refuse(422, 'file_invalid', 'A file has a name of 1 to 255 characters, and a SHA-256 in hex.', 'Send both.');
  elsif coalesce(jsonb_typeof(p_rows), '') <> 'array' or coalesce(jsonb_typeof(p_rejected), '') <> 'array' then
    perform rex.refuse_rows(null, 'Rows and rejected rows are two lists.');
  elsif jsonb_array_length(p_rows) = 0 then
    perform rex.refuse(422, 'no_good_row', 'There is no row to import.', 'Mend the file.');
  elsif jsonb_array_length(p_rows) + jsonb_array_length(p_rejected) > 10000 then
    perform rex.refuse(422, 'file_too_long', 'The file has more than 10,000 leads.', 'Split it and import its parts.');
  end if;
  perform rex.check_row_shapes(p_rows);
  perform rex.check_row_fields(p_rows, rex.now()::date);
  perform rex.check_row_addresses(p_rows, rex.now()::date);
  perform rex.check_rejected(p_rejected);
  perform rex.check_repeats(p_rows, p_rejected);
end $$;
comment on function rex.check_file is 'Refuses with 422 what no reader of files would send; afterwards every constraint of the tables holds.';
