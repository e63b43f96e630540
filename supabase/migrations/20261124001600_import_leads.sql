-- Invariants 8 and 10: an import reaches its own account only; who opted out is suppressed before it is answered, and no import
-- lifts a suppression. A file is taken whole or not at all, and the same file twice changes nothing.

create function rex.import_answer(p_import public.rex_imports, p_repeated boolean, p_dry_run boolean) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_build_object(
    'import_id', case when p_repeated or not p_dry_run then p_import.id end, 'added', p_import.added, 'updated', p_import.updated,
    'unchanged', p_import.unchanged, 'rejected', p_import.rejected, 'opted_out', p_import.opted_out, 'repeated', p_repeated, 'dry_run', p_dry_run)
$$;

create function rex.refused_rows(p_import_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('line', line, 'code', code) order by line), '[]') from (
    select line, code from public.rex_import_rows
    where import_id = p_import_id and change = 'rejected' and reason = rex.rejected_reason(code)
    order by line limit 1000) as refused
$$;
comment on function rex.refused_rows is 'What was rejected beside the rows that came as rejected, at most 1,000: lines and codes, which a request may keep.';

create function rex.tell_refused(p_answer jsonb) returns jsonb language sql stable set search_path = '' as $$
  select p_answer || jsonb_build_object('refused', coalesce((
    select jsonb_agg(r || jsonb_build_object('reason', rex.rejected_reason(r ->> 'code')) order by n)
    from jsonb_array_elements(p_answer -> 'refused') with ordinality as e (r, n)), '[]'))
$$;

-- Locks as the sender's: it holds the account FOR SHARE and the address. More addresses than may be locked one by one are locked
-- with the account.
create function rex.lock_for_import(p_account uuid, p_rows jsonb, p_hashes text[]) returns void language plpgsql set search_path = '' as $$
begin
  if cardinality(p_hashes) > 1000 then
    perform from public.rex_accounts where user_id = p_account for no key update;
  else
    perform from public.rex_accounts where user_id = p_account for share;
  end if;
  perform rex.lock_matched(p_account, p_rows);
  if cardinality(p_hashes) <= 1000 then
    perform rex.lock_addresses(p_account, p_hashes);
  end if;
end $$;

create function rex.insert_lines(p_import public.rex_imports, p_rows jsonb, p_now timestamptz) returns void language sql set search_path = '' as $$
  with placed as materialized (
    select * from rex.place_lines(p_import.user_id, p_rows)
  ), fresh as (
    insert into public.rex_leads (id, user_id, import_id, external_id, first_name, last_name, company, title, country, time_zones, language,
      last_contact_at, notes, custom, created_at, updated_at)
    select p.lead_id, p_import.user_id, p_import.id, r.external_id, r.first_name, r.last_name, r.company, r.title, r.country, r.time_zones,
      r.language, r.last_contact_at, r.notes, r.custom, p_now, p_now
    from placed p join rex.import_lines(p_rows) as r using (line) where p.change = 'added'
  )
  insert into public.rex_import_rows (import_id, line, user_id, lead_id, change, code, reason)
  select p_import.id, line, p_import.user_id, lead_id, change, code, rex.rejected_reason(code) from placed
$$;

create function rex.insert_rejected(p_import public.rex_imports, p_rejected jsonb) returns void language sql set search_path = '' as $$
  insert into public.rex_import_rows (import_id, line, user_id, change, code, reason)
  select p_import.id, line, p_import.user_id, 'rejected', code, reason
  from jsonb_to_recordset(p_rejected) as r (line int, code text, reason text)
$$;

create function rex.insert_addresses(p_import public.rex_imports, p_rows jsonb, p_now timestamptz) returns void language sql set search_path = '' as $$
  with fresh as (
    insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source, consent_at, created_at)
    select p_import.user_id, i.lead_id, a.channel, a.address, a.consent_basis, a.consent_source, a.consent_at, p_now
    from public.rex_import_rows i join rex.import_addresses(p_rows) as a using (line)
    where i.import_id = p_import.id and i.change <> 'rejected' and (i.change = 'added' or not exists (
      select from public.rex_lead_addresses known
      where known.user_id = p_import.user_id and known.channel = a.channel and known.address = a.address))
    on conflict (user_id, channel, address) do nothing
    returning *
  ), given as (
    select lead_id, jsonb_agg(jsonb_build_object('channel', channel, 'address', address, 'consent_basis', consent_basis,
      'consent_source', consent_source, 'consent_at', consent_at) order by channel, address) as addresses
    from fresh group by lead_id
  )
  update public.rex_import_rows i set change = 'updated', before = '{}', after = jsonb_build_object('addresses', given.addresses)
  from given where i.import_id = p_import.id and i.lead_id = given.lead_id and i.change = 'unchanged'
$$;
comment on function rex.insert_addresses is 'An address known before keeps the consent it has: an import neither raises nor lowers one.';

create function rex.given_fields(r rex.import_line, l public.rex_leads) returns jsonb language sql immutable set search_path = '' as $$
  select jsonb_strip_nulls(to_jsonb(r) - '{line,opted_out,addresses,time_zones,custom}'::text[])
    || case when r.time_zones <> '{}' then jsonb_build_object('time_zones', r.time_zones) else '{}' end
    || case when r.custom <> '{}' then jsonb_build_object('custom', l.custom || r.custom) else '{}' end
    || case when l.removed_at is not null then '{"removed_at": null}' else '{}' end::jsonb
$$;
comment on function rex.given_fields is 'What a row says about a known lead; what it leaves empty stays, and a removed lead lives again.';

create function rex.note_changes(p_import public.rex_imports, p_rows jsonb) returns void language sql set search_path = '' as $$
  with told as materialized (
    select i.line, rex.given_fields(r, l) as given, to_jsonb(l) as known
    from public.rex_import_rows i join rex.import_lines(p_rows) as r using (line) join public.rex_leads l on l.id = i.lead_id
    where i.import_id = p_import.id and i.change in ('unchanged', 'updated')
  ), changed as (
    select line, jsonb_object_agg(key, known -> key) as before, jsonb_object_agg(key, value) as after
    from told cross join lateral jsonb_each(given)
    where not known @> given and known -> key is distinct from value group by line
  )
  update public.rex_import_rows i set change = 'updated', before = changed.before, after = coalesce(i.after, '{}') || changed.after
  from changed where i.import_id = p_import.id and i.line = changed.line
$$;

create type rex.lead_change as (lead_id uuid, fields jsonb);

create function rex.change_leads(p_changes rex.lead_change[]) returns void language sql set search_path = '' as $$
  update public.rex_leads l set
    external_id = n.external_id, first_name = n.first_name, last_name = n.last_name, company = n.company, title = n.title, country = n.country,
    time_zones = n.time_zones, language = n.language, last_contact_at = n.last_contact_at, notes = n.notes, custom = n.custom,
    removed_at = n.removed_at
  from unnest(p_changes) as c join public.rex_leads o on o.id = c.lead_id cross join lateral jsonb_populate_record(o, c.fields) as n
  where l.id = c.lead_id
$$;

create function rex.save_lines(p_import public.rex_imports, p_rows jsonb, p_rejected jsonb) returns public.rex_imports
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_import public.rex_imports;
begin
  perform rex.insert_lines(p_import, p_rows, v_now);
  perform rex.insert_rejected(p_import, p_rejected);
  perform rex.insert_addresses(p_import, p_rows, v_now);
  perform rex.note_changes(p_import, p_rows);
  perform rex.change_leads(array(
    select row(lead_id, after - 'addresses')::rex.lead_change from public.rex_import_rows
    where import_id = p_import.id and change = 'updated' and after - 'addresses' <> '{}' order by lead_id));
  update public.rex_imports i set added = c.added, updated = c.updated, unchanged = c.unchanged, rejected = c.rejected,
    opted_out = (select count(*) from rex.import_lines(p_rows) where opted_out)
      + (select count(*) from jsonb_array_elements(p_rejected) as r where r -> 'opted_out' <> '[]' and r ->> 'code' <> 'duplicate')
  from (
    select count(*) filter (where change = 'added') as added, count(*) filter (where change = 'updated') as updated,
      count(*) filter (where change = 'unchanged') as unchanged, count(*) filter (where change = 'rejected') as rejected
    from public.rex_import_rows where import_id = p_import.id) as c
  where i.id = p_import.id returning i.* into v_import;
  return v_import;
end $$;

create function rex.suppress_opted_out(p_account uuid, p_addresses rex.address_key[], p_hashes text[]) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.rex_suppressions as s (user_id, channel, address_hash, reason)
  select distinct p_account, channel, address_hash, 'opted_out'::public.suppression_reason from unnest(p_addresses) order by channel, address_hash
  on conflict (user_id, channel, address_hash) do update set reason = excluded.reason
    where rex.reason_rank(s.reason) < rex.reason_rank(excluded.reason);
  perform rex.cancel_to_addresses(p_account, p_hashes, 'opted_out');
end $$;
comment on function rex.suppress_opted_out is 'A reason that weighs as much stays; what is unsent is cancelled. The caller holds the addresses, or the account.';

create function rex.record_import(p_import public.rex_imports) returns void language plpgsql set search_path = '' as $$
declare
  v_counts jsonb := rex.import_answer(p_import, false, false) - '{import_id,repeated,dry_run}'::text[];
begin
  insert into public.rex_logs (user_id, actor, entity, entity_id, action, data)
  values (p_import.user_id, auth.uid(), 'import', p_import.id, 'import_leads', v_counts);
  perform rex.publish(array[row(p_import.user_id, 'system.leads_imported', null,
    v_counts || jsonb_build_object('import_id', p_import.id))::rex.announcement], 'import_leads');
end $$;

create function rex.save_import(p_account uuid, p_file_name text, p_file_hash text, p_rows jsonb, p_rejected jsonb) returns public.rex_imports
language plpgsql set search_path = '' as $$
declare
  v_addresses rex.address_key[] := rex.opted_out_addresses(p_account, p_rows, p_rejected);
  v_hashes text[] := array(select distinct address_hash from unnest(v_addresses));
  v_import public.rex_imports;
begin
  perform rex.lock_for_import(p_account, p_rows, v_hashes);
  insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (p_account, auth.uid(), p_file_name, p_file_hash)
  returning * into v_import;
  v_import := rex.save_lines(v_import, p_rows, p_rejected);
  perform rex.suppress_opted_out(p_account, v_addresses, v_hashes);
  perform rex.record_import(v_import);
  return v_import;
end $$;

create function rex.import_once(
  p_account uuid, p_request_id text, p_file_name text, p_file_hash text, p_rows jsonb, p_rejected jsonb, p_dry_run boolean
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('import_leads', p_request_id,
    jsonb_build_array(p_account, p_file_name, p_file_hash, p_rows, p_rejected, p_dry_run));
  v_account uuid;
  v_import public.rex_imports;
  v_repeated boolean;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_file(p_file_name, p_file_hash, p_rows, p_rejected);
  perform rex.lock_imports(v_account);
  select * into v_import from public.rex_imports where user_id = v_account and file_hash = p_file_hash and undone_at is null;
  v_repeated := found;
  if not v_repeated then
    v_import := rex.save_import(v_account, p_file_name, p_file_hash, p_rows, p_rejected);
  end if;
  return rex.end_request('import_leads', p_request_id, rex.import_answer(v_import, v_repeated, p_dry_run)
    || jsonb_build_object('refused', rex.refused_rows(v_import.id)));
end $$;

-- A dry run does all the work and undoes it, its request id too: the same id may then come with the real import.
create function rex.import_in_vain(
  p_account uuid, p_request_id text, p_file_name text, p_file_hash text, p_rows jsonb, p_rejected jsonb
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_answer jsonb;
begin
  v_answer := rex.import_once(p_account, p_request_id, p_file_name, p_file_hash, p_rows, p_rejected, true);
  raise 'A dry run saves nothing.' using errcode = 'RX001';
exception when sqlstate 'RX001' then
  return v_answer;
end $$;

create function rex.import_leads(
  p_account uuid, p_request_id text, p_file_name text, p_file_hash text, p_rows jsonb, p_rejected jsonb, p_dry_run boolean
) returns jsonb language plpgsql security definer set search_path = '' as $$
begin
  if p_dry_run then
    return rex.tell_refused(rex.import_in_vain(p_account, p_request_id, p_file_name, p_file_hash, p_rows, p_rejected));
  end if;
  return rex.tell_refused(rex.import_once(p_account, p_request_id, p_file_name, p_file_hash, p_rows, p_rejected, false));
end $$;

create function public.rex_import_leads(
  p_account uuid default null, p_request_id text default null, p_file_name text default null, p_file_hash text default null,
  p_rows jsonb default null, p_rejected jsonb default '[]', p_dry_run boolean default false
) returns jsonb language sql set search_path = '' as $$
  select rex.import_leads(p_account, p_request_id, p_file_name, p_file_hash, p_rows, p_rejected, p_dry_run)
$$;
grant execute on function rex.import_leads, public.rex_import_leads to authenticated;
