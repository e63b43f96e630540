-- Invariants 1, 6 and 8: many missions are cancelled or retried all together or not at all, and never more than the person expects.

create function rex.check_selection(p_selection jsonb, p_expected int, p_what text, p_fields text[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_filter jsonb := p_selection -> 'filter';
begin
  if jsonb_typeof(p_selection) is distinct from 'object' or (p_selection ? 'ids') = (p_selection ? 'filter')
    or p_selection - '{ids,filter}'::text[] <> '{}' then
    perform rex.refuse(422, 'selection_invalid', format('The %s are chosen by their ids or by a filter.', p_what), 'Send {"ids": [...]} or {"filter": {...}}.');
  elsif p_selection ? 'ids' and (jsonb_typeof(p_selection -> 'ids') <> 'array' or jsonb_array_length(p_selection -> 'ids') not between 1 and 1000) then
    perform rex.refuse(422, 'ids_invalid', format('A request names 1 to 1,000 %s.', p_what), 'Send fewer ids at once.');
  elsif p_selection ? 'filter' and (jsonb_typeof(v_filter) <> 'object' or jsonb_strip_nulls(v_filter) = '{}') then
    perform rex.refuse(422, 'filter_empty', format('An empty filter would mean all %s.', p_what),
      format('Name at least one of %s.', array_to_string(p_fields, ', ')));
  elsif p_selection ? 'filter' and v_filter - p_fields <> '{}' then
    perform rex.refuse(422, 'filter_unknown', 'The filter has a field that is not known.', format('Use %s.', array_to_string(p_fields, ', ')));
  elsif jsonb_typeof(v_filter -> 'states') not in ('array', 'null') then
    perform rex.refuse(422, 'filter_invalid', 'The states of a filter are a list.', 'Send them as ["FAILED"], or leave them out.');
  elsif p_expected is null then
    perform rex.refuse(422, 'expected_count_missing', format('How many %s are meant?', p_what), 'Send the number you were shown as expected_count.');
  end if;
end $$;

create function rex.may_cancel(p_mission public.rex_missions) returns boolean language sql immutable set search_path = '' as $$
  select p_mission.state <> 'COMPLETED' and p_mission.error_code is distinct from 'cancelled'
$$;

create function rex.may_retry(p_mission public.rex_missions) returns boolean language sql immutable set search_path = '' as $$
  select p_mission.state in ('FAILED', 'ESCALATED') and p_mission.error_code <> 'cancelled'
$$;

create function rex.is_meant(p_mission public.rex_missions, p_command text, p_filter jsonb) returns boolean language sql stable set search_path = '' as $$
  select case p_command when 'cancel_missions' then rex.may_cancel(p_mission) else rex.may_retry(p_mission) end and (p_filter is null or (
    (jsonb_typeof(p_filter -> 'states') is distinct from 'array' or p_filter -> 'states' ? p_mission.state::text)
    and (p_filter ->> 'campaign_id' is null or p_mission.campaign_id = (p_filter ->> 'campaign_id')::uuid)
    and (p_filter ->> 'type' is null or p_mission.type::text = p_filter ->> 'type')
    and (p_filter ->> 'error_code' is null or p_mission.error_code = p_filter ->> 'error_code')))
$$;
comment on function rex.is_meant is 'Whether the command would change this mission and the filter, null for ids, takes it.';

create function rex.named_missions(p_account uuid, p_ids jsonb) returns uuid[] language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[] := array(select distinct id::uuid from jsonb_array_elements_text(p_ids) as id);
begin
  if (select count(*) from public.rex_missions where user_id = p_account and id = any (v_ids)) <> cardinality(v_ids) then
    perform rex.refuse(404, 'mission_unknown', 'This account has not all of these missions.', 'List the missions.');
  end if;
  return v_ids;
end $$;

-- States and campaign are compared here too, so that an account's ended missions cost no call each.
create function rex.find_meant(p_account uuid, p_command text, p_selection jsonb) returns uuid[] language plpgsql stable set search_path = '' as $$
declare
  v_filter jsonb := p_selection -> 'filter';
  v_campaign uuid := (v_filter ->> 'campaign_id')::uuid;
begin
  if p_selection ? 'ids' then
    return array(
      select m.id from public.rex_missions m
      where m.id = any (rex.named_missions(p_account, p_selection -> 'ids')) and rex.is_meant(m, p_command, null));
  end if;
  return array(
    select m.id from public.rex_missions m
    where m.user_id = p_account and m.state <> 'COMPLETED' and (p_command = 'cancel_missions' or m.state in ('FAILED', 'ESCALATED'))
      and (v_campaign is null or m.campaign_id = v_campaign) and rex.is_meant(m, p_command, v_filter) limit 1001);
end $$;

-- All locks of one kind for all missions before those of the next kind.
create function rex.lock_many(p_account uuid, p_mission_ids uuid[], p_cancel boolean) returns void language plpgsql set search_path = '' as $$
declare
  v_campaigns uuid[] := array(select distinct campaign_id from public.rex_missions where id = any (p_mission_ids));
begin
  perform from public.rex_accounts where user_id = p_account for share;
  perform from public.rex_crews where user_id = p_account order by crew for no key update;
  if p_cancel then
    perform from public.rex_campaigns where id = any (v_campaigns) order by id for no key update;
  else
    perform from public.rex_campaigns where id = any (v_campaigns) order by id for share;
  end if;
  perform from public.rex_missions where id = any (p_mission_ids) order by id for no key update;
  if p_cancel then
    perform from public.rex_domain_pool where campaign_id = any (v_campaigns)
      or id = any (array(select domain_id from public.rex_missions where id = any (p_mission_ids))) order by id for no key update;
  end if;
  perform from public.rex_tasks where mission_id = any (p_mission_ids) order by id for no key update;
  perform from public.rex_mission_leads where mission_id = any (p_mission_ids) order by mission_id, lead_id for no key update;
  perform from public.rex_outreach where mission_id = any (p_mission_ids) order by id for no key update;
end $$;

create function rex.check_count(p_found int, p_leads bigint, p_expected int) returns void language plpgsql set search_path = '' as $$
begin
  if p_found > 1000 or (p_leads > 20000 and p_found > 1) then
    perform rex.refuse(422, 'too_many', 'At most 1,000 missions with 20,000 leads together go at once, and more are meant. Nothing was changed.',
      'Narrow the filter, or send ids in several requests.');
  elsif p_found <> p_expected then
    perform rex.refuse(409, 'count_differs', format('This means %s missions and %s were expected. Nothing was changed.', p_found, p_expected),
      format('Look at them again, and send %s as expected_count if these are meant.', p_found));
  end if;
end $$;

create function rex.lock_meant(p_account uuid, p_command text, p_selection jsonb, p_expected int) returns uuid[]
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[];
begin
  perform rex.check_selection(p_selection, p_expected, 'missions', '{states,campaign_id,type,error_code}');
  v_ids := rex.find_meant(p_account, p_command, p_selection);
  perform rex.check_count(cardinality(v_ids), (select sum(leads) from public.rex_missions where id = any (v_ids)), p_expected);
  perform rex.lock_many(p_account, v_ids, p_command = 'cancel_missions');
  v_ids := array(
    select m.id from public.rex_missions m where m.id = any (v_ids) and rex.is_meant(m, p_command, p_selection -> 'filter') order by m.id);
  perform rex.check_count(cardinality(v_ids), 0, p_expected);
  return v_ids;
end $$;
comment on function rex.lock_meant is 'Locks the missions that are meant and returns them in order; refuses when there are more or fewer than expected.';

create function rex.change_many(p_command text, p_account uuid, p_request_id text, p_selection jsonb, p_expected int) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request(p_command, p_request_id, jsonb_build_array(p_account, p_selection, p_expected));
  v_ids uuid[];
  v_said rex.announcement[] := '{}';
  v_mission public.rex_missions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_ids := rex.lock_meant(rex.require_role(p_account, 'owner', 'operator'), p_command, p_selection, p_expected);
  if p_command = 'cancel_missions' then
    update public.rex_missions set ready = false where id = any (v_ids) and ready; -- Their crews count them once, not one by one.
  end if;
  for v_mission in select * from public.rex_missions where id = any (v_ids) order by id loop
    v_said := v_said || case p_command when 'cancel_missions' then rex.end_cancelled(v_mission) else rex.retry_by_hand(v_mission) end;
  end loop;
  v_answer := jsonb_build_object('missions', cardinality(v_ids), 'mission_ids', to_jsonb(v_ids));
  if p_command = 'cancel_missions' then
    v_answer := v_answer || jsonb_build_object('in_flight', (
      select count(*) from public.rex_outreach where mission_id = any (v_ids) and state = 'sending'));
  end if;
  perform rex.publish(v_said, p_command);
  return rex.end_request(p_command, p_request_id, v_answer);
end $$;

create function rex.cancel_missions(p_account uuid, p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.change_many('cancel_missions', p_account, p_request_id, p_selection, p_expected_count)
$$;
create function rex.retry_missions(p_account uuid, p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.change_many('retry_missions', p_account, p_request_id, p_selection, p_expected_count)
$$;

create function public.rex_cancel_missions(
  p_account uuid default null, p_request_id text default null, p_selection jsonb default null, p_expected_count int default null
) returns jsonb language sql set search_path = '' as $$
  select rex.cancel_missions(p_account, p_request_id, p_selection, p_expected_count)
$$;
create function public.rex_retry_missions(
  p_account uuid default null, p_request_id text default null, p_selection jsonb default null, p_expected_count int default null
) returns jsonb language sql set search_path = '' as $$
  select rex.retry_missions(p_account, p_request_id, p_selection, p_expected_count)
$$;
grant execute on function rex.cancel_missions, public.rex_cancel_missions, rex.retry_missions, public.rex_retry_missions to authenticated;
