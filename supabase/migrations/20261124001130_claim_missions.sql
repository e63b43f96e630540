-- Invariants 3, 4, 6 and 11: slot, share and domain are reserved in the transaction that assigns the mission.
-- One statement a step: each sees what the locks before it protect. A crew's lock guards `ready` of its missions and the pause of its account.

create type rex.turn as (user_id uuid, crew text);

create function rex.take_turns(p_limit int) returns rex.turn[] language sql set search_path = '' as $$
  select array_agg(row(t.user_id, t.crew)::rex.turn order by t.served, t.user_id, t.crew) from (
    select c.user_id, c.crew, c.served from public.rex_crews c
    where c.ready order by c.served, c.user_id, c.crew limit 5 * p_limit for no key update skip locked) as t
$$;
comment on function rex.take_turns is 'Locks crews that may start something, those of the account that waited longest first, five an account at most; skips those another claim holds.';

-- The turn is the account's: its second mission comes after the first of every other account, whatever its crew.
create function rex.pick_missions(p_turns rex.turn[], p_limit int) returns uuid[] language sql set search_path = '' as $$
  select array_agg(id order by turn, place) from (
    select m.id, row_number() over (partition by c.user_id order by m.n, c.crew) as turn, t.place
    from unnest(p_turns) with ordinality as t (user_id, crew, place)
    join public.rex_crews c on c.user_id = t.user_id and c.crew = t.crew
    cross join lateral (
      select w.id, row_number() over (order by w.priority desc, w.created_at, w.id) as n from public.rex_missions w
      where w.user_id = c.user_id and w.crew = c.crew and w.ready and c.ready
      order by w.priority desc, w.created_at, w.id limit greatest(0, c.slots - c.held)) as m
    order by turn, t.place limit p_limit) as picked
$$;

create function rex.end_turns(p_missions uuid[]) returns void language sql set search_path = '' as $$
  update public.rex_crews set served = rex.now() where (user_id, crew) in (
    select user_id, crew from public.rex_crews
    where user_id in (select m.user_id from public.rex_missions m where m.id = any (p_missions)) order by user_id, crew for no key update skip locked)
$$;
comment on function rex.end_turns is 'All crews of an account that was served go to the back; a crew another command holds keeps its place.';

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

create function rex.find_domains(p_missions uuid[]) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := row('{}', '{}', '{}', '{}');
  v_need record;
begin
  for v_need in
    select campaign_id, user_id, sum(leads)::bigint as leads from public.rex_missions
    where id = any (p_missions) and sends group by 1, 2 order by 1
  loop
    v_claim.domains := v_claim.domains || rex.assign_domains(v_need.user_id, v_need.campaign_id, v_need.leads);
    if rex.campaign_capacity(v_need.campaign_id) = 0 then
      v_claim.no_domain := v_claim.no_domain || array(
        select id from public.rex_missions where id = any (p_missions) and sends and campaign_id = v_need.campaign_id);
    end if;
  end loop;
  v_claim.claimed := array(select id from unnest(p_missions) with ordinality as p (id, n) where id <> all (v_claim.no_domain) order by n);
  return v_claim;
end $$;

-- Greedy in the order of the claim, in memory: the limit's row is locked once, when somebody needs a share.
create function rex.find_shares(p_claim rex.claim) returns rex.claim language plpgsql set search_path = '' as $$
declare
  v_claim rex.claim := p_claim;
  v_wanted int[] := array(
    select m.llm_calls_per_minute from unnest(p_claim.claimed) with ordinality as p (id, n) join public.rex_missions m on m.id = p.id order by p.n);
  v_free bigint;
  v_taken bigint := 0;
begin
  if 0 = all (v_wanted) then
    return v_claim;
  end if;
  select calls_per_minute - reserved into v_free from public.rex_api_limits where provider = 'openai' for no key update;
  v_claim.claimed := '{}';
  for i in 1 .. cardinality(v_wanted) loop
    if v_wanted[i] = 0 or v_taken + v_wanted[i] <= v_free then
      v_taken := v_taken + v_wanted[i];
      v_claim.claimed := v_claim.claimed || p_claim.claimed[i];
    else
      v_claim.no_quota := v_claim.no_quota || p_claim.claimed[i];
    end if;
  end loop;
  update public.rex_api_limits set reserved = reserved + v_taken where provider = 'openai' and v_taken > 0;
  return v_claim;
end $$;
