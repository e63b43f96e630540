-- What an agent is shown, in one read and only under a live lease: ids, facts and consent; no address leaves the database.

create function rex.check_held(p_task public.rex_tasks, p_fence bigint) returns void language plpgsql set search_path = '' as $$
begin
  if p_task.id is null then
    perform rex.refuse(404, 'task_unknown', 'There is no such task.', 'Claim tasks again.');
  elsif p_task.state <> 'RUNNING' or p_task.fence is distinct from p_fence then
    perform rex.refuse(409, 'stale', 'This lease was taken back.', 'Leave the task: it is somebody else''s or has ended.');
  end if;
end $$;

create function rex.served_leads(p_task public.rex_tasks) returns uuid[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(ml.lead_id order by ml.lead_id), '{}') from public.rex_mission_leads ml
  where ml.mission_id = p_task.mission_id and ml.batch = p_task.batch
    and (coalesce(jsonb_typeof(p_task.input -> 'lead_ids'), 'null') <> 'array' or p_task.input -> 'lead_ids' ? ml.lead_id::text)
$$;
comment on function rex.served_leads is 'The leads a task is about: those its input names, or else its whole batch.';

create function rex.addresses_shown(p_lead_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'address_id', a.id, 'channel', a.channel, 'consent_basis', a.consent_basis, 'consent_source', a.consent_source,
    'consent_at', a.consent_at, 'suppressed', s.reason) order by a.channel, a.created_at, a.id), '[]')
  from public.rex_lead_addresses a
  left join public.rex_suppressions s on s.user_id = a.user_id and s.channel = a.channel and s.address_hash = a.address_hash
  where a.lead_id = p_lead_id
$$;

create function rex.history_shown(p_lead_id uuid, p_since timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'sent', count(*), 'recent', count(*) filter (where o.begun_at >= p_since), 'last_sent_at', max(coalesce(o.handed_over_at, o.begun_at)),
    'replied', (select count(*) from public.rex_outreach r join public.rex_outreach_events e on e.outreach_id = r.id
      where r.lead_id = p_lead_id and e.kind = 'replied'))
  from public.rex_outreach o where o.lead_id = p_lead_id and o.state in ('sending', 'sent', 'unknown')
$$;
comment on function rex.history_shown is 'Messages to a person over all missions; recent counts those begun since p_since.';

create function rex.lead_facts(p_lead public.rex_leads, p_since timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'lead_id', p_lead.id, 'first_name', p_lead.first_name, 'last_name', p_lead.last_name, 'company', p_lead.company, 'title', p_lead.title,
    'country', p_lead.country, 'time_zones', p_lead.time_zones, 'language', p_lead.language, 'last_contact_at', p_lead.last_contact_at,
    'removed', p_lead.removed_at is not null, 'addresses', rex.addresses_shown(p_lead.id), 'history', rex.history_shown(p_lead.id, p_since))
$$;

create function rex.leads_shown(p_mission_id uuid, p_lead_ids uuid[], p_since timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(rex.lead_facts(l, p_since) || jsonb_build_object(
    'outcome', ml.outcome, 'angle', ml.angle, 'dormant_days', ml.dormant_days, 'reworked', ml.reworked) order by l.id), '[]')
  from public.rex_mission_leads ml join public.rex_leads l on l.id = ml.lead_id
  where ml.mission_id = p_mission_id and ml.lead_id = any (p_lead_ids)
$$;

create function rex.outreach_shown(p_mission_id uuid, p_lead_ids uuid[]) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'outreach_id', o.id, 'lead_id', o.lead_id, 'step', o.step, 'state', o.state, 'reason', o.reason, 'channel', o.channel,
    'address_id', o.address_id, 'delay_hours', o.delay_hours, 'subject', o.subject, 'body_text', o.body_text, 'body_html', o.body_html,
    'template_version', o.template_version) order by o.lead_id, o.step), '[]')
  from public.rex_outreach o where o.mission_id = p_mission_id and o.lead_id = any (p_lead_ids)
$$;

create function rex.account_shown(p_account public.rex_accounts) returns jsonb language sql immutable set search_path = '' as $$
  select jsonb_build_object(
    'user_id', p_account.user_id, 'company', p_account.company, 'postal_address', p_account.postal_address, 'time_zone', p_account.time_zone,
    'window_start', p_account.window_start, 'window_end', p_account.window_end, 'window_days', p_account.window_days,
    'frequency_cap_messages', p_account.frequency_cap_messages, 'frequency_cap_days', p_account.frequency_cap_days)
$$;

create function rex.campaign_shown(p_campaign public.rex_campaigns, p_account public.rex_accounts) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_build_object(
    'campaign_id', p_campaign.id, 'offer', p_campaign.offer, 'sender_name', p_campaign.sender_name, 'reply_to', p_campaign.reply_to,
    'call_to_action', p_campaign.call_to_action, 'link', p_campaign.link, 'steps', p_campaign.steps,
    'template_version', p_campaign.template_version, 'window_start', coalesce(p_campaign.window_start, p_account.window_start),
    'window_end', coalesce(p_campaign.window_end, p_account.window_end), 'window_days', coalesce(p_campaign.window_days, p_account.window_days))
  where p_campaign.id is not null
$$;
comment on function rex.campaign_shown is 'Null without a campaign; the permitted hours are its own or else the account''s.';

create function public.rex_task_context(p_task_id uuid, p_fence bigint) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_task public.rex_tasks;
  v_mission public.rex_missions;
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
  v_leads uuid[];
begin
  select * into v_task from public.rex_tasks where id = p_task_id;
  perform rex.check_held(v_task, p_fence);
  select * into v_mission from public.rex_missions where id = v_task.mission_id;
  select * into v_account from public.rex_accounts where user_id = v_task.user_id;
  select * into v_campaign from public.rex_campaigns where id = v_mission.campaign_id;
  v_leads := rex.served_leads(v_task);
  return jsonb_build_object(
    'now', v_now, 'account', rex.account_shown(v_account), 'campaign', rex.campaign_shown(v_campaign, v_account),
    'mission', jsonb_build_object('mission_id', v_mission.id, 'type', v_mission.type, 'review', greatest(v_mission.review, v_campaign.review)),
    'domain', rex.domain_shown(v_mission),
    'leads', rex.leads_shown(v_mission.id, v_leads, v_now - make_interval(days => v_account.frequency_cap_days)),
    'outreach', rex.outreach_shown(v_mission.id, v_leads));
end $$;
grant execute on function public.rex_task_context to service_role;
