-- Invariant 10: a person reads the domains of their account, with what the reputation rests on and what each may still send.

create index rex_logs_domain on public.rex_logs (entity_id, id) where entity = 'domain';

-- The bound of Wilson's interval at 95 %, of the evidence together with the usual rate that stands for what is not known yet; told as the number
-- of events that would make rex.smoothed_rate that rate.
create function rex.events_at_bound(p_events numeric, p_sends numeric, p_strength numeric, p_usual numeric, p_side int) returns numeric
language sql immutable set search_path = '' as $$
  select n * (r + 1.9208 / n + p_side * 1.96 * sqrt(r * (1 - r) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) - p_strength * p_usual
  from (select rex.smoothed_rate(p_events, p_sends, p_strength, p_usual) as r, p_sends + p_strength as n) as evidence
$$;

create function rex.signals_at_bound(s rex.signals, p_side int) returns rex.signals language sql immutable set search_path = '' as $$
  select row(
    s.sends, rex.events_at_bound(s.complaints, s.sends, 1000, 0.0005, p_side), rex.events_at_bound(s.bounces, s.sends, 100, 0.01, p_side),
    rex.events_at_bound(s.blocks, s.sends, 100, 0.02, p_side), rex.events_at_bound(s.unsubscribes, s.sends, 200, 0.005, p_side),
    rex.events_at_bound(s.replies, s.sends, 200, 0.02, -p_side))::rex.signals
$$;
comment on function rex.signals_at_bound is 'All rates at the better (-1) or the worse (1) end of what they may truly be.';

-- Each rate is put to its bound by itself; what that does to the score adds up as independent errors do.
create function rex.score_spread(p_factors numeric[], p_moved numeric[]) returns numeric language sql immutable set search_path = '' as $$
  select sqrt(sum(power(1 - moved / factor, 2))) * exp(sum(ln(factor))) from unnest(p_factors, p_moved) as f (factor, moved)
$$;

create function rex.reputation_bounds(s rex.signals) returns numrange language sql immutable set search_path = '' as $$
  select numrange(
    round(greatest(0, least(most, score - rex.score_spread(factors, rex.score_factors(rex.signals_at_bound(s, 1))))), 3),
    round(least(most, score + rex.score_spread(factors, rex.score_factors(rex.signals_at_bound(s, -1)))), 3), '[]')
  from (select rex.score_factors(s) as factors, rex.score_signals(s) as score, case when s.sends < 100 then 0.85 else 1 end as most) as whole
$$;
comment on function rex.reputation_bounds is 'Between what the reputation may truly lie, as little as is known; under the cap of rex.reputation_of.';

-- Kept with each value: reckoning it takes longer than a page may wait for a pool of domains.
alter table public.rex_domain_reputations add column bounds numrange not null
  generated always as (rex.reputation_bounds(row(sends, complaints, bounces, blocks, unsubscribes, replies)::rex.signals)) stored;

-- Views, so that each function they name is planned once for a whole page.
create view rex.domain_health with (security_invoker = true) as
  select d.id, jsonb_build_object(
    'health', case when d.reputation < 0.7 then 'sick' when coalesce(r.sends, 0) < 100 then 'unproven' when d.reputation < 0.8 then 'fair' else 'healthy' end,
    'because', case when r.at is not null then rex.worst_harm(d.id, r.at) end,
    'interval', jsonb_build_object('low', least(lower(b.bounds), d.reputation), 'high', greatest(upper(b.bounds), d.reputation)),
    'evidence', jsonb_build_object('sends', coalesce(r.sends, 0), 'complaints', coalesce(r.complaints, 0), 'bounces', coalesce(r.bounces, 0),
      'blocks', coalesce(r.blocks, 0), 'unsubscribes', coalesce(r.unsubscribes, 0), 'replies', coalesce(r.replies, 0))) as told
  from public.rex_domain_pool d left join public.rex_domain_reputations r on r.domain_id = d.id and r.at = d.measured_at
  cross join lateral (select coalesce(r.bounds, rex.reputation_bounds('(0,0,0,0,0,0)'::rex.signals)) as bounds) as b;
comment on view rex.domain_health is 'What a reputation rests on: its interval, weighted evidence, and what weighs most against it.';

create view rex.domain_inboxes with (security_invoker = true) as
  select i.domain_id, i.address, jsonb_build_object(
    'id', i.id, 'address', i.address, 'paused_at', i.paused_at, 'login_error', i.login_error,
    'login', case when i.checked_version = i.login_version then 'checked' when i.login_error is not null then 'failed' else 'unchecked' end,
    'daily_cap', i.daily_cap, 'cap_today', rex.inbox_cap(i, today.day), 'sent_today', coalesce(d.sent, 0),
    'warmup_started_at', i.warmup_started_at, 'warmed_at', i.warmed_at,
    'next_send_at', case when isfinite(i.next_send_at) then i.next_send_at end) as told
  from public.rex_inboxes i cross join lateral (select rex.account_day(i.user_id, rex.now()) as day) as today
  left join public.rex_inbox_days d on d.inbox_id = i.id and d.day = today.day;

create view rex.domain_pages with (security_invoker = true) as
  select d.id, to_jsonb(d) - array['user_id', 'updated_at'] || h.told || jsonb_build_object(
    'cap_today', rex.domain_cap(d, today.day), 'sent_today', coalesce(s.sent, 0),
    'inboxes', (select coalesce(jsonb_agg(i.told order by i.address), '[]') from rex.domain_inboxes i where i.domain_id = d.id),
    'campaign', (select jsonb_build_object('id', c.id, 'name', c.name, 'open_missions', (
        select count(*) from (select from public.rex_missions m where m.campaign_id = c.id and m.sends and m.finished_at is null limit 1000) as open))
      from public.rex_campaigns c where c.id = d.campaign_id),
    'rotation', (select jsonb_build_object('mission_id', m.id, 'state', m.state, 'created_at', m.created_at) from public.rex_missions m
      where m.domain_id = d.id and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled'),
    'reputations', (select coalesce(jsonb_agg(jsonb_build_object('at', r.at, 'value', r.value) order by r.at), '[]') from (
      select at, value from public.rex_domain_reputations where domain_id = d.id order by at desc limit 24) as r),
    'history', (select coalesce(jsonb_agg(to_jsonb(l) order by l.id desc), '[]') from (
      select id, at, actor, action, from_state, to_state, mission_id, reason, decision_id, data from public.rex_logs
      where entity = 'domain' and entity_id = d.id order by id desc limit 10) as l)) as told
  from public.rex_domain_pool d join rex.domain_health h on h.id = d.id
  cross join lateral (select rex.account_day(d.user_id, rex.now()) as day) as today
  left join public.rex_domain_days s on s.domain_id = d.id and s.day = today.day;
comment on view rex.domain_pages is 'A domain as its page shows it; of its history the 10 newest entries, of its hourly values 24.';
grant select on rex.domain_health, rex.domain_inboxes, rex.domain_pages to authenticated;

-- An account has few domains: they are sorted as they are asked for.
create function public.rex_list_domains(
  p_account uuid, p_statuses public.domain_status[] default null, p_tier public.domain_tier default null, p_campaign_id uuid default null,
  p_text text default null, p_sort text default 'domain', p_descending boolean default false, p_after_key text default null,
  p_after_id uuid default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id, rex.page_limit(p_limit) as most), found as (
    select d.id, account.most, case p_sort when 'reputation' then d.reputation::text
      when 'created_at' then to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') else d.domain end collate "C" as key
    from public.rex_domain_pool d join account on d.user_id = account.id
    where (p_statuses is null or d.status = any (p_statuses)) and (p_tier is null or d.tier = p_tier)
      and (p_campaign_id is null or d.campaign_id = p_campaign_id) and (p_text is null or strpos(d.domain, lower(p_text)) > 0)
  ), page as (
    select *, row_number() over (order by case when not p_descending then key end, case when p_descending then key end desc, id) as n from found
    where p_after_key is null or (key = p_after_key and id > p_after_id) or case when p_descending then key < p_after_key else key > p_after_key end
    order by n limit (select most + 1 from account)
  )
  select jsonb_build_object(
    'items', coalesce(jsonb_agg(shown.told order by page.n) filter (where page.n <= page.most), '[]'),
    'next', case when max(page.n) > account.most then max(array[page.key, page.id::text]) filter (where page.n = page.most) end)
  from account left join page on true left join rex.domain_pages shown on shown.id = page.id group by account.most
$$;
comment on function public.rex_list_domains is '{items, next}: a page, and the key of its last row, from which the next page goes on.';
grant execute on function rex.events_at_bound, rex.signals_at_bound, rex.score_spread, rex.score_factors, rex.score_signals, rex.smoothed_rate, rex.penalty,
  rex.reputation_bounds, rex.worst_harm, public.rex_list_domains to authenticated;
