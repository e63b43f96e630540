-- An undo takes back what an import did, as far as nobody was written to and nothing was changed since; a suppression stays.
-- A lead goes when every import that names it is undone: it is deleted, or removed when a mission knows it. One that was written to stays.

create type rex.undone as (deleted uuid[], removed uuid[], restored uuid[], addresses uuid[], kept int);
comment on type rex.undone is 'Leads to delete, to remove and to restore, addresses to delete, and how many leads stay as they are.';

create function rex.standing(p_import public.rex_imports) returns table (lead_id uuid, goes boolean, named_later boolean)
language sql stable rows 10000 set search_path = '' as $$
  select r.lead_id, bool_or(r.change = 'added') and not bool_or(i.id <> p_import.id and i.undone_at is null),
    bool_or(i.undone_at is null and i.created_at > p_import.created_at)
  from (select mine.lead_id from public.rex_import_rows mine where mine.import_id = p_import.id and mine.lead_id is not null offset 0) as own
  join public.rex_import_rows r on r.lead_id = own.lead_id join public.rex_imports i on i.id = r.import_id
  group by r.lead_id
$$;
comment on function rex.standing is
  'Of each lead the import names: whether imports brought it and no other that still stands names it, and whether a later one does.';

create function rex.restorable(p_lead public.rex_leads, p_row public.rex_import_rows) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(p_row.before - 'removed_at')
  where to_jsonb(p_lead) -> key = p_row.after -> key and not (key = 'external_id' and exists (
    select from public.rex_leads o where o.user_id = p_lead.user_id and o.external_id = value #>> '{}' and o.id <> p_lead.id))
$$;
comment on function rex.restorable is 'The fields that still are as the import left them; an external id that another lead has by now is not given back.';

create function rex.added_addresses(p_import public.rex_imports) returns table (lead_id uuid, id uuid)
language sql stable rows 1000 set search_path = '' as $$
  select a.lead_id, a.id
  from rex.standing(p_import) as s join public.rex_import_rows r on r.import_id = p_import.id and r.lead_id = s.lead_id
  cross join lateral jsonb_array_elements(r.after -> 'addresses') as added
  join public.rex_lead_addresses a on a.user_id = p_import.user_id and a.channel = (added ->> 'channel')::public.channel
    and a.address = added ->> 'address' and a.lead_id = r.lead_id
  where not s.goes and not s.named_later
$$;
comment on function rex.added_addresses is 'Addresses the import gave to leads that stay; one that a later import names keeps them.';

create function rex.plan_undo(p_import public.rex_imports) returns rex.undone language sql stable set search_path = '' as $$
  with address as materialized (
    select * from rex.added_addresses(p_import)
  ), named as materialized (
    select r.lead_id, r.change, s.goes, r.before - 'removed_at' as before, r.after ? 'addresses' as addressed,
      exists (select from public.rex_mission_leads m where m.lead_id = r.lead_id) as in_mission,
      exists (select from public.rex_outreach o where o.lead_id = r.lead_id and o.state in ('sending', 'sent', 'unknown')) as written_to,
      case when r.change = 'updated' and not s.goes then rex.restorable(l, r) end as fields,
      r.lead_id in (select lead_id from address) as loses_address
    from rex.standing(p_import) as s join public.rex_import_rows r on r.import_id = p_import.id and r.lead_id = s.lead_id
    join public.rex_leads l on l.id = r.lead_id
  )
  select row(
    array(select lead_id from named where goes and not in_mission order by lead_id),
    array(select lead_id from named where goes and in_mission and not written_to order by lead_id),
    array(select lead_id from named where not goes and change = 'updated' and (fields <> '{}' or loses_address) order by lead_id),
    array(select id from address order by id),
    (select count(*)::int from named where case when goes then written_to
      else change = 'added' or (change = 'updated' and (fields <> before or addressed <> loses_address)) end))::rex.undone
$$;

create function rex.undo_changes(p_import public.rex_imports, p_lead_ids uuid[]) returns void language sql set search_path = '' as $$
  select rex.change_leads(array(
    select row(l.id, rex.restorable(l, r))::rex.lead_change
    from public.rex_import_rows r join public.rex_leads l on l.id = r.lead_id where r.import_id = p_import.id and r.lead_id = any (p_lead_ids)))
$$;

create function rex.settle_removed(p_lead_ids uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_mission_leads ml set outcome = 'cancelled', reason = 'removed'
  where ml.lead_id = any (p_lead_ids) and ml.outcome in ('pending', 'held', 'scheduled') and not exists (
    select from public.rex_outreach o where o.mission_id = ml.mission_id and o.lead_id = ml.lead_id and o.state = 'sending')
$$;
comment on function rex.settle_removed is 'One in flight is settled by the answer to its hand-over.';

create function rex.cancel_for_undo(p_undone rex.undone) returns int language plpgsql set search_path = '' as $$
declare
  v_cancelled int;
begin
  perform from public.rex_mission_leads where lead_id = any (p_undone.removed || p_undone.restored) order by mission_id, lead_id for no key update;
  v_cancelled := rex.cancel_outreach(array(
    select id from public.rex_outreach where lead_id = any (p_undone.removed) and rex.is_unsent(state)
    union
    select id from public.rex_outreach where address_id = any (p_undone.addresses) and rex.is_unsent(state)), 'removed');
  perform rex.settle_removed(p_undone.removed);
  return v_cancelled;
end $$;

create function rex.apply_undo(p_import public.rex_imports, p_undone rex.undone, p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
  update public.rex_leads set removed_at = p_now where id = any (p_undone.removed) and removed_at is null;
  delete from public.rex_lead_addresses where id = any (p_undone.addresses);
  delete from public.rex_leads where id = any (p_undone.deleted);
  perform rex.undo_changes(p_import, p_undone.restored);
  update public.rex_imports set undone_at = p_now where id = p_import.id;
end $$;

-- Whoever makes something depend on a lead holds it first, so a lead may be locked as for its deletion at once.
create function rex.lock_import(p_account uuid, p_import_id uuid) returns public.rex_imports language plpgsql set search_path = '' as $$
declare
  v_import public.rex_imports;
begin
  perform rex.lock_imports(p_account);
  select * into v_import from public.rex_imports where id = p_import_id and user_id = p_account;
  if not found then
    perform rex.refuse(404, 'import_unknown', 'This account has no such import.', 'List the imports.');
  elsif v_import.undone_at is not null then
    perform rex.refuse(409, 'import_undone', 'This import was undone before.', 'Nothing is left to undo; import the file again to have its leads back.');
  end if;
  perform from public.rex_accounts where user_id = p_account for share;
  perform from public.rex_leads where id in (select lead_id from public.rex_import_rows where import_id = p_import_id) order by id for update;
  return v_import;
end $$;

create function rex.record_undo(p_import public.rex_imports, p_counts jsonb) returns void language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, actor, entity, entity_id, action, data)
  values (p_import.user_id, auth.uid(), 'import', p_import.id, 'undo_import', p_counts);
  perform rex.publish(array[row(p_import.user_id, 'system.import_undone', null,
    p_counts || jsonb_build_object('import_id', p_import.id))::rex.announcement], 'undo_import');
end $$;

create function rex.undo_import(p_account uuid, p_request_id text, p_import_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('undo_import', p_request_id, jsonb_build_array(p_account, p_import_id));
  v_import public.rex_imports;
  u rex.undone;
  v_counts jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_import := rex.lock_import(rex.require_role(p_account, 'owner', 'operator'), p_import_id);
  u := rex.plan_undo(v_import);
  v_counts := jsonb_build_object('deleted', cardinality(u.deleted), 'removed', cardinality(u.removed), 'restored', cardinality(u.restored),
    'kept', u.kept, 'cancelled', rex.cancel_for_undo(u));
  perform rex.apply_undo(v_import, u, rex.now());
  perform rex.record_undo(v_import, v_counts);
  return rex.end_request('undo_import', p_request_id, v_counts || jsonb_build_object('import_id', v_import.id));
end $$;

create function public.rex_undo_import(p_account uuid default null, p_request_id text default null, p_import_id uuid default null)
returns jsonb language sql set search_path = '' as $$
  select rex.undo_import(p_account, p_request_id, p_import_id)
$$;
grant execute on function rex.undo_import, public.rex_undo_import to authenticated;
