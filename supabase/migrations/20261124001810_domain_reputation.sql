-- Reputation weighs evidence: few sends say little, old ones less, and harm counts at once.
-- Rates, bounds and weights: Bayesian smoothing towards usual rates, half-life of 7 days; opens weigh nothing, privacy proxies open everything.

create function rex.smoothed_rate(p_events numeric, p_sends numeric, p_strength numeric, p_usual numeric) returns numeric
language sql immutable set search_path = '' as $$
  select (p_events + p_strength * p_usual) / (p_sends + p_strength)
$$;

create function rex.penalty(p_rate numeric, p_good numeric, p_bad numeric) returns numeric language sql immutable set search_path = '' as $$
  select least(1, greatest(0, ln(p_rate / p_good) / ln(p_bad / p_good)))
$$;
comment on function rex.penalty is '0 up to the good rate, 1 from the bad one, logarithmic between them.';

create type rex.signals as (sends numeric, complaints numeric, bounces numeric, blocks numeric, unsubscribes numeric, replies numeric);
comment on type rex.signals is 'Messages and how many of them came to what, each weighted by the age of its send.';

create function rex.score_factors(s rex.signals) returns numeric[] language sql immutable set search_path = '' as $$
  select array[
    1 - 0.60 * rex.penalty(rex.smoothed_rate(s.complaints, s.sends, 1000, 0.0005), 0.001, 0.005),
    1 - 0.53 * rex.penalty(rex.smoothed_rate(s.bounces, s.sends, 100, 0.01), 0.02, 0.10),
    1 - 0.30 * rex.penalty(rex.smoothed_rate(s.blocks, s.sends, 100, 0.02), 0.05, 0.20),
    1 - 0.10 * rex.penalty(rex.smoothed_rate(s.unsubscribes, s.sends, 200, 0.005), 0.01, 0.03),
    0.95 + 0.05 * least(1, greatest(-1, ln(rex.smoothed_rate(s.replies, s.sends, 200, 0.02) / 0.02) / ln(3.0)))]
$$;
comment on function rex.score_factors is 'What complaints, bounces, blocks, unsubscribes and replies each leave of the reputation.';

create function rex.score_signals(s rex.signals) returns numeric language sql immutable set search_path = '' as $$
  select f[1] * f[2] * f[3] * f[4] * f[5] from rex.score_factors(s) as f
$$;
comment on function rex.score_signals is 'Reputation from 0 to 1 before its upper caps.';

create function rex.weight(p_sum double precision) returns numeric language sql immutable set search_path = '' as $$
  select round(coalesce(p_sum, 0)::numeric, 6)
$$;

create function rex.domain_signals(p_domain_id uuid, p_at timestamptz) returns rex.signals language sql stable set search_path = '' as $$
  with sent as materialized (
    select o.id, power(0.5::double precision, extract(epoch from p_at - o.begun_at)::double precision / (7 * 86400)) as w
    from public.rex_outreach o
    where o.domain_id = p_domain_id and o.state in ('sending', 'sent', 'refused', 'unknown')
      and o.begun_at > p_at - interval '90 days' and o.begun_at <= p_at
  ), fate as (
    select distinct s.id, s.w, case when e.kind = 'deferred' then 'blocked' else e.kind end as kind
    from sent s join public.rex_outreach_events e on e.outreach_id = s.id
    where e.recorded_at <= p_at and e.kind in ('complained', 'hard_bounced', 'blocked', 'deferred', 'unsubscribed', 'replied')
  ), weighed as (
    select 'sent' as kind, w from sent union all select kind::text, w from fate
  )
  select row(
    rex.weight(sum(w) filter (where kind = 'sent')), rex.weight(sum(w) filter (where kind = 'complained')),
    rex.weight(sum(w) filter (where kind = 'hard_bounced')), rex.weight(sum(w) filter (where kind = 'blocked')),
    rex.weight(sum(w) filter (where kind = 'unsubscribed')), rex.weight(sum(w) filter (where kind = 'replied')))::rex.signals
  from weighed
$$;
comment on function rex.domain_signals is
  'Of the 90 days before that moment, as they were known then; a send of 7 days ago weighs half.';

create function rex.reputation_of(s rex.signals) returns numeric language sql immutable set search_path = '' as $$
  select round(least(rex.score_signals(s), case when s.sends < 100 then 0.85 else 1 end), 3)
$$;
comment on function rex.reputation_of is 'At most 0.85 before 100 weighted sends.';

create function public.update_domain_reputation(p_domain_id uuid) returns numeric
language plpgsql security definer set search_path = '' as $$
declare
  v_reputation numeric;
begin
  perform from public.rex_domain_pool where id = p_domain_id for no key update;
  if not found then
    perform rex.refuse(404, 'domain_unknown', 'There is no such domain.', 'List the domains.');
  end if;
  v_reputation := rex.reputation_of(rex.domain_signals(p_domain_id, rex.now()));
  update public.rex_domain_pool set reputation = v_reputation where id = p_domain_id and reputation <> v_reputation;
  return v_reputation;
end $$;
comment on function public.update_domain_reputation is 'Computes a domain''s reputation anew from its sends and their events, keeps it and returns it.';

create view public.rex_domain_health_summary with (security_invoker = true) as
  select d.id, d.user_id, d.domain, d.tier, d.status, d.reputation, d.campaign_id, d.paused_at, d.rotated_at,
    (select count(*) from public.rex_inboxes i where i.domain_id = d.id) as inboxes,
    (select count(*) from public.rex_inboxes i
      where i.domain_id = d.id and i.checked_version = i.login_version and i.paused_at is null) as inboxes_ready,
    w.sends as sends_7d, w.bounces as hard_bounces_7d, w.complaints as complaints_7d, w.replies as replies_7d
  from public.rex_domain_pool d
  cross join lateral (
    select count(*) as sends, count(*) filter (where kinds && '{hard_bounced}') as bounces,
      count(*) filter (where kinds && '{complained}') as complaints, count(*) filter (where kinds && '{replied}') as replies
    from (
      select array(select e.kind from public.rex_outreach_events e where e.outreach_id = o.id) as kinds from public.rex_outreach o
      where o.domain_id = d.id and o.state in ('sent', 'refused', 'unknown') and o.begun_at > rex.now() - interval '7 days') as sent) as w;
comment on view public.rex_domain_health_summary is 'Each domain with its inboxes, and what became of its messages of the last 7 days.';
grant execute on function public.update_domain_reputation to service_role;
grant execute on function rex.now() to service_role;
grant select on public.rex_domain_health_summary to authenticated, service_role;
