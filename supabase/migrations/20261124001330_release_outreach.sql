-- Invariant 8: what is held goes out only when a person releases it, and never with content that nobody has checked.

create function rex.lock_to_review(p_mission_id uuid, p_write boolean) returns public.rex_missions language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
begin
  select * into v_mission from public.rex_missions where id = p_mission_id;
  perform from public.rex_accounts where user_id = v_mission.user_id for share;
  perform from public.rex_campaigns where id = v_mission.campaign_id for share;
  if p_write then
    perform from public.rex_missions where id = p_mission_id for no key update;
  else
    perform from public.rex_missions where id = p_mission_id for share;
  end if;
  select * into v_mission from public.rex_missions where id = p_mission_id;
  if v_mission.finished_at is not null then
    perform rex.refuse(409, 'mission_final', format('This mission is %s.', v_mission.state), 'Nothing of it goes out any more.');
  end if;
  return v_mission;
end $$;

create function rex.lock_reviewed(p_mission_id uuid, p_ids uuid[]) returns void language plpgsql set search_path = '' as $$
declare
  v_leads uuid[] := array(select distinct lead_id from public.rex_outreach where id = any (p_ids));
begin
  perform from public.rex_leads where id = any (v_leads) order by id for share;
  perform from public.rex_mission_leads where mission_id = p_mission_id and lead_id = any (v_leads) order by lead_id for no key update;
  perform from public.rex_outreach where mission_id = p_mission_id and lead_id = any (v_leads) order by id for no key update;
end $$;

create function rex.check_reviewed(p_mission_id uuid, p_ids uuid[], p_releases boolean) returns void language plpgsql set search_path = '' as $$
begin
  if cardinality(p_ids) not between 1 and 1000 then
    perform rex.refuse(422, 'ids_invalid', 'A request names 1 to 1,000 messages.', 'Leave the ids out for all that are held.');
  elsif (select count(*) from public.rex_outreach where mission_id = p_mission_id and id = any (p_ids)) <> (
    select count(distinct id) from unnest(p_ids) as id) then
    perform rex.refuse(404, 'outreach_unknown', 'This mission has not all of these messages.', 'Read the messages it holds.');
  elsif exists (select from public.rex_outreach where id = any (p_ids) and state <> 'held') then
    perform rex.refuse(409, 'not_held', 'Not all of these messages are held.', 'Read the messages the mission holds again: somebody was quicker, or one is being checked.');
  elsif p_releases and exists (select from public.rex_outreach where id = any (p_ids) and edited_at is not null) then
    perform rex.refuse(409, 'unchecked', 'One of these messages was edited and has not passed the checks.', 'Edit it again, or refuse it.');
  end if;
end $$;

-- What cannot be due in any permitted hour stays held and says so.
create function rex.schedule_released(p_mission public.rex_missions, p_ids uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_account public.rex_accounts;
  v_campaign public.rex_campaigns;
  v_scheduled uuid[];
begin
  select * into v_account from public.rex_accounts where user_id = p_mission.user_id;
  select * into v_campaign from public.rex_campaigns where id = p_mission.campaign_id;
  with placed as (
    select h.id, h.step, case when h.step = 1 then rex.first_due(h.delay_hours, l.time_zones, v_campaign, v_account, v_now) else h.due_at end as at
    from public.rex_outreach h join public.rex_leads l on l.id = h.lead_id where h.id = any (p_ids)
  ), scheduled as (
    update public.rex_outreach o set
      state = 'scheduled', reason = null, due_at = placed.at, held_at = null, edited_at = null, sendable_at = null
    from placed where placed.id = o.id and (placed.step > 1 or placed.at is not null) returning o.id)
  select coalesce(array_agg(id), '{}') into v_scheduled from scheduled;
  update public.rex_outreach set state = 'held', reason = 'no_permitted_hours' where id = any (p_ids) and id <> all (v_scheduled);
  perform rex.schedule_next(b.id, coalesce(b.handed_over_at, b.begun_at))
  from public.rex_outreach o join public.rex_outreach b on b.mission_id = o.mission_id and b.lead_id = o.lead_id and b.step = o.step - 1
  where o.id = any (v_scheduled) and o.due_at is null and b.state in ('sent', 'unknown');
  perform rex.settle_outcome(p_mission.id, array(select distinct lead_id from public.rex_outreach where id = any (v_scheduled)), 'scheduled', null);
  return v_scheduled;
end $$;
comment on function rex.schedule_released is 'Schedules what was held as if it had just been written, and returns it; leads and messages are locked by the caller.';

create view rex.leads_held_by_import with (security_invoker = true) as
  select l.id from public.rex_leads l join public.rex_imports i on i.id = l.import_id where i.held_at is not null;
comment on view rex.leads_held_by_import is 'People who came from a file that did harm to a domain.';

create function rex.held_outreach(p_mission_id uuid) returns uuid[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(id), '{}') from (
    select id from public.rex_outreach where mission_id = p_mission_id and state = 'held' order by lead_id, step limit 10000) as held
$$;
comment on function rex.held_outreach is 'Lead by lead, as many as one request can change in time: what is left is told, and the next request takes it.';

create function rex.releasable_outreach(p_mission_id uuid) returns uuid[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(id), '{}') from (
    select id from public.rex_outreach o
    where mission_id = p_mission_id and state = 'held' and edited_at is null
      and not exists (select from rex.leads_held_by_import l where l.id = o.lead_id)
    order by lead_id, step limit 10000) as held
$$;
comment on function rex.releasable_outreach is 'As rex.held_outreach, without what was edited and without those whose import does harm: they are named to be released.';

-- An import is held under the locks of its leads, so it is looked at again once they are locked here.
create function rex.release_held(p_mission public.rex_missions, p_ids uuid[]) returns int language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := coalesce(p_ids, rex.releasable_outreach(p_mission.id));
begin
  perform rex.lock_reviewed(p_mission.id, v_ids);
  if p_ids is not null then
    perform rex.check_reviewed(p_mission.id, p_ids, true);
  end if;
  return cardinality(rex.schedule_released(p_mission, array(
    select id from public.rex_outreach o where id = any (v_ids) and state = 'held' and edited_at is null
      and (p_ids is not null or not exists (select from rex.leads_held_by_import l where l.id = o.lead_id)))));
end $$;

create function rex.refuse_held(p_mission public.rex_missions, p_ids uuid[], p_reason text) returns int language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := coalesce(p_ids, rex.held_outreach(p_mission.id));
begin
  perform rex.lock_reviewed(p_mission.id, v_ids);
  if p_ids is not null then
    perform rex.check_reviewed(p_mission.id, p_ids, false);
  end if;
  return rex.cancel_outreach(array(select id from public.rex_outreach where id = any (v_ids) and state = 'held'), p_reason);
end $$;
comment on function rex.refuse_held is 'Cancels what is refused with the steps after it.';

create function rex.check_review(p_action text, p_ids uuid[], p_reason text, p_body_text text) returns void language plpgsql set search_path = '' as $$
begin
  if p_action is null or p_action not in ('release', 'refuse', 'edit') then
    perform rex.refuse(422, 'action_unknown', 'There is no such action.', 'Use release, refuse or edit.');
  elsif p_action = 'refuse' and not coalesce(p_reason, 'refused') ~ '^[a-z][a-z0-9_]{0,49}$' then
    perform rex.refuse(422, 'reason_invalid', 'A reason is a code of at most 50 of a-z, 0-9 and _.', 'Leave it out, or send one such as wrong_tone.');
  elsif p_action = 'edit' and (coalesce(cardinality(p_ids), 0) <> 1 or coalesce(p_body_text, '') = '') then
    perform rex.refuse(422, 'edit_invalid', 'An edit is of one message and has its whole text.', 'Send one id, and the text in full.');
  end if;
end $$;

create function rex.review_answer(p_mission_id uuid, p_action text, p_changed int) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('mission_id', p_mission_id, 'action', p_action, 'changed', p_changed,
    'held', count(*) filter (where state = 'held'),
    'held_by_import', count(*) filter (where state = 'held' and exists (select from rex.leads_held_by_import l where l.id = o.lead_id)),
    'being_checked', count(*) filter (where edited_at is not null and state in ('draft', 'passed')))
  from public.rex_outreach o where mission_id = p_mission_id and state in ('held', 'draft', 'passed')
$$;

create function rex.release_outreach(
  p_account uuid, p_request_id text, p_mission_id uuid, p_action text, p_outreach_ids uuid[], p_reason text,
  p_subject text, p_body_text text, p_body_html text
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('release_outreach', p_request_id,
    jsonb_build_array(p_account, p_mission_id, p_action, p_outreach_ids, p_reason, p_subject, p_body_text, p_body_html));
  v_mission public.rex_missions;
  v_changed int;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.mission_of(rex.require_role(p_account, 'owner', 'operator'), p_mission_id);
  perform rex.check_review(p_action, p_outreach_ids, p_reason, p_body_text);
  v_mission := rex.lock_to_review(p_mission_id, p_action = 'edit');
  v_changed := case p_action
    when 'release' then rex.release_held(v_mission, p_outreach_ids)
    when 'refuse' then rex.refuse_held(v_mission, p_outreach_ids, coalesce(p_reason, 'refused'))
    else rex.edit_held(v_mission, p_outreach_ids[1], p_subject, p_body_text, p_body_html) end;
  v_answer := rex.review_answer(p_mission_id, p_action, v_changed);
  insert into public.rex_logs (user_id, actor, entity, entity_id, mission_id, action, reason, data)
  values (v_mission.user_id, auth.uid(), case when cardinality(p_outreach_ids) = 1 then 'outreach' else 'mission' end,
    case when cardinality(p_outreach_ids) = 1 then p_outreach_ids[1] else p_mission_id end, p_mission_id, p_action || '_outreach',
    case when p_action = 'refuse' then coalesce(p_reason, 'refused') end, v_answer - 'mission_id');
  perform rex.publish(array[row(v_mission.user_id, 'mission.reviewed', p_mission_id, v_answer - 'mission_id')::rex.announcement], 'release_outreach');
  return rex.end_request('release_outreach', p_request_id, v_answer);
end $$;

create function public.rex_release_outreach(
  p_account uuid default null, p_request_id text default null, p_mission_id uuid default null, p_action text default null,
  p_outreach_ids uuid[] default null, p_reason text default null, p_subject text default null, p_body_text text default null,
  p_body_html text default null
) returns jsonb language sql set search_path = '' as $$
  select rex.release_outreach(p_account, p_request_id, p_mission_id, p_action, p_outreach_ids, p_reason, p_subject, p_body_text, p_body_html)
$$;
grant execute on function rex.release_outreach, public.rex_release_outreach to authenticated;
