-- A domain that does harm, and the one thing most of the harm came from: harm and values older than what was last done count no more.

create index rex_domain_pool_sick on public.rex_domain_pool (id) where reputation < 0.7 and user_id is not null and status in ('warming', 'active');

create function rex.worst_harm(p_domain_id uuid, p_at timestamptz) returns public.event_kind language sql stable set search_path = '' as $$
  select case when greatest(c, b, f) = 0 then null when c >= greatest(b, f) then 'complained' when b >= f then 'hard_bounced' else 'blocked' end::public.event_kind
  from (
    select 0.60 * rex.penalty(rex.smoothed_rate(complaints, sends, 1000, 0.0005), 0.001, 0.005) as c,
      0.53 * rex.penalty(rex.smoothed_rate(bounces, sends, 100, 0.01), 0.02, 0.10) as b,
      0.30 * rex.penalty(rex.smoothed_rate(blocks, sends, 100, 0.02), 0.05, 0.20) as f
    from public.rex_domain_reputations where domain_id = p_domain_id and at = p_at) as penalties
$$;
comment on function rex.worst_harm is 'What weighs most in a value; null when nothing does harm.';

create function rex.sources_of_harm(p_domain_id uuid, p_kind public.event_kind, p_since timestamptz)
returns table (kind text, id uuid, share numeric, rate numeric, rest numeric) language sql stable set search_path = '' as $$
  with sent as (
    select l.import_id, o.mission_id, o.campaign_id, exists (
      select from public.rex_outreach_events e where e.outreach_id = o.id and e.kind = p_kind and e.recorded_at > p_since) as harmed
    from public.rex_outreach o join public.rex_leads l on l.id = o.lead_id
    where o.domain_id = p_domain_id and o.begun_at > rex.now() - interval '14 days' and o.state in ('sent', 'refused', 'unknown')
  ), whole as (
    select count(*) as sends, count(*) filter (where harmed) as harm from sent
  ), source as (
    select s.kind, s.id, count(*) as sends, count(*) filter (where harmed) as harm
    from sent cross join lateral (values ('import', import_id), ('mission', mission_id), ('campaign', campaign_id)) as s (kind, id)
    where s.id is not null group by 1, 2
  )
  select s.kind, s.id, round(s.harm::numeric / w.harm, 3), s.harm::numeric / s.sends, (w.harm - s.harm)::numeric / nullif(w.sends - s.sends, 0)
  from source s cross join whole w where s.harm >= 3 and 2 * s.harm > w.harm
$$;
comment on function rex.sources_of_harm is 'Imports, missions and campaigns with most of the harm of a kind; rate is theirs, rest that of all other sends of the domain.';

create function rex.is_stopped(p_kind text, p_id uuid) returns boolean language sql stable set search_path = '' as $$
  select case p_kind
    when 'import' then exists (select from public.rex_imports where id = p_id and held_at is not null)
    when 'mission' then exists (select from public.rex_missions where id = p_id and paused_at is not null)
    else exists (select from public.rex_campaigns where id = p_id and paused_at is not null) end
$$;

-- Addresses bounce because of the list they came from, people complain about what they are sent; what blocks a domain is its own.
create function rex.cause_of_harm(p_domain_id uuid, p_kind public.event_kind, p_since timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('kind', kind, 'id', id, 'share', share) from (
    select s.* from rex.sources_of_harm(p_domain_id, p_kind, p_since) as s
    where case p_kind
      when 'hard_bounced' then s.kind = 'import' or (s.kind = 'mission' and s.rate >= 2 * s.rest)
      when 'complained' then s.kind in ('mission', 'campaign')
      else false end
      and not (s.kind = 'mission' and exists (select from public.rex_missions m where m.id = s.id and m.finished_at is not null))
    order by array_position('{import,mission,campaign}', s.kind) limit 1) as narrowest
  where not rex.is_stopped(kind, id)
$$;
comment on function rex.cause_of_harm is 'The narrowest source that most of the harm came from and that can be stopped; null when there is none, or it is stopped already.';

create function rex.judged_domain(p_domain public.rex_domain_pool) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'domain_id', p_domain.id, 'user_id', p_domain.user_id, 'status', p_domain.status, 'reputation', p_domain.reputation,
    'previous_reputation', (select value from public.rex_domain_reputations
      where domain_id = p_domain.id and at = p_domain.measured_at - interval '1 hour' and at > coalesce(p_domain.judged_at, '-infinity')),
    'complaints', coalesce(harm.kind = 'complained', false),
    'cause', rex.cause_of_harm(p_domain.id, harm.kind, coalesce(p_domain.judged_at, '-infinity')))
  from rex.worst_harm(p_domain.id, p_domain.measured_at) as harm (kind)
$$;

create function public.rex_domains_to_judge(p_limit int default 50, p_domain_ids uuid[] default null) returns jsonb
language sql security definer set search_path = '' as $$
  select jsonb_build_object('now', rex.now(), 'domains', coalesce(jsonb_agg(rex.judged_domain(sick.domain)), '[]')) from (
    select s as domain from public.rex_domain_pool s
    where (p_domain_ids is null or s.id = any (p_domain_ids)) and s.reputation < 0.7 and s.user_id is not null and s.status in ('warming', 'active') and s.measured_at > coalesce(s.judged_at, '-infinity')
      and not exists (
        select from public.rex_missions m where m.domain_id = s.id and m.state <> 'COMPLETED' and m.error_code is distinct from 'cancelled')
    order by random() limit least(greatest(p_limit, 1), 200)) as sick
$$;
comment on function public.rex_domains_to_judge is 'Sick domains with no rotation under way; when there are more than are asked for, chance decides whose turn it is.';
grant execute on function public.rex_domains_to_judge to service_role;
