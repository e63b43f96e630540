-- The audience: leads of the caller's account that are not removed, locked so that an undo of their import waits or is seen.

create function rex.is_uuid(p_text text) returns boolean language sql immutable set search_path = '' as $$
  select coalesce(p_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false)
$$;

create function rex.refuse_audience(p_message text) returns void language sql set search_path = '' as $$
  select rex.refuse(422, 'audience_invalid', p_message,
    'Send one of {"import_id": id}, {"lead_ids": [id, ...]} or {"filter": {"country", "dormant_days", "import_id", "min_score"}}.')
$$;

create function rex.check_filter(p_filter jsonb) returns void language plpgsql set search_path = '' as $$
begin
  if coalesce(jsonb_typeof(p_filter), '') <> 'object' or p_filter = '{}' then
    perform rex.refuse_audience('A filter needs at least one field.');
  elsif p_filter - '{country,dormant_days,import_id,min_score}'::text[] <> '{}' then
    perform rex.refuse_audience('The filter has a field that is not known.');
  elsif p_filter ? 'country' and not coalesce(p_filter ->> 'country' ~ '^[A-Z]{2}$', false) then
    perform rex.refuse_audience('country is a code of two capital letters.');
  elsif p_filter ? 'dormant_days' and not coalesce(p_filter ->> 'dormant_days' ~ '^[0-9]{1,5}$', false) then
    perform rex.refuse_audience('dormant_days is a whole number from 0 to 99999.');
  elsif p_filter ? 'import_id' and not rex.is_uuid(p_filter ->> 'import_id') then
    perform rex.refuse_audience('import_id is no id.');
  elsif p_filter ? 'min_score' and not coalesce(p_filter ->> 'min_score' ~ '^(0(\.[0-9]+)?|1(\.0+)?)$', false) then
    perform rex.refuse_audience('min_score is a number from 0 to 1.');
  end if;
end $$;

create function rex.check_audience(p_audience jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_kind text := case when jsonb_typeof(p_audience) = 'object' then (
    select min(key) from jsonb_object_keys(p_audience) as key having count(*) = 1) end;
  v_ids jsonb := p_audience -> 'lead_ids';
begin
  if v_kind = 'filter' then
    perform rex.check_filter(p_audience -> 'filter');
  elsif v_kind = 'import_id' then
    perform rex.check_filter(p_audience);
  elsif v_kind is distinct from 'lead_ids' or jsonb_typeof(v_ids) <> 'array' then
    perform rex.refuse_audience('An audience is exactly one of import_id, lead_ids and filter.');
  elsif jsonb_array_length(v_ids) > 10000 then
    perform rex.refuse(422, 'audience_too_large', 'A mission takes at most 10,000 leads.', 'Split the leads into several missions.');
  elsif exists (select from jsonb_array_elements(v_ids) as id where not rex.is_uuid(id #>> '{}')) then
    perform rex.refuse_audience('lead_ids holds something that is no id.');
  end if;
end $$;

create function rex.check_import(p_account uuid, p_import_id uuid) returns void language plpgsql set search_path = '' as $$
declare
  v_import public.rex_imports;
begin
  select * into v_import from public.rex_imports where id = p_import_id and user_id = p_account;
  if not found then
    perform rex.refuse(404, 'import_unknown', 'This account has no such import.', 'List the imports, or import the file first.');
  elsif v_import.undone_at is not null then
    perform rex.refuse(422, 'import_undone', 'This import was undone.', 'Import the file again.');
  end if;
end $$;

-- A file also speaks of leads that were known before it; a lead whose last contact is unknown is not known to be dormant.
create function rex.filtered_leads(p_account uuid, p_filter jsonb) returns uuid[] language sql stable set search_path = '' as $$
  select array_agg(id order by id) from (
    select l.id from public.rex_leads l
    where l.user_id = p_account and l.removed_at is null
      and (p_filter ->> 'country' is null or l.country = p_filter ->> 'country')
      and (p_filter ->> 'dormant_days' is null or l.last_contact_at <= rex.now()::date - (p_filter ->> 'dormant_days')::int)
      and (p_filter ->> 'min_score' is null or l.score >= (p_filter ->> 'min_score')::real)
      and (p_filter ->> 'import_id' is null or l.import_id = (p_filter ->> 'import_id')::uuid or l.id in (
        select r.lead_id from public.rex_import_rows r where r.import_id = (p_filter ->> 'import_id')::uuid))
    order by l.id limit 10001) as found
$$;

create function rex.named_leads(p_ids jsonb) returns uuid[] language sql stable set search_path = '' as $$
  select array_agg(distinct id::uuid) from jsonb_array_elements_text(p_ids) as id
$$;

create function rex.find_audience(p_account uuid, p_audience jsonb) returns uuid[] language plpgsql stable set search_path = '' as $$
declare
  v_filter jsonb;
begin
  perform rex.check_audience(p_audience);
  v_filter := case when p_audience ? 'filter' then p_audience -> 'filter' else p_audience - 'lead_ids' end;
  if v_filter ? 'import_id' then
    perform rex.check_import(p_account, (v_filter ->> 'import_id')::uuid);
  end if;
  return case when p_audience ? 'lead_ids' then rex.named_leads(p_audience -> 'lead_ids') else rex.filtered_leads(p_account, v_filter) end;
end $$;
comment on function rex.find_audience is 'The ids that are meant, whoever''s they are and whether removed or not.';

create function rex.lock_audience(p_account uuid, p_audience jsonb) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_leads uuid[] := rex.find_audience(p_account, p_audience);
begin
  perform from public.rex_leads where id = any (v_leads) and user_id = p_account order by id for share;
  if p_audience ? 'lead_ids' then
    perform rex.refuse_foreign_leads(p_account, v_leads);
  end if;
  v_leads := (select array_agg(id order by id) from public.rex_leads
    where id = any (v_leads) and user_id = p_account and removed_at is null);
  perform rex.check_audience_size(coalesce(cardinality(v_leads), 0));
  return v_leads;
end $$;
comment on function rex.lock_audience is 'The ids of the audience in key order, locked FOR SHARE; refuses unknown ids, none, and more than 10,000.';

create function rex.refuse_foreign_leads(p_account uuid, p_ids uuid[]) returns void language plpgsql set search_path = '' as $$
declare
  v_unknown bigint := cardinality(p_ids) - (select count(*) from public.rex_leads where id = any (p_ids) and user_id = p_account);
begin
  if v_unknown > 0 then
    perform rex.refuse(404, 'lead_unknown', format('%s of the leads are not in this account.', v_unknown), 'List the leads, and send only their ids.');
  end if;
end $$;

create function rex.check_audience_size(p_leads int) returns void language plpgsql set search_path = '' as $$
begin
  if p_leads = 0 then
    perform rex.refuse(422, 'audience_empty', 'Nobody is in this audience.', 'Widen the filter, or import leads first.');
  elsif p_leads > 10000 then
    perform rex.refuse(422, 'audience_too_large', 'A mission takes at most 10,000 leads.', 'Narrow the filter, or make several missions.');
  end if;
end $$;
