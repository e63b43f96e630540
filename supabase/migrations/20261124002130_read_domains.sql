-- Invariant 10: a person reads the domains of their account, with what the reputation rests on and what each may still send.

create index rex_logs_domain on public.rex_logs (entity_id, id) where entity = 'domain';

-- Wilson's interval at 95 %, of the evidence together with the usual rate that stands for what is not known yet.
create function rex.rate_bound(p_events numeric, p_sends numeric, p_strength numeric, p_usual numeric, p_side int) returns numeric
language sql immutable set search_path = '' as $$
  select (r + 1.9208 / n + p_side * 1.96 * sqrt(r * (1 - r) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n)
  from (select rex.smoothed_rate(p_events, p_sends, p_strength, p_usual) as r, p_sends + p_strength as n) as evidence
$$;
comment on function rex.rate_bound is 'The lower (-1) or upper (1) bound of a rate.';

create function rex.as_events(p_rate numeric, p_sends numeric, p_strength numeric, p_usual numeric) returns numeric
language sql immutable set search_path = '' as $$
  select p_rate * (p_sends + p_strength) - p_strength * p_usual
$$;
comment on function rex.as_events is 'How many events would make rex.smoothed_rate that rate.';

-- Each rate is put to its bounds by itself; what that does to the score adds up as independent errors do.
create function rex.reputation_bounds(s rex.signals, out low numeric, out high numeric) language sql immutable set search_path = '' as $$
  with usual (signal, events, strength, rate, worse) as (values
    ('complaints', s.complaints, 1000, 0.0005, 1), ('bounces', s.bounces, 100, 0.01, 1), ('blocks', s.blocks, 100, 0.02, 1),
    ('unsubscribes', s.unsubscribes, 200, 0.005, 1), ('replies', s.replies, 200, 0.02, -1)
  ), moved as (
    select u.worse = side.side as harms, rex.score_signals(jsonb_populate_record(s, jsonb_build_object(u.signal, rex.as_events(
      rex.rate_bound(u.events, s.sends, u.strength, u.rate, side.side), s.sends, u.strength, u.rate)))) as score
    from usual u cross join (values (-1), (1)) as side (side)
  ), whole as (
    select rex.score_signals(s) as score, case when s.sends < 100 then 0.85 else 1 end as most
  )
  select round(greatest(0, least(w.score - sqrt(coalesce(sum(power(w.score - m.score, 2)) filter (where m.harms), 0)), w.most)), 3),
    round(least(w.score + sqrt(coalesce(sum(power(w.score - m.score, 2)) filter (where not m.harms), 0)), w.most), 3)
  from whole w cross join moved m group by w.score, w.most
$$;
comment on function rex.reputation_bounds is 'Between what the reputation may truly lie, as little as is known; under the cap of rex.reputation_of.';

create function rex.read_health(p_domain public.rex_domain_pool) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'health', case when p_domain.reputation < 0.7 then 'sick' when e.sends < 100 then 'unproven' when p_domain.reputation < 0.8 then 'fair' else 'healthy' end,
    'because', rex.worst_harm(p_domain.id, p_domain.measured_at),
    'interval', jsonb_build_object('low', least(b.low, p_domain.reputation), 'high', greatest(b.high, p_domain.reputation)),
    'evidence', jsonb_build_object('sends', e.sends, 'complaints', e.complaints, 'bounces', e.bounces, 'blocks', e.blocks,
      'unsubscribes', e.unsubscribes, 'replies', e.replies))
  from (select coalesce(r.sends, 0) as sends, coalesce(r.complaints, 0) as complaints, coalesce(r.bounces, 0) as bounces,
      coalesce(r.blocks, 0) as blocks, coalesce(r.unsubscribes, 0) as unsubscribes, coalesce(r.replies, 0) as replies
    from (select 1) as one left join public.rex_domain_reputations r on r.domain_id = p_domain.id and r.at = p_domain.measured_at) as e
  cross join lateral rex.reputation_bounds(row(e.*)::rex.signals) as b
$$;
comment on function rex.read_health is 'What the reputation rests on: its interval, weighted evidence, and what weighs most against it.';

create function rex.read_inboxes_of(p_domain_id uuid, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', i.id, 'address', i.address, 'paused_at', i.paused_at, 'login_error', i.login_error,
    'login', case when i.checked_version = i.login_version then 'checked' when i.login_error is not null then 'failed' else 'unchecked' end,
    'daily_cap', i.daily_cap, 'cap_today', rex.inbox_cap(i, p_day), 'sent_today', coalesce(d.sent, 0),
    'warmup_started_at', i.warmup_started_at, 'warmed_at', i.warmed_at,
    'next_send_at', case when isfinite(i.next_send_at) then i.next_send_at end) order by i.address), '[]')
  from public.rex_inboxes i left join public.rex_inbox_days d on d.inbox_id = i.id and d.day = p_day where i.domain_id = p_domain_id
$$;

create function rex.read_domain(p_domain public.rex_domain_pool, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(p_domain) - array['user_id', 'updated_at'] || rex.read_health(p_domain) || jsonb_build_object(
    'cap_today', rex.domain_cap(p_domain, p_day),
    'sent_today', coalesce((select sent from public.rex_domain_days where domain_id = p_domain.id and day = p_day), 0),
    'inboxes', rex.read_inboxes_of(p_domain.id, p_day),
    'campaign', (select jsonb_build_object('id', c.id, 'name', c.name, 'open_missions', (
        select count(*) from (select from public.rex_missions m where m.campaign_id = c.id and m.sends and m.finished_at is null limit 1000) as open))
      from public.rex_campaigns c where c.id = p_domain.campaign_id),
    'rotation', (select jsonb_build_object('mission_id', m.id, 'state', m.state, 'created_at', m.created_at) from public.rex_missions m
      where m.domain_id = p_domain.id and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled'),
    'reputations', (select coalesce(jsonb_agg(jsonb_build_object('at', r.at, 'value', r.value) order by r.at), '[]') from (
      select at, value from public.rex_domain_reputations where domain_id = p_domain.id order by at desc limit 24) as r),
    'history', (select coalesce(jsonb_agg(to_jsonb(l) order by l.id desc), '[]') from (
      select id, at, actor, action, from_state, to_state, mission_id, reason, decision_id, data from public.rex_logs
      where entity = 'domain' and entity_id = p_domain.id order by id desc limit 10) as l))
$$;
comment on function rex.read_domain is 'A domain as its page shows it; of its history the 10 newest entries, of its hourly values 24.';

-- An account has few domains: they are sorted as they are asked for.
create function public.rex_list_domains(
  p_account uuid, p_statuses public.domain_status[] default null, p_tier public.domain_tier default null, p_campaign_id uuid default null,
  p_text text default null, p_sort text default 'domain', p_descending boolean default false, p_after_key text default null,
  p_after_id uuid default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id, rex.page_limit(p_limit) as most), found as (
    select d as domain, d.id, account.most, case p_sort when 'reputation' then d.reputation::text
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
    'items', coalesce(jsonb_agg(rex.read_domain(page.domain, rex.account_day(account.id, rex.now())) order by page.n) filter (where page.n <= page.most), '[]'),
    'next', case when max(page.n) > account.most then max(array[page.key, page.id::text]) filter (where page.n = page.most) end)
  from account left join page on true group by account.id, account.most
$$;
comment on function public.rex_list_domains is '{items, next}: a page, and the key of its last row, from which the next page goes on.';
grant execute on function rex.rate_bound, rex.as_events, rex.smoothed_rate, rex.penalty, rex.score_signals, rex.reputation_bounds, rex.worst_harm,
  rex.read_health, rex.read_inboxes_of, rex.read_domain, public.rex_list_domains to authenticated;
