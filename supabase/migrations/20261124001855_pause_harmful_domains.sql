-- Invariant 5 stops a paused domain: one that plainly does harm is paused within a pass of the monitor, before the hour's reputation is known.

alter table public.rex_domain_pool add harm_since timestamptz;
comment on column public.rex_domain_pool.harm_since is 'When it was last paused for plain harm: only what was sent later counts towards the next time.';
create index rex_outreach_events_harm on public.rex_outreach_events (recorded_at) where kind in ('hard_bounced', 'complained');

create type rex.plain_harm as (sends bigint, bounces bigint, complaints bigint);

create function rex.harm_of(p_domain public.rex_domain_pool) returns rex.plain_harm language sql stable set search_path = '' as $$
  select row(count(*), count(*) filter (where '{hard_bounced}' && kinds), count(*) filter (where '{complained}' && kinds))::rex.plain_harm
  from (
    select array(select e.kind from public.rex_outreach_events e where e.outreach_id = o.id) as kinds from public.rex_outreach o
    where o.domain_id = p_domain.id and o.state in ('sending', 'sent', 'refused', 'unknown')
      and o.begun_at > greatest(rex.now() - interval '7 days', p_domain.harm_since)) as sent
$$;
comment on function rex.harm_of is 'Messages of the last 7 days, not weighted by age, and how many bounced hard or brought a complaint.';

create function rex.pause_for_harm(p_domain public.rex_domain_pool, p_harm rex.plain_harm, p_reason text) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_data jsonb := to_jsonb(p_harm) || jsonb_build_object('domain_id', p_domain.id, 'reason', p_reason);
begin
  update public.rex_domain_pool set paused_at = rex.now(), pause_reason = p_reason, harm_since = rex.now() where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, action, reason, data)
  values (p_domain.user_id, 'domain', p_domain.id, 'pause_for_harm', p_reason, v_data);
  return array[
    row(p_domain.user_id, 'domain.paused', null, jsonb_build_object('scope', 'domain', 'id', p_domain.id))::rex.announcement,
    row(p_domain.user_id, 'error.domain_harms', null, v_data)::rex.announcement];
end $$;
comment on function rex.pause_for_harm is 'As a person would pause it; a person resumes it.';

create function public.rex_pause_harmful_domains(
  p_request_id text, p_least_sends int, p_least_events int, p_bounce_rate double precision, p_complaint_rate double precision, p_limit int default 10
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('pause_harmful_domains', p_request_id,
    jsonb_build_array(p_least_sends, p_least_events, p_bounce_rate, p_complaint_rate, p_limit));
  v_domain public.rex_domain_pool;
  v_harm rex.plain_harm;
  v_reason text;
  v_said rex.announcement[] := '{}';
  v_paused uuid[] := '{}';
  v_looked int := 0;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  for v_domain in
    select * from public.rex_domain_pool
    where status in ('warming', 'active') and paused_at is null and id in (
      select domain_id from (
        select distinct o.domain_id from public.rex_outreach_events e join public.rex_outreach o on o.id = e.outreach_id
        where e.kind in ('hard_bounced', 'complained') and e.recorded_at > rex.now() - interval '1 hour') as harmed
      order by random() limit least(greatest(p_limit, 1), 1000))
    order by id for no key update
  loop
    v_looked := v_looked + 1;
    v_harm := rex.harm_of(v_domain);
    v_reason := case
      when v_harm.sends < p_least_sends then null
      when v_harm.complaints >= p_least_events and v_harm.complaints >= p_complaint_rate * v_harm.sends then 'complaints'
      when v_harm.bounces >= p_least_events and v_harm.bounces >= p_bounce_rate * v_harm.sends then 'hard_bounces' end;
    if v_reason is not null then
      v_said := v_said || rex.pause_for_harm(v_domain, v_harm, v_reason);
      v_paused := v_paused || v_domain.id;
    end if;
  end loop;
  perform rex.publish(v_said, 'pause_harmful_domains');
  return rex.end_request('pause_harmful_domains', p_request_id, jsonb_build_object('paused', to_jsonb(v_paused), 'looked', v_looked));
end $$;
comment on function public.rex_pause_harmful_domains is
  'Pauses domains with harm of the last hour, of enough sends and by number and by rate; those a person resumed are counted anew.';
grant execute on function public.rex_pause_harmful_domains to service_role;
