-- Invariant 10: a person lists the missions of their account, and of nobody else's; a page costs what it shows wherever an index gives its order.

create function rex.paged(p_rows jsonb, p_limit int, p_key text[]) returns jsonb language sql immutable set search_path = '' as $$
  select case when jsonb_array_length(p_rows) > p_limit
    then jsonb_build_object('items', p_rows - p_limit, 'next', (
      select jsonb_agg(p_rows -> (p_limit - 1) -> name order by n) from unnest(p_key) with ordinality as k (name, n)))
    else jsonb_build_object('items', coalesce(p_rows, '[]'), 'next', null) end
$$;
comment on function rex.paged is 'A page of at most p_limit rows, of which one more was read; `next` holds the key of its last row where there is another page.';

create function rex.page_limit(p_limit int) returns int language sql immutable set search_path = '' as $$
  select greatest(1, least(p_limit, 200))
$$;

create function rex.may_release(p_mission public.rex_missions) returns boolean language sql stable set search_path = '' as $$
  select p_mission.finished_at is null and exists (select from public.rex_outreach where mission_id = p_mission.id and state = 'held')
$$;
comment on function rex.may_release is 'Whether messages of this mission wait for a person, whatever else it waits for.';

create function rex.found_by_id(p_user_id uuid, p_text text) returns uuid[] language sql stable set search_path = '' as $$
  select case
    when rex.is_uuid(p_text) then array[p_text::uuid]
    when p_text like '%@%' then array(
      select distinct ml.mission_id from public.rex_lead_addresses a join public.rex_mission_leads ml on ml.lead_id = a.lead_id
      where a.user_id = p_user_id and a.channel = 'email' and a.address = lower(p_text))
    else nullif(array(
      select id from (
        select id from public.rex_missions where user_id = p_user_id
          and id between rpad(substring(p_text from '^[0-9a-f]{6,31}$'), 32, '0')::uuid and rpad(substring(p_text from '^[0-9a-f]{6,31}$'), 32, 'f')::uuid
        limit 1000) as begun
      union select mission_id from public.rex_mission_leads where lead_id = any ((select rex.found_by_phone(p_user_id, p_text))::uuid[])), '{}') end
$$;
comment on function rex.found_by_id is 'The missions that a text names by id, its beginning, or a lead''s address or phone number; null for a text that names none so.';

create function rex.found_by_campaign(p_user_id uuid, p_text text) returns uuid[] language sql stable set search_path = '' as $$
  select array(
    select id from public.rex_campaigns where user_id = p_user_id and strpos(lower(name), lower(p_text)) > 0
    union select campaign_id from public.rex_domain_pool where user_id = p_user_id and campaign_id is not null and domain = lower(p_text))
$$;

create function rex.mission_sort(p_sort text) returns text language sql immutable set search_path = '' as $$
  select case when p_sort in ('stage_at', 'priority') then p_sort else 'created_at' end
$$;

create function rex.found_by_domain(p_user_id uuid, p_domain text) returns uuid[] language sql stable set search_path = '' as $$
  with named as materialized (select id, campaign_id from public.rex_domain_pool where user_id = p_user_id and domain = lower(p_domain))
  select array(
    select m.id from public.rex_missions m join named on m.campaign_id = named.campaign_id or m.domain_id = named.id where m.user_id = p_user_id
    union select o.mission_id from public.rex_outreach o join named on o.domain_id = named.id)
$$;
comment on function rex.found_by_domain is 'The missions that a domain serves, that sent from it, or that are about it.';

-- $1 account, $2 states, $3 type, $4 campaign, $5 from, $6 until, $7 ids a text names, $8 text, $9 campaigns a text names, $10 ids of a domain,
-- $11 ids, $12 the command that would change them.
create function rex.mission_conditions() returns text language sql immutable set search_path = '' as $$
  select $where$m.user_id = $1
      and ($2 is null or case when cardinality($2) = 1 then m.state = $2[1] else m.state = any ($2) end)
      and ($3 is null or m.type = $3) and ($4 is null or m.campaign_id = $4)
      and ($5 is null or m.created_at >= $5) and ($6 is null or m.created_at < $6)
      and ($7 is null or m.id = any ($7))
      and ($8 is null or $7 is not null or m.campaign_id = any ($9) or m.type::text = lower($8) or m.crew = lower($8) or m.error_code = lower($8))
      and ($10 is null or m.id = any ($10)) and ($11 is null or m.id = any ($11))
      and case $12 when 'cancel' then rex.may_cancel(m) when 'retry' then rex.may_retry(m) when 'release' then rex.may_release(m) else true end$where$
$$;

-- Planned for each call with its values, so that what is not asked for costs nothing and the order comes from an index where there is one.
create function rex.page_of_missions(
  p_user_id uuid, p_states public.mission_state[], p_type public.mission_type, p_campaign_id uuid, p_from timestamptz, p_until timestamptz,
  p_text text, p_domain text, p_ids uuid[], p_takes text, p_sort text, p_descending boolean, p_after_key text, p_after_id uuid, p_limit int
) returns table (mission public.rex_missions, n bigint) language plpgsql stable set search_path = '' as $$
declare
  v_way text := case when p_descending then 'desc' else 'asc' end;
  v_ids uuid[] := rex.found_by_id(p_user_id, p_text);
begin
  return query execute format($query$
    select m, row_number() over (order by m.%1$I %4$s, m.id %4$s) from public.rex_missions m
    where %5$s and ($13 is null or (m.%1$I, m.id) %2$s ($13::%3$s, $14))
    order by m.%1$I %4$s, m.id %4$s limit $15
  $query$, rex.mission_sort(p_sort), case when p_descending then '<' else '>' end, case p_sort when 'priority' then 'int' else 'timestamptz' end, v_way,
    rex.mission_conditions())
  using p_user_id, p_states, p_type, p_campaign_id, p_from, p_until, v_ids, p_text,
    case when v_ids is null then rex.found_by_campaign(p_user_id, p_text) end,
    case when p_domain is not null then rex.found_by_domain(p_user_id, p_domain) end, p_ids, p_takes, p_after_key, p_after_id, p_limit + 1;
end $$;

create function rex.mission_row(m public.rex_missions) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', m.id, 'type', m.type, 'state', m.state, 'crew', m.crew, 'campaign_id', m.campaign_id, 'priority', m.priority, 'leads', m.leads,
    'round', m.round, 'retry_count', m.retry_count, 'not_before', m.not_before, 'paused_at', m.paused_at, 'error_code', m.error_code,
    'created_at', m.created_at, 'stage_at', m.stage_at, 'finished_at', m.finished_at,
    'has_held', rex.may_release(m))
$$;

create function public.rex_list_missions(
  p_account uuid, p_states public.mission_state[] default null, p_type public.mission_type default null, p_campaign_id uuid default null,
  p_from timestamptz default null, p_until timestamptz default null, p_text text default null, p_domain text default null,
  p_ids uuid[] default null, p_takes text default null, p_sort text default 'created_at', p_descending boolean default true,
  p_after_key text default null, p_after_id uuid default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  select rex.paged(jsonb_agg(rex.mission_row(p.mission) || case when (p.mission).finished_at is null then to_jsonb(rex.waits_for(p.mission))
    else '{"waiting_for": null, "waiting_since": null}' end order by p.n), rex.page_limit(p_limit), array[rex.mission_sort(p_sort), 'id'])
  from rex.page_of_missions(rex.reading_account(p_account), p_states, p_type, p_campaign_id, p_from, p_until, p_text, p_domain, p_ids, p_takes,
    p_sort, p_descending, p_after_key, p_after_id, rex.page_limit(p_limit)) as p
$$;
comment on function public.rex_list_missions is '{items, next}: a page, and the key of its last row, from which the next page goes on.
p_ids keeps to these missions; p_takes, cancel, retry or release, to those that the command would change.';

create function public.rex_count_missions(
  p_account uuid, p_states public.mission_state[] default null, p_type public.mission_type default null, p_campaign_id uuid default null,
  p_from timestamptz default null, p_until timestamptz default null, p_text text default null, p_domain text default null,
  p_takes text default null, p_most int default 10000
) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_account uuid := rex.reading_account(p_account);
  v_ids uuid[] := rex.found_by_id(v_account, p_text);
  v_found jsonb;
begin
  execute format($query$
    select jsonb_build_object('at', rex.now(), 'missions', count(*), 'taken', count(*) filter (where taken)) from (
      select case $13 when 'cancel' then rex.may_cancel(m) when 'retry' then rex.may_retry(m) when 'release' then rex.may_release(m) else false end as taken
      from public.rex_missions m where %s limit $14) as found
  $query$, rex.mission_conditions())
  into v_found
  using v_account, p_states, p_type, p_campaign_id, p_from, p_until, v_ids, p_text,
    case when v_ids is null then rex.found_by_campaign(v_account, p_text) end,
    case when p_domain is not null then rex.found_by_domain(v_account, p_domain) end, null::uuid[], null::text, p_takes, p_most;
  return v_found;
end $$;
comment on function public.rex_count_missions is
  'How many missions match, and how many of them p_takes, cancel, retry or release, would change; counted up to p_most, all of them when it is null.';
grant execute on function rex.paged, rex.page_limit, rex.is_uuid, rex.mission_sort, rex.found_by_id, rex.found_by_campaign, rex.found_by_domain,
  rex.mission_conditions, rex.may_cancel, rex.may_retry, rex.may_release, rex.page_of_missions, rex.mission_row, public.rex_list_missions, public.rex_count_missions to authenticated;
