-- Invariant 10, and whatever is written has a version: changed steps count template_version up, which every message keeps.

create function rex.campaign_rules() returns jsonb language sql immutable set search_path = '' as $$
  select '{
    "name": {"kind": "line", "most": 200, "expected": "one line of 1 to 200 characters"},
    "offer": {"kind": "text", "most": 2000, "optional": true, "expected": "a text of 1 to 2000 characters, or null"},
    "sender_name": {"kind": "line", "most": 100, "optional": true, "expected": "one line of 1 to 100 characters, or null"},
    "reply_to": {"kind": "line", "most": 320, "optional": true, "pattern": "^[^@\\s<>\"(),;:\\\\\\[\\]]+@[A-Za-z0-9.-]+\\.[A-Za-z0-9-]+$",
      "expected": "an e-mail address, its domain in ASCII, or null"},
    "call_to_action": {"kind": "text", "most": 500, "optional": true, "expected": "a text of 1 to 500 characters, or null"},
    "link": {"kind": "line", "most": 2000, "optional": true, "pattern": "^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][^\\s<>\"]*)?$",
      "expected": "a link that begins with https://, or null"},
    "steps": {"kind": "own", "expected": "a list of 1 to 5 steps"},
    "window_start": {"kind": "time", "optional": true, "expected": "a time of day as 09:00, or null for the account''s"},
    "window_end": {"kind": "time", "optional": true, "expected": "a time of day as 17:00, 24:00, or null for the account''s"},
    "window_days": {"kind": "days", "optional": true, "expected": "a list of different days from 1 (Monday) to 7 (Sunday), or null for the account''s"},
    "collecting_seconds": {"kind": "whole", "least": 1, "most": 2592000, "expected": "a whole number from 1 to 2592000 (30 days)"},
    "expire_days": {"kind": "whole", "least": 1, "most": 90, "expected": "a whole number from 1 to 90"},
    "review": {"kind": "line", "most": 20, "of": ["none", "samples", "all"], "expected": "none, samples or all"}
  }'::jsonb
$$;

create function rex.angles() returns text[] language sql immutable set search_path = '' as $$
  select '{returning_customer,decision_maker,long_dormant,recent,default}'::text[]
$$;
comment on function rex.angles is 'The angles of `domain/tasks.py`, for each of which a step may have a template.';

create function rex.template_fault(p_template jsonb) returns text language sql immutable set search_path = '' as $$
  select case
    when jsonb_typeof(p_template) <> 'object' or p_template - '{subject,text,html}'::text[] <> '{}' then 'is no object of subject, text and html'
    when not coalesce(rex.fits(p_template -> 'subject', '{"kind": "line", "most": 500}'), false) then 'subject is no line of 1 to 500 characters'
    when not coalesce(rex.fits(p_template -> 'text', '{"kind": "text", "most": 50000}'), false) then 'text is no text of 1 to 50000 characters'
    when not coalesce(rex.fits(p_template -> 'html', '{"kind": "text", "most": 100000, "optional": true}'), true)
      then 'html is no text of 1 to 100000 characters, nor null' end
$$;

create function rex.step_fault(p_step jsonb) returns text language sql immutable set search_path = '' as $$
  select case
    when jsonb_typeof(p_step) <> 'object' or p_step - '{delay_hours,templates}'::text[] <> '{}' then 'is no object of delay_hours and templates'
    when p_step ? 'delay_hours' and not rex.is_whole(p_step -> 'delay_hours', 0, 2160) then 'delay_hours is no whole number from 0 to 2160'
    when coalesce(jsonb_typeof(p_step -> 'templates'), '') <> 'object' then 'has no templates'
    when not (p_step -> 'templates') ? 'default' then 'has no template "default"'
    when (p_step -> 'templates') - rex.angles() <> '{}' then 'has a template for an angle that is not known'
    else (
      select format('template "%s" %s', angle, rex.template_fault(template)) from jsonb_each(p_step -> 'templates') as t (angle, template)
      where rex.template_fault(template) is not null order by angle limit 1) end
$$;

create function rex.check_steps(p_steps jsonb) returns void language plpgsql set search_path = '' as $$
declare
  v_fault text;
begin
  if jsonb_typeof(p_steps) <> 'array' then
    perform rex.refuse_field('field_invalid', 'steps', 'a list of 1 to 5 steps');
  elsif jsonb_array_length(p_steps) not between 1 and 5 or length(p_steps::text) > 1000000 then
    perform rex.refuse_field('field_invalid', 'steps', 'a list of 1 to 5 steps, together at most 1,000,000 characters');
  end if;
  select format('step %s %s', n, rex.step_fault(step)) into v_fault from jsonb_array_elements(p_steps) with ordinality as s (step, n)
  where rex.step_fault(step) is not null order by n limit 1;
  if v_fault is not null then
    perform rex.refuse_field('field_invalid', 'steps', v_fault);
  end if;
end $$;

create function rex.check_campaign(p_given jsonb) returns void language plpgsql set search_path = '' as $$
begin
  perform rex.check_fields(p_given, rex.campaign_rules());
  if p_given ? 'steps' then
    perform rex.check_steps(p_given -> 'steps');
  end if;
end $$;

create function rex.save_campaign(p_new public.rex_campaigns) returns void language plpgsql set search_path = '' as $$
begin
  update public.rex_campaigns set
    name = p_new.name, offer = p_new.offer, sender_name = p_new.sender_name, reply_to = p_new.reply_to, call_to_action = p_new.call_to_action,
    link = p_new.link, steps = p_new.steps, template_version = p_new.template_version, window_start = p_new.window_start,
    window_end = p_new.window_end, window_days = p_new.window_days, collecting_seconds = p_new.collecting_seconds,
    expire_days = p_new.expire_days, review = p_new.review
  where id = p_new.id;
exception when unique_violation then
  perform rex.refuse(409, 'campaign_exists', 'This account has a campaign of that name.', 'Choose another name.');
end $$;

create function rex.insert_campaign(p_account uuid, p_name text) returns public.rex_campaigns language plpgsql set search_path = '' as $$
declare
  v_campaign public.rex_campaigns;
begin
  insert into public.rex_campaigns (user_id, name) values (p_account, p_name) returning * into v_campaign;
  return v_campaign;
exception when unique_violation then
  perform rex.refuse(409, 'campaign_exists', 'This account has a campaign of that name.', 'Choose another name, or change that campaign.');
end $$;

create function rex.create_campaign(p_account uuid, p_request_id text, p_fields jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('create_campaign', p_request_id, jsonb_build_array(p_account, p_fields));
  v_account uuid;
  v_campaign public.rex_campaigns;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_campaign(p_fields);
  perform rex.check_given(p_fields, '{name}');
  perform from public.rex_accounts where user_id = v_account for share;
  v_campaign := jsonb_populate_record(rex.insert_campaign(v_account, p_fields ->> 'name'), p_fields);
  perform rex.check_window(v_campaign.window_start, v_campaign.window_end);
  perform rex.save_campaign(v_campaign);
  perform rex.record_settings(v_account, 'campaign', v_campaign.id, 'create_campaign', 'system.campaign_created',
    jsonb_build_object('template_version', v_campaign.template_version));
  return rex.end_request('create_campaign', p_request_id,
    jsonb_build_object('campaign_id', v_campaign.id, 'template_version', v_campaign.template_version));
end $$;

create function rex.change_campaign(p_account uuid, p_campaign_id uuid, p_changes jsonb) returns public.rex_campaigns
language plpgsql set search_path = '' as $$
declare
  v_old public.rex_campaigns;
  v_new public.rex_campaigns;
  v_fields jsonb;
begin
  select * into v_old from public.rex_campaigns where id = p_campaign_id and user_id = p_account for no key update;
  if not found then
    perform rex.refuse(404, 'campaign_unknown', 'This account has no such campaign.', 'List the campaigns.');
  end if;
  v_new := jsonb_populate_record(v_old, p_changes);
  perform rex.check_window(v_new.window_start, v_new.window_end);
  v_fields := rex.changed_fields(to_jsonb(v_old), to_jsonb(v_new), p_changes);
  v_new.template_version := v_old.template_version + (v_fields ? 'steps')::int;
  if v_fields <> '[]' then
    perform rex.save_campaign(v_new);
    perform rex.record_settings(p_account, 'campaign', v_new.id, 'update_campaign', 'system.campaign_updated',
      jsonb_build_object('fields', v_fields, 'template_version', v_new.template_version));
  end if;
  return v_new;
end $$;

create function rex.update_campaign(p_account uuid, p_request_id text, p_campaign_id uuid, p_changes jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('update_campaign', p_request_id, jsonb_build_array(p_account, p_campaign_id, p_changes));
  v_account uuid;
  v_campaign public.rex_campaigns;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_campaign(p_changes);
  perform from public.rex_accounts where user_id = v_account for share;
  v_campaign := rex.change_campaign(v_account, p_campaign_id, p_changes);
  return rex.end_request('update_campaign', p_request_id,
    jsonb_build_object('campaign_id', v_campaign.id, 'template_version', v_campaign.template_version));
end $$;

create function public.rex_create_campaign(p_account uuid default null, p_request_id text default null, p_fields jsonb default null)
returns jsonb language sql set search_path = '' as $$
  select rex.create_campaign(p_account, p_request_id, p_fields)
$$;
create function public.rex_update_campaign(
  p_account uuid default null, p_request_id text default null, p_campaign_id uuid default null, p_changes jsonb default null
) returns jsonb language sql set search_path = '' as $$
  select rex.update_campaign(p_account, p_request_id, p_campaign_id, p_changes)
$$;
grant execute on function rex.create_campaign, rex.update_campaign, public.rex_create_campaign, public.rex_update_campaign to authenticated;
