-- What a mission says by itself: progress that changed, and once each a stall, a standstill of its messages, and a crew without slots.
-- One pass at a time; what it wrote down keeps the next from saying the same again.

create table rex.mission_watches (
  mission_id uuid primary key references public.rex_missions (id) on delete cascade,
  told jsonb,
  told_at timestamptz,
  stalled_at timestamptz,
  stuck text
);
comment on table rex.mission_watches is 'What was last told of a mission''s progress, when a stall was, and why nothing of it could go out.';
create index mission_watches_stuck on rex.mission_watches (mission_id) where stuck is not null;

create table rex.watch_turn (
  one boolean primary key default true check (one),
  state public.mission_state not null default 'QUEUED',
  stage_at timestamptz not null default '-infinity',
  mission_id uuid not null default '00000000-0000-0000-0000-000000000000'
);
comment on table rex.watch_turn is 'The mission that was watched last; the round goes on after it. Whoever holds the row watches.';
insert into rex.watch_turn default values;

create function rex.missions_to_watch(p_limit int) returns uuid[] language plpgsql set search_path = '' as $$
declare
  t rex.watch_turn;
  v_ids uuid[];
begin
  select * into t from rex.watch_turn for update skip locked;
  if not found then
    return '{}';
  end if;
  v_ids := array(
    select id from public.rex_missions
    where finished_at is null and state <> 'QUEUED' and (state, stage_at, id) > (t.state, t.stage_at, t.mission_id)
    order by state, stage_at, id limit p_limit);
  if v_ids = '{}' then
    v_ids := array(
      select id from public.rex_missions where finished_at is null and state <> 'QUEUED' order by state, stage_at, id limit p_limit);
  end if;
  update rex.watch_turn turn set state = m.state, stage_at = m.stage_at, mission_id = m.id
  from public.rex_missions m where m.id = v_ids[cardinality(v_ids)];
  return v_ids;
end $$;
comment on function rex.missions_to_watch is 'The next of the round, fewer than asked for at its end; none while another pass is watching.';

create function rex.progress_told(p_mission public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('state', p_mission.state, 'progress', public.calculate_mission_progress(p_mission.id),
    'tasks', t.tasks, 'tasks_ended', t.ended, 'messages', o.messages, 'messages_ended', o.ended)
  from (
    select count(*) as tasks, count(finished_at) as ended from public.rex_tasks
    where mission_id = p_mission.id and round = p_mission.round) as t,
  (
    select count(*) as messages, count(*) filter (where state in ('sent', 'refused', 'unknown', 'rejected', 'cancelled')) as ended
    from public.rex_outreach where mission_id = p_mission.id) as o
$$;

create function rex.is_stalled(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select p_mission.active_since is not null and rex.is_active(p_mission.state)
    and greatest(rex.progress_at(p_mission), p_mission.active_since, free.since) < rex.now() - interval '10 minutes'
  from (select) as one left join (
    select case when held < slots then updated_at else 'infinity' end as since from public.rex_crews
    where p_mission.slotless and (user_id, crew) = (p_mission.user_id, p_mission.crew)) as free on true
$$;
comment on function rex.is_stalled is '10 minutes without progress of an active stage; while something is paused, or its crew is full, the clock stands still.';

create function rex.outlet_obstacle(p_domain_ids uuid[], p_inbox_ids uuid[]) returns text language sql stable set search_path = '' as $$
  with domains as (
    select d.* from public.rex_domain_pool d where d.id = any (p_domain_ids)
  ), inboxes as (
    select i.* from public.rex_inboxes i where i.id = any (p_inbox_ids))
  select case
    when exists (select from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id where i.id = any (p_inbox_ids) and rex.may_send(i, d)) then null
    when not exists (select from domains) then 'no_domain'
    when not exists (select from domains where status in ('warming', 'active')) then 'domains_out_of_service'
    when not exists (select from domains where status in ('warming', 'active') and paused_at is null) then 'domains_paused'
    when not exists (select from inboxes) then 'no_inbox'
    when not exists (select from inboxes where paused_at is null) then 'inboxes_paused'
    when exists (select from inboxes where login_error = 'no_replies') then 'no_replies'
    else coalesce((select min(login_error) from inboxes), 'logins_unchecked') end
$$;
comment on function rex.outlet_obstacle is 'Why none of these inboxes may send; null when one may. Caps, ramp and hours are no obstacle: they pass by themselves.';

create type rex.outlets as (first_touches boolean, domains uuid[], inboxes uuid[], follow_ups uuid[]);
comment on type rex.outlets is 'What the due messages of a mission could go out through: first touches through the campaign''s, follow-ups through their own inbox.';

create function rex.outlets_of(p_mission public.rex_missions) returns rex.outlets language plpgsql stable set search_path = '' as $$
declare
  v rex.outlets;
begin
  select coalesce(bool_or(step = 1), false), coalesce(array_agg(distinct inbox_id) filter (where step > 1 and inbox_id is not null), '{}')
  into v.first_touches, v.follow_ups
  from public.rex_outreach
  where mission_id = p_mission.id and state = 'scheduled' and due_at <= rex.now() and channel = 'email';
  v.domains := case when v.first_touches then array(select id from public.rex_domain_pool where campaign_id = p_mission.campaign_id) else '{}' end;
  v.inboxes := array(select id from public.rex_inboxes where domain_id = any (v.domains));
  return v;
end $$;

create function rex.lacks_details(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select exists (select from public.rex_accounts a join public.rex_campaigns c using (user_id)
    where a.user_id = p_mission.user_id and c.id = p_mission.campaign_id and not rex.has_details(a, c))
$$;

create function rex.why_stuck(p_mission public.rex_missions, v rex.outlets) returns text language sql stable set search_path = '' as $$
  select case when rex.lacks_details(p_mission) then 'details_missing' else rex.outlet_obstacle(
    v.domains || array(select domain_id from public.rex_inboxes where id = any (v.follow_ups)), v.inboxes || v.follow_ups) end
  where p_mission.sends and not rex.is_paused(p_mission) and (v.first_touches or v.follow_ups <> '{}')
$$;
comment on function rex.why_stuck is 'Null while something that is due can go out, nothing is due, or a person paused it.';

-- What is due and has no way out, for no pause of a person's, could have gone out and did not: after the campaign's days it expires. What has
-- one again, or is paused, waits from the beginning.
create function rex.mark_stuck(p_mission public.rex_missions, v rex.outlets) returns int language plpgsql set search_path = '' as $$
declare
  v_paused boolean := rex.is_paused(p_mission);
  v_lacks boolean := rex.lacks_details(p_mission);
  v_first boolean := v.first_touches and not v_paused
    and (v_lacks or coalesce(rex.outlet_obstacle(v.domains, v.inboxes) not in ('domains_paused', 'inboxes_paused'), false));
  v_inboxes uuid[] := array(
    select i.id from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
    where i.id = any (v.follow_ups) and not v_paused and (v_lacks or not rex.may_send(i, d)) and i.paused_at is null and d.paused_at is null);
  v_marked int;
begin
  update public.rex_outreach o set sendable_at = case when o.sendable_at is null then rex.now() end where id in (
    select id from public.rex_outreach
    where mission_id = p_mission.id and state = 'scheduled' and due_at <= rex.now() and lease_until is null
      and (sendable_at is null) = coalesce((step = 1 and v_first) or (step > 1 and inbox_id = any (v_inboxes)), false)
    order by id for no key update skip locked);
  get diagnostics v_marked = row_count;
  return v_marked;
end $$;

create function rex.watch_mission(p_mission public.rex_missions) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  w rex.mission_watches;
  v_outlets rex.outlets := rex.outlets_of(p_mission);
  v_told jsonb := rex.progress_told(p_mission);
  v_since timestamptz := rex.progress_at(p_mission);
  v_stuck text := rex.why_stuck(p_mission, v_outlets);
  v_stalled boolean;
  v_said rex.announcement[] := '{}';
begin
  select * into w from rex.mission_watches where mission_id = p_mission.id;
  v_stalled := rex.is_stalled(p_mission) and coalesce(w.stalled_at < v_since, true);
  if v_told is distinct from w.told and w.told_at > rex.now() - interval '1 second' then
    v_told := w.told; -- At most once a second: the next pass tells it.
  elsif v_told is distinct from w.told then
    w.told_at := rex.now();
    v_said := v_said || row(p_mission.user_id, 'mission.progress', p_mission.id, v_told)::rex.announcement;
  end if;
  if v_stalled then
    v_said := v_said || row(p_mission.user_id, 'error.mission_stalled', p_mission.id, jsonb_build_object(
      'state', p_mission.state, 'since', v_since, 'open_tasks', rex.open_tasks(p_mission.id)))::rex.announcement;
  end if;
  if v_stuck is distinct from w.stuck and v_stuck is not null then
    v_said := v_said || row(p_mission.user_id, 'error.mission_stuck', p_mission.id, jsonb_build_object('reason', v_stuck))::rex.announcement;
  end if;
  if v_outlets.first_touches or v_outlets.follow_ups <> '{}' then
    perform rex.mark_stuck(p_mission, v_outlets);
  end if;
  if v_said <> '{}' or v_stuck is distinct from w.stuck then
    insert into rex.mission_watches (mission_id, told, told_at, stalled_at, stuck)
    values (p_mission.id, v_told, w.told_at, case when v_stalled then rex.now() else w.stalled_at end, v_stuck)
    on conflict (mission_id) do update
      set told = excluded.told, told_at = excluded.told_at, stalled_at = excluded.stalled_at, stuck = excluded.stuck;
  end if;
  return v_said;
end $$;

create function rex.tell_exhausted(p_limit int) returns rex.announcement[] language sql set search_path = '' as $$
  with told as (
    update public.rex_crews c set exhaustion_told = true where (c.user_id, c.crew) in (
      select user_id, crew from public.rex_crews where exhausted_at is not null and not exhaustion_told and not paused
      order by exhausted_at limit p_limit for no key update skip locked)
    returning c.user_id, c.crew, c.exhausted_at, c.waiting)
  select array_agg(row(user_id, 'resource.exhausted', null, jsonb_build_object(
    'waiting_for', 'crew', 'crew', crew, 'since', exhausted_at, 'missions', waiting))::rex.announcement order by user_id, crew) from told
$$;
comment on function rex.tell_exhausted is 'Once for each time a crew''s slots stop serving what waits.';

create function public.rex_watch_missions(p_request_id text, p_limit int default 200) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('watch_missions', p_request_id, jsonb_build_array(p_limit));
  v_ids uuid[];
  v_said rex.announcement[];
  v_mission public.rex_missions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_ids := rex.missions_to_watch(least(greatest(p_limit, 1), 500));
  v_said := rex.tell_exhausted(500);
  for v_mission in select m.* from unnest(v_ids) with ordinality as w (id, n) join public.rex_missions m on m.id = w.id order by w.n loop
    v_said := v_said || rex.watch_mission(v_mission);
  end loop;
  delete from rex.mission_watches w using public.rex_missions m where w.stuck is not null and m.id = w.mission_id and m.finished_at is not null;
  perform rex.publish(v_said, 'watch_missions');
  v_answer := jsonb_build_object('watched', cardinality(v_ids), 'said', coalesce((
    select jsonb_object_agg(type, n) from (select (s).type, count(*) as n from unnest(v_said) as s group by 1) as by_type), '{}'));
  return rex.end_request('watch_missions', p_request_id, v_answer);
end $$;
grant execute on function public.rex_watch_missions to service_role;
