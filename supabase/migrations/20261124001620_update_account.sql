-- Invariant 10: an account's settings are its owner's to change, each within its range; a pause is not among them.

create function rex.account_rules() returns jsonb language sql immutable set search_path = '' as $$
  select '{
    "company": {"kind": "line", "most": 200, "optional": true, "expected": "one line of 1 to 200 characters, or null"},
    "postal_address": {"kind": "text", "least": 5, "most": 500, "optional": true, "expected": "a text of 5 to 500 characters, or null"},
    "time_zone": {"kind": "line", "most": 100, "expected": "a time zone by its IANA name, as Europe/Berlin, or UTC"},
    "window_start": {"kind": "time", "expected": "a time of day as 09:00"},
    "window_end": {"kind": "time", "expected": "a time of day as 17:00, or 24:00"},
    "window_days": {"kind": "days", "expected": "a list of different days from 1 (Monday) to 7 (Sunday)"},
    "frequency_cap_messages": {"kind": "whole", "least": 1, "most": 1000, "optional": true, "expected": "a whole number from 1 to 1000, or null for no cap"},
    "frequency_cap_days": {"kind": "whole", "least": 1, "most": 365, "expected": "a whole number from 1 to 365"},
    "send_without_replies": {"kind": "flag", "expected": "true or false"},
    "analytics_hour_days": {"kind": "whole", "least": 7, "most": 90, "expected": "a whole number of days from 7 to 90"},
    "analytics_day_days": {"kind": "whole", "least": 90, "most": 3650, "expected": "a whole number of days from 90 to 3650"},
    "target_success": {"kind": "whole", "least": 1, "most": 100, "expected": "a whole number of percent from 1 to 100"},
    "target_active_seconds": {"kind": "whole", "least": 1, "most": 7200, "expected": "a whole number of seconds from 1 to 7200"},
    "target_reputation": {"kind": "whole", "least": 1, "most": 100, "expected": "a whole number of hundredths from 1 to 100"},
    "target_utilisation": {"kind": "whole", "least": 1, "most": 100, "expected": "a whole number of percent from 1 to 100"},
    "target_replies": {"kind": "whole", "least": 1, "most": 100, "expected": "a whole number of percent from 1 to 100"},
    "target_meetings": {"kind": "whole", "least": 1, "most": 100, "expected": "a whole number of percent from 1 to 100"},
    "daily_report": {"kind": "flag", "expected": "true or false"},
    "daily_report_hour": {"kind": "whole", "least": 0, "most": 23, "expected": "a whole hour of the day from 0 to 23"}
  }'::jsonb
$$;

create function rex.is_time_zone(p_name text) returns boolean language sql stable set search_path = '' as $$
  select p_name = 'UTC' or (p_name ~ '^[A-Z][A-Za-z_]*/[A-Za-z0-9_/+-]+$' and exists (select from pg_catalog.pg_timezone_names where name = p_name))
$$;

create function rex.save_account(p_new public.rex_accounts) returns void language sql set search_path = '' as $$
  update public.rex_accounts set
    company = p_new.company, postal_address = p_new.postal_address, time_zone = p_new.time_zone, window_start = p_new.window_start,
    window_end = p_new.window_end, window_days = p_new.window_days, frequency_cap_messages = p_new.frequency_cap_messages,
    frequency_cap_days = p_new.frequency_cap_days, send_without_replies = p_new.send_without_replies,
    analytics_hour_days = p_new.analytics_hour_days, analytics_day_days = p_new.analytics_day_days,
    target_success = p_new.target_success, target_active_seconds = p_new.target_active_seconds, target_reputation = p_new.target_reputation,
    target_utilisation = p_new.target_utilisation, target_replies = p_new.target_replies, target_meetings = p_new.target_meetings,
    daily_report = p_new.daily_report, daily_report_hour = p_new.daily_report_hour,
    former_zone = p_new.former_zone, former_day = p_new.former_day, zone_since = p_new.zone_since
  where user_id = p_new.user_id
$$;

create function rex.change_account(p_account uuid, p_changes jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_old public.rex_accounts;
  v_new public.rex_accounts;
  v_fields jsonb;
begin
  select * into v_old from public.rex_accounts where user_id = p_account for no key update;
  v_new := rex.move_zone(v_old, jsonb_populate_record(v_old, p_changes), rex.now());
  perform rex.check_window(v_new.window_start, v_new.window_end);
  v_fields := rex.changed_fields(to_jsonb(v_old), to_jsonb(v_new), p_changes);
  if v_fields <> '[]' then
    perform rex.save_account(v_new);
    perform rex.record_settings(p_account, 'account', p_account, 'update_account', 'system.account_updated', jsonb_build_object('fields', v_fields));
  end if;
end $$;

create function rex.update_account(p_account uuid, p_request_id text, p_changes jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('update_account', p_request_id, jsonb_build_array(p_account, p_changes));
  v_account uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner');
  perform rex.check_fields(p_changes, rex.account_rules());
  if p_changes ? 'time_zone' and not rex.is_time_zone(p_changes ->> 'time_zone') then
    perform rex.refuse_field('field_invalid', 'time_zone', rex.account_rules() -> 'time_zone' ->> 'expected');
  end if;
  perform rex.change_account(v_account, p_changes);
  return rex.end_request('update_account', p_request_id, jsonb_build_object('user_id', v_account));
end $$;

create function public.rex_update_account(p_account uuid default null, p_request_id text default null, p_changes jsonb default null)
returns jsonb language sql set search_path = '' as $$
  select rex.update_account(p_account, p_request_id, p_changes)
$$;
grant execute on function rex.update_account, public.rex_update_account to authenticated;
