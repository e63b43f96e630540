-- Invariants 3, 4, 6 and 11: slot, share and domain are reserved in the transaction that assigns the mission.
-- One statement a step: each sees what the locks before it protect. A crew's lock guards `ready` of its missions and the pause of its account.

create type rex.turn as (user_id uuid, crew text);

create function rex.quantum(p_limit int) returns int language sql immutable set search_path = '' as $$
  select greatest(1, p_limit / 20)
$$;
comment on function rex.quantum is 'What an account is given in one turn: a twentieth of the batch.';

create function rex.free_for_queue(p_crew public.rex_crews) returns bigint language plpgsql stable set search_path = '' as $$
begin
  return greatest(0, p_crew.slots - p_crew.held - (
    select count(*) from public.rex_missions
    where user_id = p_crew.user_id and crew = p_crew.crew and slotless and active_since is not null and state in ('ASSIGNED', 'EXECUTING')));
end $$;
comment on function rex.free_for_queue is 'Slots that no mission under way is owed since its pause.';

create function rex.room(p_turns rex.turn[], p_most int) returns bigint language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(sum(least(p_most, free)), 0) from (
      select c.user_id, sum(least(rex.free_for_queue(c), c.waiting)) as free
      from unnest(p_turns) as t join public.rex_crews c on c.user_id = t.user_id and c.crew = t.crew group by 1) as account);
end $$;
comment on function rex.room is 'Missions these crews can start when each account is given p_most at most.';

-- More and more crews, until one turn of each of their accounts fills the batch: what another claim is to lock stays free for it.
create function rex.take_turns(p_limit int) returns rex.turn[] language plpgsql set search_path = '' as $$
declare
  v_turns rex.turn[] := '{}';
  v_take int := ceil(p_limit::numeric / rex.quantum(p_limit));
  v_more rex.turn[];
  v_served timestamptz;
  v_last rex.turn;
begin
  loop
    with locked as materialized (
      select c.user_id, c.crew, c.served from public.rex_crews c
      where c.ready and (v_served is null or (c.served, c.user_id, c.crew) > (v_served, v_last.user_id, v_last.crew))
      order by c.served, c.user_id, c.crew limit v_take for no key update skip locked)
    select array_agg(row(user_id, crew)::rex.turn order by served, user_id, crew), max(served) into v_more, v_served from locked;
    v_turns := v_turns || v_more;
    exit when coalesce(cardinality(v_more), 0) < v_take or rex.room(v_turns, rex.quantum(p_limit)) >= p_limit;
    v_last := v_more[cardinality(v_more)];
    v_take := 2 * v_take;
  end loop;
  return v_turns;
end $$;
comment on function rex.take_turns is 'Locks crews that may start something, those of the account that waited longest first; skips those another claim holds.';

create type rex.pick as (missions uuid[], users uuid[], campaigns uuid[]);

-- The turn is the account's, whatever its crews: its second comes after the first of every other account.
create function rex.pick_missions(p_turns rex.turn[], p_limit int) returns rex.pick language plpgsql set search_path = '' as $$
declare
  v_quantum int := rex.quantum(p_limit);
  v_most int := case when rex.room(p_turns, v_quantum) >= p_limit then v_quantum else p_limit end;
  v_pick rex.pick;
begin
  select array_agg(id order by turn, place, nth), array_agg(distinct user_id), array_agg(distinct campaign_id) filter (where sends) into v_pick
  from (
    select m.id, c.user_id, m.campaign_id, m.sends, t.place, row_number() over (partition by c.user_id order by m.n, c.crew) as nth,
      (row_number() over (partition by c.user_id order by m.n, c.crew) - 1) / v_quantum as turn
    from unnest(p_turns) with ordinality as t (user_id, crew, place)
    join public.rex_crews c on c.user_id = t.user_id and c.crew = t.crew
    cross join lateral (
      select w.id, w.campaign_id, w.sends, row_number() over (order by w.priority desc, w.created_at, w.id) as n from public.rex_missions w
      where w.user_id = c.user_id and w.crew = c.crew and w.ready and c.ready
      order by w.priority desc, w.created_at, w.id limit least(v_most, rex.free_for_queue(c))) as m
    order by turn, t.place, nth limit p_limit) as picked;
  return v_pick;
end $$;

create function rex.end_turns(p_users uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  update public.rex_crews set served = rex.now() where (user_id, crew) in (
    select user_id, crew from public.rex_crews where user_id = any (p_users) and waiting > 0
    order by user_id, crew for no key update skip locked);
end $$;
comment on function rex.end_turns is
  'All crews of an account that was served and have something to start go to the back, others when they have; one another command holds keeps its place.';

create type rex.picked as (
  id uuid, user_id uuid, type public.mission_type, crew text, campaign_id uuid, sends boolean, leads int, batch_size int, priority int,
  llm_calls_per_minute int, fence bigint, round int);
comment on type rex.picked is 'What a claim needs of a mission, read once under its lock.';

create function rex.lock_picked(p_pick rex.pick) returns rex.picked[] language plpgsql set search_path = '' as $$
declare
  v_paused uuid[];
begin
  perform from public.rex_campaigns where id = any (p_pick.campaigns) order by id for no key update;
  v_paused := array(
    select user_id from public.rex_accounts where user_id = any (p_pick.users) and paused_at is not null
    union all select id from public.rex_campaigns where id = any (p_pick.campaigns) and paused_at is not null);
  return array(
    select row(m.id, m.user_id, m.type, m.crew, m.campaign_id, m.sends, m.leads, m.batch_size, m.priority,
      m.llm_calls_per_minute, m.fence, m.round)::rex.picked
    from (select * from public.rex_missions where id = any (p_pick.missions) order by id for no key update) as m
    join unnest(p_pick.missions) with ordinality as p (id, n) using (id)
    where m.ready and m.paused_at is null and m.user_id <> all (v_paused) and (not m.sends or m.campaign_id <> all (v_paused)) order by p.n);
end $$;

create type rex.claim as (claimed rex.picked[], no_domain rex.picked[], no_quota rex.picked[], domains uuid[]);

create function rex.campaign_needs(p_picked rex.picked[]) returns table (campaign_id uuid, user_id uuid, leads bigint, capacity bigint)
language plpgsql stable set search_path = '' as $$
begin
  return query
  select m.campaign_id, m.user_id, m.leads, coalesce(d.capacity, 0) from (
    select w.campaign_id, w.user_id, sum(w.leads)::bigint as leads from unnest(p_picked) as w where w.sends group by 1, 2) as m
  left join lateral (
    select sum(coalesce(least(p.daily_cap, (
      select sum(i.daily_cap) from public.rex_inboxes i
      where i.domain_id = p.id and i.checked_version = i.login_version and i.paused_at is null)), 0))::bigint as capacity
    from public.rex_domain_pool p where p.campaign_id = m.campaign_id and p.status in ('warming', 'active') and p.paused_at is null) as d on true;
end $$;
comment on function rex.campaign_needs is 'What the missions of each campaign ask for, and what its domains can send a day as rex.daily_capacity says.';

-- Only a campaign whose domains do not suffice looks for more. While somebody else holds the lock of one it could have, such as who measures it,
-- its missions stay as they are, and the next claim looks again.
create function rex.find_domains(p_picked rex.picked[]) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := row(p_picked, '{}', '{}', '{}');
  v_need record;
  v_without uuid[] := '{}';
  v_later uuid[] := '{}';
begin
  for v_need in
    select * from rex.campaign_needs(p_picked) where capacity = 0 or capacity < ceil(leads / 5.0) order by campaign_id
  loop
    v_claim.domains := v_claim.domains || rex.assign_domains(v_need.user_id, v_need.campaign_id, v_need.leads);
    if rex.campaign_capacity(v_need.campaign_id) > 0 then
      continue;
    elsif rex.domain_in_reach(v_need.user_id, v_need.campaign_id) then
      v_later := v_later || v_need.campaign_id;
    else
      v_without := v_without || v_need.campaign_id;
    end if;
  end loop;
  if v_without || v_later <> '{}' then
    v_claim.no_domain := array(select p from unnest(p_picked) as p where p.sends and p.campaign_id = any (v_without));
    v_claim.claimed := array(select p from unnest(p_picked) as p where not p.sends or p.campaign_id <> all (v_without || v_later));
  end if;
  return v_claim;
end $$;

-- Greedy in the order of the claim. The limit's row is locked here only by a second try: another claim would wait for all that follows.
create function rex.find_shares(p_claim rex.claim, p_lock boolean) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := p_claim;
  v_wanted bigint := (select sum(llm_calls_per_minute) from unnest(p_claim.claimed));
  v_free bigint;
  v_mission rex.picked;
begin
  if coalesce(v_wanted, 0) = 0 then
    return v_claim;
  end if;
  if p_lock then
    perform from public.rex_api_limits where provider = 'openai' for no key update;
  end if;
  v_free := (select calls_per_minute - reserved from public.rex_api_limits where provider = 'openai');
  if v_wanted <= v_free then
    return v_claim;
  end if;
  v_claim.claimed := '{}';
  foreach v_mission in array p_claim.claimed loop
    if v_mission.llm_calls_per_minute = 0 or v_mission.llm_calls_per_minute <= v_free then
      v_free := v_free - v_mission.llm_calls_per_minute;
      v_claim.claimed := v_claim.claimed || v_mission;
    else
      v_claim.no_quota := v_claim.no_quota || v_mission;
    end if;
  end loop;
  return v_claim;
end $$;

create function rex.take_shares(p_claimed rex.picked[]) returns void language plpgsql set search_path = '' as $$
declare
  v_calls bigint := (select sum(llm_calls_per_minute) from unnest(p_claimed));
begin
  if v_calls > 0 then
    update public.rex_api_limits set reserved = reserved + v_calls where provider = 'openai' and reserved + v_calls <= calls_per_minute;
    if not found then
      raise 'Another claim took these shares.' using errcode = 'RX001';
    end if;
  end if;
end $$;
comment on function rex.take_shares is 'The shares of a claim, taken last; raises RX001 when another took them since they were looked at.';
