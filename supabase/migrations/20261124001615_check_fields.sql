-- Settings are refused with the field and what it should be, before any of them is stored.

create function rex.refuse_field(p_code text, p_field text, p_expected text) returns void language sql set search_path = '' as $$
  select rex.refuse(422, p_code, format('%s: %s.', p_field, p_expected), format('Mend %s and send the request again; nothing was saved.', p_field))
$$;

create function rex.is_whole(p_value jsonb, p_least bigint, p_most bigint) returns boolean language sql immutable set search_path = '' as $$
  select coalesce(jsonb_typeof(p_value) = 'number' and p_value #>> '{}' ~ '^-?[0-9]{1,9}$' and (p_value #>> '{}')::bigint between p_least and p_most, false)
$$;

create function rex.is_days(p_value jsonb) returns boolean language sql immutable set search_path = '' as $$
  select case when jsonb_typeof(p_value) = 'array' then jsonb_array_length(p_value) between 1 and 7 and not exists (
    select from jsonb_array_elements(p_value) as day where not rex.is_whole(day, 1, 7))
    and (select count(distinct day) = count(*) from jsonb_array_elements(p_value) as day) else false end
$$;

create function rex.is_line(p_text text) returns boolean language sql immutable set search_path = '' as $$
  select p_text !~ '[[:cntrl:]\u0085\u2028\u2029]'
$$;
comment on function rex.is_line is 'One line: a line break in a name would become a header of its messages.';

-- A rule: {"kind": "line" | "text" | "whole" | "flag" | "time" | "days" | "own", "least", "most", "pattern", "of", "optional", "expected"}; "own" is checked elsewhere.
create function rex.fits(p_value jsonb, p_rule jsonb) returns boolean language sql immutable set search_path = '' as $$
  select case
    when jsonb_typeof(p_value) = 'null' then coalesce((p_rule ->> 'optional')::boolean, false)
    when p_rule ->> 'kind' in ('line', 'text') then jsonb_typeof(p_value) = 'string'
      and length(btrim(p_value #>> '{}', E' \t\r\n')) >= coalesce((p_rule ->> 'least')::int, 1)
      and length(p_value #>> '{}') <= (p_rule ->> 'most')::int
      and (p_rule ->> 'kind' = 'text' or rex.is_line(p_value #>> '{}'))
      and (p_rule ->> 'pattern' is null or p_value #>> '{}' ~ (p_rule ->> 'pattern'))
      and (p_rule -> 'of' is null or p_rule -> 'of' @> p_value)
    when p_rule ->> 'kind' = 'whole' then rex.is_whole(p_value, (p_rule ->> 'least')::bigint, (p_rule ->> 'most')::bigint)
    when p_rule ->> 'kind' = 'flag' then jsonb_typeof(p_value) = 'boolean'
    when p_rule ->> 'kind' = 'time' then jsonb_typeof(p_value) = 'string'
      and p_value #>> '{}' ~ '^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?)$'
    when p_rule ->> 'kind' = 'days' then rex.is_days(p_value)
    else p_rule ->> 'kind' = 'own' end
$$;

create function rex.check_fields(p_given jsonb, p_rules jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_field text;
begin
  if coalesce(jsonb_typeof(p_given), '') <> 'object' then
    perform rex.refuse(422, 'fields_invalid', 'The fields are no object.', 'Send the fields by their names.');
  end if;
  v_field := (select min(key) from jsonb_object_keys(p_given) as key where not p_rules ? key);
  if v_field is not null then
    perform rex.refuse(422, 'field_unknown', format('There is no field %s here.', left(v_field, 50)),
      'Fields are: ' || (select string_agg(key, ', ' order by key) from jsonb_object_keys(p_rules) as key) || '.');
  end if;
  v_field := (select min(key) from jsonb_each(p_given) where not coalesce(rex.fits(value, p_rules -> key), false));
  if v_field is not null then
    perform rex.refuse_field('field_invalid', v_field, p_rules -> v_field ->> 'expected');
  end if;
end $$;
comment on function rex.check_fields is 'Refuses with 422 a field without a rule, or one that does not fit its rule.';

create function rex.check_given(p_given jsonb, p_names text[]) returns void language plpgsql set search_path = '' as $$
begin
  perform rex.refuse_field('field_missing', name, 'is missing') from unnest(p_names) with ordinality as n (name, nth)
  where coalesce(jsonb_typeof(p_given -> name), 'null') = 'null' order by nth limit 1;
end $$;

create function rex.check_window(p_start time, p_end time) returns void language plpgsql set search_path = '' as $$
begin
  if (p_start is null) <> (p_end is null) or p_start >= p_end then
    perform rex.refuse_field('field_invalid', 'window_end', 'a window has a start and a later end, as 09:00 and 17:00');
  end if;
end $$;

create function rex.changed_fields(p_before jsonb, p_after jsonb, p_given jsonb) returns jsonb language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(key order by key), '[]') from jsonb_object_keys(p_given) as key where p_before -> key is distinct from p_after -> key
$$;
comment on function rex.changed_fields is 'The names of the given fields that changed; names go on record, values do not.';

-- What is on record and announced about a change of settings: which fields, never what they hold.
create function rex.record_settings(p_account uuid, p_entity text, p_id uuid, p_action text, p_type text, p_data jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, actor, entity, entity_id, action, data) values (p_account, auth.uid(), p_entity, p_id, p_action, p_data);
  perform rex.publish(array[row(p_account, p_type, null, p_data || jsonb_build_object(p_entity || '_id', p_id))::rex.announcement], p_action);
end $$;
