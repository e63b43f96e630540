-- What a mission would do before it is made: refused is what creation would refuse, and nothing is locked, written or kept.

create function rex.audience_to_estimate(p_account uuid, p_audience jsonb) returns uuid[] language plpgsql stable set search_path = '' as $$
declare
  v_leads uuid[] := rex.find_audience(p_account, p_audience);
  v_found uuid[] := array(select id from public.rex_leads where id = any (v_leads) and user_id = p_account and removed_at is null);
begin
  if p_audience ? 'lead_ids' then
    perform rex.refuse_foreign_leads(p_account, v_leads);
  end if;
  perform rex.check_audience_size(cardinality(v_found));
  return v_found;
end $$;
comment on function rex.audience_to_estimate is 'The leads that rex.lock_audience would return.';

-- As rex/domain/reach.py: what was said by or about the person counts for every address, a bounce for the one.
create function rex.reachable_leads(p_leads uuid[]) returns setof uuid language sql stable set search_path = '' as $$
  select a.lead_id from public.rex_lead_addresses a
  left join public.rex_suppressions s on s.user_id = a.user_id and s.channel = a.channel and s.address_hash = a.address_hash
  where a.lead_id = any (p_leads)
  group by a.lead_id
  having bool_or(a.channel = 'email' and s.reason is null)
    and not coalesce(bool_or(s.reason <> 'hard_bounced'), false)
$$;
comment on function rex.reachable_leads is 'Those of them that may be written to, at some email address.';

create function rex.groups_to_estimate(a public.rex_accounts, p_leads uuid[], p_at timestamptz) returns jsonb language sql stable set search_path = '' as $$
  with reachable as (
    select r.id, case when cardinality(l.time_zones) > 0 then l.time_zones else array[a.time_zone] end as zones, array(
      select (o.begun_at at time zone a.time_zone)::date from public.rex_outreach o
      where o.lead_id = r.id and o.state <> 'scheduled' and a.frequency_cap_messages is not null
        and o.begun_at > p_at - make_interval(days => a.frequency_cap_days)
      order by o.begun_at desc limit a.frequency_cap_messages) as sent_on
    from rex.reachable_leads(p_leads) as r (id) join public.rex_leads l on l.id = r.id
  ), grouped as (
    select zones, sent_on, count(*) as leads from reachable
    where a.frequency_cap_messages is null or cardinality(sent_on) < a.frequency_cap_messages group by 1, 2
  )
  select coalesce(jsonb_agg(to_jsonb(grouped) order by zones, sent_on), '[]') from grouped
$$;
comment on function rex.groups_to_estimate is 'LeadGroup each; without those the frequency cap has no room for as it starts: they get nothing of the mission.';

create function rex.campaign_to_estimate(p_account uuid, p_campaign_id uuid) returns public.rex_campaigns language plpgsql stable set search_path = '' as $$
declare
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
begin
  select * into v_account from public.rex_accounts where user_id = p_account;
  select * into v_campaign from public.rex_campaigns where user_id = p_account and (id = p_campaign_id or (p_campaign_id is null and is_default));
  if not found then
    perform rex.refuse(404, 'campaign_unknown', 'This account has no such campaign.', 'List the campaigns, or leave it out for the default one.');
  end if;
  perform rex.refuse_incomplete(v_account, v_campaign);
  return v_campaign;
end $$;

-- As rex.assign_domains would choose; a prewarmed domain has no inbox before it is taken, so it counts for nothing.
create function rex.domains_for(p_campaign public.rex_campaigns, p_leads int) returns setof public.rex_domain_pool
language sql stable set search_path = '' as $$
  with able as (
    select d as domain, d.campaign_id is not null as own, rex.daily_capacity(d) as capacity
    from public.rex_domain_pool d
    where d.user_id = p_campaign.user_id and (d.campaign_id = p_campaign.id or (d.campaign_id is null and d.reputation >= 0.7))
  ), turn as (
    select *, sum(capacity) over (order by own desc, (domain).reputation desc, (domain).id) - capacity as before from able where capacity > 0
  )
  select (domain).* from turn where own or before < ceil(p_leads / 5.0)
$$;
comment on function rex.domains_for is 'The campaign''s domains that may send, and those it would get for so many leads.';

create function rex.inboxes_to_estimate(p_domain_id uuid, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'daily_cap', i.daily_cap,
    'warming_days', case when i.warmed_at is null then greatest(0, p_day - rex.account_day(i.user_id, i.warmup_started_at)) end,
    'best', coalesce((select max(sent) from (
      select sent from public.rex_inbox_days where inbox_id = i.id and day < p_day and sent > 0 order by day desc limit 3) as recent), 0),
    'sent', coalesce((select sent from public.rex_inbox_days where inbox_id = i.id and day = p_day), 0),
    'spacing_seconds', i.spacing_seconds) order by i.address), '[]')
  from public.rex_inboxes i
  where i.domain_id = p_domain_id and i.checked_version = i.login_version and i.paused_at is null
    and (i.warmed_at is not null or i.warmup_started_at is not null)
$$;
comment on function rex.inboxes_to_estimate is 'Those that may send, with all that rex.inbox_cap looks at.';

create function rex.domains_to_estimate(p_campaign public.rex_campaigns, p_leads int, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'daily_cap', d.daily_cap,
    'sent', coalesce((select sent from public.rex_domain_days where domain_id = d.id and day = p_day), 0),
    'inboxes', rex.inboxes_to_estimate(d.id, p_day)) order by d.id), '[]')
  from rex.domains_for(p_campaign, p_leads) as d
$$;

create function rex.messages_ahead(p_campaign public.rex_campaigns) returns bigint language sql stable set search_path = '' as $$
  select (select count(*) from public.rex_outreach o join public.rex_missions m on m.id = o.mission_id
      where o.campaign_id = p_campaign.id and o.state = 'scheduled' and o.inbox_id is null and m.paused_at is null)
    + (select count(*) from public.rex_outreach o join public.rex_missions m on m.id = o.mission_id join public.rex_inboxes i on i.id = o.inbox_id
      join public.rex_domain_pool d on d.id = i.domain_id where d.campaign_id = p_campaign.id and o.state = 'scheduled' and m.paused_at is null)
    + (select coalesce(sum(leads), 0) * jsonb_array_length(p_campaign.steps)
      from public.rex_missions where campaign_id = p_campaign.id and sends and state in ('QUEUED', 'ASSIGNED') and paused_at is null)
$$;
comment on function rex.messages_ahead is
  'What other missions of the campaign that are not paused will send first: what is scheduled, and all steps of what has not begun.';

create function rex.seconds_per_lead(p_account uuid, p_type public.mission_type) returns double precision language sql stable set search_path = '' as $$
  select sum(active_seconds) / sum(greatest(leads, 1)) from (
    select active_seconds, leads from public.rex_missions
    where user_id = p_account and type = p_type and state = 'COMPLETED' order by created_at desc limit 50) as recent
$$;
comment on function rex.seconds_per_lead is 'Of the active stages, in the account''s last 50 missions of the type; null when it has none.';

create function rex.estimate_scene(
  a public.rex_accounts, p_type public.mission_type, p_campaign public.rex_campaigns, p_leads uuid[], p_priority int, p_start timestamptz, p_agents text[]
) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object(
    'starts_at', p_start, 'zone', a.time_zone, 'leads', cardinality(p_leads),
    'paused', case when a.paused_at is not null then 'account' when p_campaign.paused_at is not null then 'campaign' end,
    'groups', case when p_campaign.id is null then '[]' else rex.groups_to_estimate(a, p_leads, p_start) end,
    'cap_messages', a.frequency_cap_messages, 'cap_days', a.frequency_cap_days,
    'opens', extract(epoch from coalesce(p_campaign.window_start, a.window_start))::int,
    'closes', extract(epoch from coalesce(p_campaign.window_end, a.window_end))::int,
    'days', coalesce(p_campaign.window_days, a.window_days),
    'delays_hours', coalesce((select jsonb_agg(coalesce(step -> 'delay_hours', '0') order by n)
      from jsonb_array_elements(p_campaign.steps) with ordinality as s (step, n)), '[]'),
    'collecting_seconds', coalesce(p_campaign.collecting_seconds, 0),
    'domains', rex.domains_to_estimate(p_campaign, cardinality(p_leads), rex.account_day(a.user_id, p_start)),
    'messages_ahead', rex.messages_ahead(p_campaign),
    'missions_ahead', (select count(*) from public.rex_missions
      where user_id = a.user_id and crew = rex.crew_of(p_type) and ready and priority >= p_priority),
    'seconds_per_lead', rex.seconds_per_lead(a.user_id, p_type),
    'cost', rex.estimate_cost(a.user_id, p_type, cardinality(p_leads), coalesce(jsonb_array_length(p_campaign.steps), 0), p_agents));
end $$;
comment on function rex.estimate_scene is 'EstimateScene of rex/domain/estimate_scenes.py.';

create function rex.read_estimate(
  p_account uuid, p_type text, p_audience jsonb, p_campaign_id uuid, p_priority int, p_not_before timestamptz, p_review text, p_agents text[]
) returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
  v_account uuid := rex.reading_account(p_account);
  v_campaign public.rex_campaigns;
  v_leads uuid[] := '{}';
begin
  perform rex.check_new_mission(p_type, p_priority, p_review);
  if rex.is_sending(p_type::public.mission_type) then
    v_campaign := rex.campaign_to_estimate(v_account, p_campaign_id);
  end if;
  if rex.is_sending(p_type::public.mission_type) or p_audience is not null then
    v_leads := rex.audience_to_estimate(v_account, p_audience);
  end if;
  return (
    select rex.estimate_scene(a, p_type::public.mission_type, v_campaign, v_leads, p_priority, greatest(p_not_before, rex.now()), p_agents)
    from public.rex_accounts a where a.user_id = v_account);
end $$;

create function public.rex_read_estimate(
  p_account uuid default null, p_type text default null, p_audience jsonb default null, p_campaign_id uuid default null,
  p_priority int default 50, p_not_before timestamptz default null, p_review text default null, p_agents text[] default '{}'
) returns jsonb language sql stable set search_path = '' as $$
  select rex.read_estimate(p_account, p_type, p_audience, p_campaign_id, p_priority, p_not_before, p_review, p_agents)
$$;
grant execute on function rex.read_estimate, public.rex_read_estimate to authenticated;
