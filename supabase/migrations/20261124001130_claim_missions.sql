-- Invariants 3, 4, 6 and 11: slot, share and domain are reserved in the transaction that assigns the mission.
-- One statement a step: each sees what the locks before it protect. A crew's lock guards `ready` of its missions and the pause of its account.

create type rex.turn as (user_id uuid, crew text);

create function rex.quantum(p_limit int) returns int language sql immutable set search_path = '' as $$
  select greatest(1, p_limit / 20)
$$;
comment on function rex.quantum is 'What an account is given in one turn: a twentieth of the batch.';

create function rex.room(p_turns rex.turn[], p_most int) returns bigint language sql stable set search_path = '' as $$
  select coalesce(sum(least(p_most, free)), 0) from (
    select c.user_id, sum(least(c.slots - c.held, c.waiting)) as free
    from unnest(p_turns) as t join public.rex_crews c on c.user_id = t.user_id and c.crew = t.crew group by 1) as account
$$;
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

-- The turn is the account's, whatever its crews: its second comes after the first of every other account.
create function rex.pick_missions(p_turns rex.turn[], p_limit int) returns uuid[] language sql set search_path = '' as $$
  with most as materialized (
    select case when rex.room(p_turns, rex.quantum(p_limit)) >= p_limit then rex.quantum(p_limit) else p_limit end as n, rex.quantum(p_limit) as quantum)
  select array_agg(id order by turn, place, nth) from (
    select m.id, t.place, row_number() over (partition by c.user_id order by m.n, c.crew) as nth,
      (row_number() over (partition by c.user_id order by m.n, c.crew) - 1) / most.quantum as turn
    from unnest(p_turns) with ordinality as t (user_id, crew, place)
    join public.rex_crews c on c.user_id = t.user_id and c.crew = t.crew cross join most
    cross join lateral (
      select w.id, row_number() over (order by w.priority desc, w.created_at, w.id) as n from public.rex_missions w
      where w.user_id = c.user_id and w.crew = c.crew and w.ready and c.ready
      order by w.priority desc, w.created_at, w.id limit least(most.n, greatest(0, c.slots - c.held))) as m
    order by turn, t.place, nth limit p_limit) as picked
$$;

create function rex.end_turns(p_missions uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_crews set served = rex.now() where (user_id, crew) in (
    select user_id, crew from public.rex_crews
    where user_id in (select m.user_id from public.rex_missions m where m.id = any (p_missions)) and waiting > 0
    order by user_id, crew for no key update skip locked)
$$;
comment on function rex.end_turns is
  'All crews of an account that was served and have something to start go to the back, others when they have; one another command holds keeps its place.';

create function rex.lock_picked(p_missions uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
begin
  perform from public.rex_campaigns
  where id in (select campaign_id from public.rex_missions where id = any (p_missions) and sends) order by id for no key update;
  perform from public.rex_missions where id = any (p_missions) order by id for no key update;
  return array(
    select m.id from unnest(p_missions) with ordinality as p (id, n) join public.rex_missions m on m.id = p.id
    join public.rex_accounts a on a.user_id = m.user_id left join public.rex_campaigns c on c.id = m.campaign_id and m.sends
    where m.ready and m.paused_at is null and a.paused_at is null and c.paused_at is null order by p.n);
end $$;

create type rex.claim as (claimed uuid[], no_domain uuid[], no_quota uuid[], domains uuid[]);

create function rex.campaign_needs(p_missions uuid[]) returns table (campaign_id uuid, user_id uuid, leads bigint, capacity bigint)
language sql stable set search_path = '' as $$
  select m.campaign_id, m.user_id, m.leads, coalesce(d.capacity, 0) from (
    select w.campaign_id, w.user_id, sum(w.leads)::bigint as leads from public.rex_missions w where w.id = any (p_missions) and w.sends group by 1, 2) as m
  left join lateral (
    select sum(coalesce(least(p.daily_cap, (
      select sum(i.daily_cap) from public.rex_inboxes i
      where i.domain_id = p.id and i.checked_version = i.login_version and i.paused_at is null)), 0))::bigint as capacity
    from public.rex_domain_pool p where p.campaign_id = m.campaign_id and p.status in ('warming', 'active') and p.paused_at is null) as d on true
$$;
comment on function rex.campaign_needs is 'What the missions of each campaign ask for, and what its domains can send a day as rex.daily_capacity says.';

-- Only a campaign whose domains do not suffice looks for more.
create function rex.find_domains(p_missions uuid[]) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := row(p_missions, '{}', '{}', '{}');
  v_need record;
begin
  for v_need in
    select * from rex.campaign_needs(p_missions) where capacity = 0 or capacity < ceil(leads / 5.0) order by campaign_id
  loop
    v_claim.domains := v_claim.domains || rex.assign_domains(v_need.user_id, v_need.campaign_id, v_need.leads);
    if rex.campaign_capacity(v_need.campaign_id) = 0 then
      v_claim.no_domain := v_claim.no_domain || array(
        select id from public.rex_missions where id = any (p_missions) and sends and campaign_id = v_need.campaign_id);
    end if;
  end loop;
  if v_claim.no_domain <> '{}' then
    v_claim.claimed := array(select id from unnest(p_missions) with ordinality as p (id, n) where id <> all (v_claim.no_domain) order by n);
  end if;
  return v_claim;
end $$;

-- Greedy in the order of the claim. The limit's row is locked here only by a second try: another claim would wait for all that follows.
create function rex.find_shares(p_claim rex.claim, p_lock boolean) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := p_claim;
  v_wanted int[] := array(
    select m.llm_calls_per_minute from unnest(p_claim.claimed) with ordinality as p (id, n) join public.rex_missions m on m.id = p.id order by p.n);
  v_free bigint;
begin
  if 0 = all (v_wanted) then
    return v_claim;
  end if;
  if p_lock then
    perform from public.rex_api_limits where provider = 'openai' for no key update;
  end if;
  v_free := (select calls_per_minute - reserved from public.rex_api_limits where provider = 'openai');
  v_claim.claimed := '{}';
  for i in 1 .. cardinality(v_wanted) loop
    if v_wanted[i] = 0 or v_wanted[i] <= v_free then
      v_free := v_free - v_wanted[i];
      v_claim.claimed := v_claim.claimed || p_claim.claimed[i];
    else
      v_claim.no_quota := v_claim.no_quota || p_claim.claimed[i];
    end if;
  end loop;
  return v_claim;
end $$;

create function rex.take_shares(p_missions uuid[]) returns void language plpgsql set search_path = '' as $$
declare
  v_calls bigint := (select sum(llm_calls_per_minute) from public.rex_missions where id = any (p_missions));
begin
  if v_calls > 0 then
    update public.rex_api_limits set reserved = reserved + v_calls where provider = 'openai' and reserved + v_calls <= calls_per_minute;
    if not found then
      raise 'Another claim took these shares.' using errcode = 'RX001';
    end if;
  end if;
end $$;
comment on function rex.take_shares is 'The shares of a claim, taken last; raises RX001 when another took them since they were looked at.';
