-- Invariant 10 and the frozen audience: a mission is made whole, with its leads, for the caller's account only, or not at all.

-- Which types somebody can work on yet is decided where their plans are; one without is escalated as soon as it is claimed.
create function rex.crew_of(p_type public.mission_type) returns text language sql immutable set search_path = '' as $$
  select case p_type when 'lead_reactivation' then 'dead_lead_crew' when 'campaign_execution' then 'campaign_crew'
    when 'icp_extraction' then 'auto_icp_crew' when 'domain_rotation' then 'domain_health_monitor' else 'special_forces_coordinator' end
$$;

create function rex.is_sending(p_type public.mission_type) returns boolean language sql immutable set search_path = '' as $$
  select p_type in ('lead_reactivation', 'campaign_execution')
$$;

create function rex.check_new_mission(p_type text, p_priority int, p_review text) returns void language plpgsql set search_path = '' as $$
begin
  if p_type is null or not p_type = any (enum_range(null::public.mission_type)::text[]) then
    perform rex.refuse(422, 'type_unknown', 'There is no such type of mission.', 'Use lead_reactivation.');
  elsif p_type = 'domain_rotation' then
    perform rex.refuse(422, 'domain_missing', 'A rotation is of one domain.', 'Send its id to POST /domains/rotate.');
  elsif p_priority is null or p_priority not between 0 and 100 then
    perform rex.refuse(422, 'priority_invalid', 'A priority is a whole number from 0 to 100.', 'Leave it out for 50.');
  elsif not coalesce(p_review, 'none') = any (enum_range(null::public.review_mode)::text[]) then
    perform rex.refuse(422, 'review_invalid', 'There is no such review.', 'Use none, samples or all, or leave it out for the campaign''s.');
  end if;
end $$;

create function rex.lacking_steps(p_steps jsonb) returns text[] language sql immutable set search_path = '' as $$
  select case when jsonb_array_length(p_steps) = 0 then array['steps'] else coalesce((
    select array_agg(format('template "default" of step %s', n) order by n)
    from jsonb_array_elements(p_steps) with ordinality as s (step, n)
    where coalesce(step #>> '{templates,default,subject}', '') = '' or coalesce(step #>> '{templates,default,text}', '') = ''), '{}') end
$$;

create function rex.refuse_incomplete(p_account public.rex_accounts, p_campaign public.rex_campaigns) returns void
language plpgsql set search_path = '' as $$
declare
  v_account text[] := array_remove(array[
    case when p_account.company is null then 'company' end, case when p_account.postal_address is null then 'postal_address' end], null);
  v_campaign text[] := array_remove(array[
    case when p_campaign.offer is null then 'offer' end, case when p_campaign.sender_name is null then 'sender_name' end,
    case when p_campaign.reply_to is null then 'reply_to' end, case when p_campaign.call_to_action is null then 'call_to_action' end,
    case when p_campaign.link is null then 'link' end], null) || rex.lacking_steps(p_campaign.steps);
begin
  if cardinality(v_account || v_campaign) > 0 then
    perform rex.refuse(422, case when cardinality(v_campaign) > 0 then 'campaign_incomplete' else 'account_incomplete' end,
      'Nothing can be written yet: ' || concat_ws('; ', 'the account lacks ' || nullif(array_to_string(v_account, ', '), ''),
        'the campaign lacks ' || nullif(array_to_string(v_campaign, ', '), '')) || '.',
      'Fill in what is missing, then create the mission again.');
  end if;
end $$;
comment on function rex.refuse_incomplete is 'PT422 that names everything account and campaign lack before an agent can write.';

create function rex.lock_campaign_to_write(p_account uuid, p_campaign_id uuid) returns public.rex_campaigns
language plpgsql set search_path = '' as $$
declare
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
begin
  select * into v_account from public.rex_accounts where user_id = p_account;
  select * into v_campaign from public.rex_campaigns
  where user_id = p_account and (id = p_campaign_id or (p_campaign_id is null and is_default)) for share;
  if not found then
    perform rex.refuse(404, 'campaign_unknown', 'This account has no such campaign.', 'List the campaigns, or leave it out for the default one.');
  end if;
  perform rex.refuse_incomplete(v_account, v_campaign);
  return v_campaign;
end $$;

create function rex.insert_mission(
  p_account uuid, p_type public.mission_type, p_campaign public.rex_campaigns, p_leads uuid[], p_priority int, p_not_before timestamptz, p_review text
) returns public.rex_missions language plpgsql set search_path = '' as $$
declare
  v_waits boolean := coalesce(p_not_before > rex.now(), false);
  v_mission public.rex_missions;
begin
  insert into public.rex_missions (
    user_id, type, crew, campaign_id, sends, priority, leads, review, created_by, ready, not_before, waiting_for, waiting_since)
  values (p_account, p_type, rex.crew_of(p_type), p_campaign.id, rex.is_sending(p_type), p_priority, coalesce(cardinality(p_leads), 0),
    coalesce(p_review::public.review_mode, p_campaign.review, 'none'), auth.uid(), not v_waits and p_campaign.paused_at is null, p_not_before,
    case when v_waits then 'not_before' end, case when v_waits then rex.now() end)
  returning * into v_mission;
  insert into public.rex_mission_leads (mission_id, lead_id, user_id, batch)
  select v_mission.id, lead_id, v_mission.user_id, (n - 1) / v_mission.batch_size + 1
  from unnest(p_leads) with ordinality as l (lead_id, n) order by n;
  return v_mission;
end $$;
comment on function rex.insert_mission is 'Freezes the audience in the order given; batches count from 1.';

create function rex.create_mission(
  p_account uuid, p_request_id text, p_type text, p_audience jsonb, p_campaign_id uuid, p_priority int, p_not_before timestamptz, p_review text
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('create_mission', p_request_id,
    jsonb_build_array(p_account, p_type, p_audience, p_campaign_id, p_priority, p_not_before, p_review));
  v_account uuid;
  v_campaign public.rex_campaigns;
  v_leads uuid[];
  v_mission public.rex_missions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := rex.require_role(p_account, 'owner', 'operator');
  perform rex.check_new_mission(p_type, p_priority, p_review);
  perform from public.rex_accounts where user_id = v_account for share;
  perform from public.rex_crews where user_id = v_account and crew = rex.crew_of(p_type::public.mission_type) for no key update;
  if rex.is_sending(p_type::public.mission_type) then
    v_campaign := rex.lock_campaign_to_write(v_account, p_campaign_id);
  end if;
  if rex.is_sending(p_type::public.mission_type) or p_audience is not null then
    v_leads := rex.lock_audience(v_account, p_audience);
  end if;
  v_mission := rex.insert_mission(v_account, p_type::public.mission_type, v_campaign, v_leads, p_priority, p_not_before, p_review);
  perform rex.log_mission(v_mission, null, 'create_mission');
  v_answer := jsonb_build_object('mission_id', v_mission.id, 'state', v_mission.state, 'leads', v_mission.leads);
  perform rex.publish(array[row(v_account, 'mission.created', v_mission.id,
    jsonb_build_object('type', v_mission.type, 'leads', v_mission.leads, 'priority', v_mission.priority))::rex.announcement], 'create_mission');
  return rex.end_request('create_mission', p_request_id, v_answer);
end $$;

create function public.rex_create_mission(
  p_account uuid default null, p_request_id text default null, p_type text default null, p_audience jsonb default null,
  p_campaign_id uuid default null, p_priority int default 50, p_not_before timestamptz default null, p_review text default null
) returns jsonb language sql set search_path = '' as $$
  select rex.create_mission(p_account, p_request_id, p_type, p_audience, p_campaign_id, p_priority, p_not_before, p_review)
$$;
grant execute on function rex.create_mission, public.rex_create_mission to authenticated;
