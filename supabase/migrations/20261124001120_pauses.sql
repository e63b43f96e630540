-- Invariant 8: a pause locks the row that whatever begins in its scope holds FOR SHARE, so after its answer nothing begins.

create function rex.stop_clocks(p_mission_ids uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_missions set
    active_seconds = active_seconds + case when slotless then 0 else greatest(0, extract(epoch from rex.now() - active_since)) end, active_since = null
  where id = any (p_mission_ids) and active_since is not null
$$;

create function rex.is_paused(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select p_mission.paused_at is not null
    or exists (select from public.rex_accounts where user_id = p_mission.user_id and paused_at is not null)
    or (p_mission.sends and exists (select from public.rex_campaigns where id = p_mission.campaign_id and paused_at is not null))
$$;
comment on function rex.is_paused is 'By itself, its account or, if it sends, its campaign.';

create function rex.start_clocks(p_mission_ids uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_missions m set active_since = rex.now(), progress_at = rex.now()
  where m.id = any (p_mission_ids) and m.active_since is null and rex.is_active(m.state) and not rex.is_paused(m)
$$;

-- One that waits for something is woken by its timer.
create function rex.start_waiting(p_mission_ids uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_missions m set ready = true
  where m.id = any (p_mission_ids) and m.state = 'QUEUED' and not m.ready and m.waiting_for is null and m.paused_at is null
    and not exists (select from public.rex_campaigns c where c.id = m.campaign_id and m.sends and c.paused_at is not null)
$$;

create function rex.release_idle(p_mission_ids uuid[]) returns int language plpgsql set search_path = '' as $$
declare
  v_idle uuid[] := array(
    select mission_id from public.rex_reservations r
    where r.mission_id = any (p_mission_ids) and r.released_at is null and not exists (
      select from public.rex_tasks t where t.mission_id = r.mission_id and t.state = 'RUNNING')
    order by mission_id);
begin
  update public.rex_missions set slotless = true where id = any (v_idle);
  perform rex.release_slot(id) from unnest(v_idle) as id;
  return cardinality(v_idle);
end $$;
comment on function rex.release_idle is 'Gives back the slots of paused missions none of whose tasks runs; a task takes one again before it starts.';

create function rex.switch_missions(p_mission_ids uuid[], p_paused boolean) returns void language plpgsql set search_path = '' as $$
begin
  if p_paused then
    perform rex.stop_clocks(p_mission_ids);
    perform rex.release_idle(p_mission_ids);
  else
    perform rex.start_waiting(p_mission_ids);
    perform rex.start_clocks(p_mission_ids);
    perform rex.retake_slots(array(select id from public.rex_missions where id = any (p_mission_ids) and slotless and active_since is not null));
  end if;
end $$;

create function rex.pause_unknown(p_scope text) returns void language sql set search_path = '' as $$
  select rex.refuse(404, p_scope || '_unknown', format('This account has no such %s.', p_scope), 'List them, and send the id of one.')
$$;

-- Queued missions keep their ready: their crews are paused.
create function rex.switch_account(p_account uuid, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
declare
  v_missions uuid[];
  v_changed boolean;
begin
  if p_id <> p_account then
    perform rex.pause_unknown('account');
  end if;
  perform from public.rex_accounts where user_id = p_account for no key update;
  perform from public.rex_crews where user_id = p_account order by crew for no key update;
  v_missions := array(
    select id from public.rex_missions where user_id = p_account and state in ('ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING')
    order by id for no key update);
  update public.rex_accounts set paused_at = case when p_paused then rex.now() end
  where user_id = p_account and (paused_at is null) = p_paused;
  v_changed := found;
  update public.rex_crews set paused = p_paused where user_id = p_account and paused <> p_paused;
  perform rex.switch_missions(v_missions, p_paused);
  return v_changed;
end $$;

create function rex.switch_campaign(p_account uuid, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
declare
  v_missions uuid[];
  v_changed boolean;
begin
  perform from public.rex_accounts where user_id = p_account for share;
  perform from public.rex_crews where user_id = p_account order by crew for no key update;
  perform from public.rex_campaigns where user_id = p_account and id = p_id for no key update;
  if not found then
    perform rex.pause_unknown('campaign');
  end if;
  v_missions := array(
    select id from public.rex_missions
    where campaign_id = p_id and sends and state in ('QUEUED', 'ASSIGNED', 'EXECUTING', 'ANALYZING', 'OPTIMIZING') order by id for no key update);
  update public.rex_campaigns set paused_at = case when p_paused then rex.now() end where id = p_id and (paused_at is null) = p_paused;
  v_changed := found;
  if p_paused then
    update public.rex_missions set ready = false where id = any (v_missions) and ready;
  end if;
  perform rex.switch_missions(v_missions, p_paused);
  return v_changed;
end $$;

create function rex.switch_mission(p_account uuid, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions := rex.lock_mission(rex.mission_of(p_account, p_id), true, false);
begin
  if v_mission.finished_at is not null then
    perform rex.refuse(409, 'mission_final', format('This mission is %s.', v_mission.state), 'Nothing of it runs any more.');
  elsif (v_mission.paused_at is not null) = p_paused then
    return false;
  end if;
  update public.rex_missions set paused_at = case when p_paused then rex.now() end, ready = ready and not p_paused where id = p_id;
  perform rex.switch_missions(array[p_id], p_paused);
  return true;
end $$;

-- A person who pauses what the machinery had paused has it paused from then on.
create function rex.switch_domain(p_account uuid, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
declare
  v_domain public.rex_domain_pool;
begin
  perform from public.rex_accounts where user_id = p_account for share;
  select * into v_domain from public.rex_domain_pool where user_id = p_account and id = p_id for no key update;
  if not found then
    perform rex.pause_unknown('domain');
  end if;
  if not p_paused then
    perform rex.check_resumable(p_id);
  end if;
  update public.rex_domain_pool set paused_at = case when p_paused then coalesce(paused_at, rex.now()) end, pause_reason = null
  where id = p_id and ((paused_at is null) = p_paused or (p_paused and pause_reason is not null));
  return found;
end $$;

create function rex.switch_inbox(p_account uuid, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
declare
  v_inbox public.rex_inboxes;
begin
  perform from public.rex_accounts where user_id = p_account for share;
  select * into v_inbox from public.rex_inboxes where user_id = p_account and id = p_id for no key update;
  if not found then
    perform rex.pause_unknown('inbox');
  end if;
  update public.rex_inboxes set paused_at = case when p_paused then rex.now() end where id = p_id and (paused_at is null) = p_paused;
  return found;
end $$;

create function rex.switch_scope(p_account uuid, p_scope text, p_id uuid, p_paused boolean) returns boolean language plpgsql set search_path = '' as $$
begin
  return case p_scope
    when 'account' then rex.switch_account(p_account, coalesce(p_id, p_account), p_paused)
    when 'campaign' then rex.switch_campaign(p_account, p_id, p_paused)
    when 'mission' then rex.switch_mission(p_account, p_id, p_paused)
    when 'domain' then rex.switch_domain(p_account, p_id, p_paused)
    when 'inbox' then rex.switch_inbox(p_account, p_id, p_paused)
  end;
end $$;
