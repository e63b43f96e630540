-- Invariants 7 and 8: a message is written once per lead and step, changed only while a draft, and due only in permitted hours.

create function rex.check_addresses(p_rows rex.outreach_result[]) returns void language plpgsql set search_path = '' as $$
begin
  if exists (
    select from unnest(p_rows) as r where r.state = 'draft' and r.address_id is not null and not exists (
      select from public.rex_lead_addresses a where a.id = r.address_id and a.lead_id = r.lead_id and a.channel = r.channel)
  ) then
    perform rex.refuse(422, 'address_not_of_lead', 'A message uses an address that is not its lead''s.', 'Use an address of the task context.');
  end if;
end $$;

create function rex.write_drafts(p_mission public.rex_missions, p_rows rex.outreach_result[]) returns void language sql set search_path = '' as $$
  insert into public.rex_outreach as o (
    user_id, mission_id, campaign_id, lead_id, step, channel, address_id, address_hash, delay_hours, subject, body_text, body_html, template_version)
  select p_mission.user_id, p_mission.id, p_mission.campaign_id, r.lead_id, r.step, r.channel, a.id, a.address_hash,
    coalesce(r.delay_hours, 0), r.subject, r.body_text, r.body_html, coalesce(r.template_version, 1)
  from unnest(p_rows) as r join public.rex_lead_addresses a on a.id = r.address_id and a.lead_id = r.lead_id
  where r.state = 'draft' order by r.lead_id, r.step
  on conflict (mission_id, lead_id, step) do update set
    state = 'draft', reason = null, channel = excluded.channel, address_id = excluded.address_id, address_hash = excluded.address_hash,
    delay_hours = excluded.delay_hours, subject = excluded.subject, body_text = excluded.body_text, body_html = excluded.body_html,
    template_version = excluded.template_version
  where o.state in ('draft', 'passed');
  update public.rex_outreach o set state = 'draft', reason = r.reason
  from unnest(p_rows) as r
  where o.mission_id = p_mission.id and o.lead_id = r.lead_id and o.step = r.step and o.state = 'passed'
    and r.state = 'draft' and r.address_id is null
$$;
comment on function rex.write_drafts is 'Writes drafts anew; one that had passed is a draft again and has to pass again. Whatever went further stays as it is.';

create function rex.judge_drafts(p_mission_id uuid, p_rows rex.outreach_result[]) returns void language sql set search_path = '' as $$
  update public.rex_outreach o set state = r.state, reason = r.reason
  from unnest(p_rows) as r
  where o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.step = r.step
    and ((r.state = 'passed' and o.state = 'draft') or (r.state = 'rejected' and o.state in ('draft', 'passed')))
$$;

create function rex.check_passed(p_mission_id uuid, p_rows rex.outreach_result[]) returns void language plpgsql set search_path = '' as $$
begin
  if exists (
    select from unnest(p_rows) as r join public.rex_outreach o on o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.step = r.step
    where r.state in ('scheduled', 'held') and o.state = 'draft'
  ) then
    perform rex.refuse(422, 'not_passed', 'A message is to be scheduled that has not passed compliance.', 'Let it pass first.');
  end if;
end $$;

-- The first step's hour is reckoned now; a later one falls due from the hand-over of the one before.
create function rex.first_due(p_delay_hours int, p_zones text[], p_campaign public.rex_campaigns, p_account public.rex_accounts, p_now timestamptz)
returns timestamptz language sql stable set search_path = '' as $$
  select rex.next_permitted(p_now + make_interval(hours => p_delay_hours),
    case when cardinality(p_zones) > 0 then p_zones else array[p_account.time_zone] end,
    coalesce(p_campaign.window_start, p_account.window_start), coalesce(p_campaign.window_end, p_account.window_end),
    coalesce(p_campaign.window_days, p_account.window_days))
$$;

create function rex.schedule_first(p_mission public.rex_missions, p_rows rex.outreach_result[], p_held boolean) returns void
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
begin
  select * into v_account from public.rex_accounts where user_id = p_mission.user_id;
  select * into v_campaign from public.rex_campaigns where id = p_mission.campaign_id;
  update public.rex_outreach o set
    state = (case when held.is then 'held' when due.at is null then 'rejected' else 'scheduled' end)::public.outreach_state,
    reason = case when not held.is and due.at is null then 'no_permitted_hours' when not p_held and held.is then 'import_harms' end,
    held_at = case when held.is then v_now end, due_at = case when not held.is then due.at end
  from unnest(p_rows) as r join public.rex_leads l on l.id = r.lead_id
  cross join lateral (
    select rex.first_due(coalesce(r.delay_hours, 0), l.time_zones, v_campaign, v_account, v_now) as at) as due
  cross join lateral (
    select p_held or exists (select from public.rex_imports i where i.id = l.import_id and i.held_at is not null) as is) as held
  where o.mission_id = p_mission.id and o.lead_id = r.lead_id and o.step = 1 and r.step = 1
    and r.state in ('scheduled', 'held') and o.state = 'passed';
end $$;
comment on function rex.schedule_first is 'A lead whose zones share no permitted hour is rejected; what is written to a lead of a held import waits for a person.';

create function rex.schedule_later(p_mission_id uuid, p_step int, p_rows rex.outreach_result[], p_held boolean) returns void
language sql set search_path = '' as $$
  update public.rex_outreach o set
    state = (case when not before.alive then 'rejected' when before.held then 'held' else 'scheduled' end)::public.outreach_state,
    reason = case when not before.alive then 'no_step_before' end,
    held_at = case when before.alive and before.held then rex.now() end, follows_id = before.id
  from unnest(p_rows) as r
  left join lateral (
    select b.id, b.state from public.rex_outreach b
    where b.mission_id = p_mission_id and b.lead_id = r.lead_id and b.step = r.step - 1 and b.state in ('held', 'scheduled', 'sending', 'sent', 'unknown')
  ) as found on true
  cross join lateral (
    select found.id, found.id is not null as alive, p_held or coalesce(found.state = 'held', false) as held) as before
  where o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.step = p_step and r.step = p_step
    and r.state in ('scheduled', 'held') and o.state = 'passed'
$$;
comment on function rex.schedule_later is 'A step follows the one before it; without one that goes out it is rejected.';

create function rex.settle_written(p_mission_id uuid, p_rows rex.outreach_result[]) returns void language plpgsql set search_path = '' as $$
begin
  perform rex.settle_outcome(p_mission_id, array_agg(distinct o.lead_id), o.state::text::public.lead_outcome, null)
  from unnest(p_rows) as r join public.rex_outreach o on o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.step = r.step
  where r.state in ('scheduled', 'held') and o.state in ('scheduled', 'held') group by o.state;
  perform rex.settle_outcome(p_mission_id, array(
    select o.lead_id from unnest(p_rows) as r
    join public.rex_outreach o on o.mission_id = p_mission_id and o.lead_id = r.lead_id and o.step = 1
    where r.step = 1 and o.state = 'rejected' and o.reason = 'no_permitted_hours'), 'rejected', 'no_permitted_hours');
end $$;

-- Review of samples holds everything too: the person looks at some, and then releases or refuses all.
create function rex.apply_outreach(p_task public.rex_tasks, p_rows rex.outreach_result[]) returns void language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
  v_held boolean;
begin
  select * into v_mission from public.rex_missions where id = p_task.mission_id;
  v_held := v_mission.review <> 'none' or coalesce((select review <> 'none' from public.rex_campaigns where id = v_mission.campaign_id), false);
  perform rex.check_addresses(p_rows);
  perform rex.write_drafts(v_mission, p_rows);
  perform rex.judge_drafts(v_mission.id, p_rows);
  perform rex.check_passed(v_mission.id, p_rows);
  perform rex.schedule_first(v_mission, p_rows, v_held);
  for v_step in 2..5 loop
    perform rex.schedule_later(v_mission.id, v_step, p_rows, v_held);
  end loop;
  perform rex.settle_written(v_mission.id, p_rows);
end $$;
comment on function rex.apply_outreach is 'What an agent wrote or judged, lead by lead and step by step; its leads and their messages are locked.';
