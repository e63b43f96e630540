-- Invariant 6: a domain serves one campaign at a time, from the claim of its first mission until none of its missions is open.
-- Every change of campaign_id happens under the campaign's lock, so a campaign's own domains are read without one.

create function rex.daily_capacity(p_domain public.rex_domain_pool) returns int language sql stable set search_path = '' as $$
  select case when p_domain.status in ('warming', 'active') and p_domain.paused_at is null then coalesce(least(
    p_domain.daily_cap, (select sum(i.daily_cap) from public.rex_inboxes i
      where i.domain_id = p_domain.id and i.checked_version = i.login_version and i.paused_at is null))::int, 0) else 0 end
$$;
comment on function rex.daily_capacity is 'Messages a day through the inboxes that may send now; the ramp of a warm-up is left to the sender.';

create function rex.campaign_capacity(p_campaign_id uuid) returns bigint language sql stable set search_path = '' as $$
  select coalesce(sum(rex.daily_capacity(d)), 0) from public.rex_domain_pool d where d.campaign_id = p_campaign_id
$$;

-- A prewarmed domain that was taken is the account's own.
create function rex.assign_custom(p_account uuid, p_campaign_id uuid, p_missing bigint) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_missing bigint := p_missing;
  v_assigned uuid[] := '{}';
  v_domain public.rex_domain_pool;
begin
  for v_domain in
    select d.* from public.rex_domain_pool d
    where d.user_id = p_account and d.campaign_id is null and d.reputation >= 0.7 and rex.daily_capacity(d) > 0
    order by d.reputation desc, d.id for no key update skip locked
  loop
    exit when v_missing <= 0;
    update public.rex_domain_pool set campaign_id = p_campaign_id where id = v_domain.id;
    v_assigned := v_assigned || v_domain.id;
    v_missing := v_missing - rex.daily_capacity(v_domain);
  end loop;
  return v_assigned;
end $$;

-- One that is taken has no inbox yet, so a campaign takes no second one; nor one of a name that the account has itself.
create function rex.take_prewarmed(p_account uuid, p_campaign_id uuid) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_taken uuid[];
begin
  with taken as (
    update public.rex_domain_pool set user_id = p_account, campaign_id = p_campaign_id
    where id = (
      select id from public.rex_domain_pool d
      where user_id is null and tier = 'prewarmed' and status in ('warming', 'active') and paused_at is null and reputation >= 0.8
        and not exists (select from public.rex_domain_pool own where own.campaign_id = p_campaign_id and own.tier = 'prewarmed')
        and not exists (select from public.rex_domain_pool own where own.user_id = p_account and own.domain = d.domain)
      order by reputation desc, id limit 1 for no key update skip locked)
    returning id)
  select array_agg(id) into v_taken from taken;
  return coalesce(v_taken, '{}');
end $$;

-- Domains of another claim are skipped, never waited for: they are taken.
create function rex.assign_domains(p_account uuid, p_campaign_id uuid, p_leads bigint) returns uuid[] language plpgsql set search_path = '' as $$
declare
  c_days constant int := 5;
  v_need bigint := ceil(p_leads::numeric / c_days);
  v_assigned uuid[];
begin
  v_assigned := rex.assign_custom(p_account, p_campaign_id, v_need - rex.campaign_capacity(p_campaign_id));
  if rex.campaign_capacity(p_campaign_id) < v_need then
    v_assigned := v_assigned || rex.take_prewarmed(p_account, p_campaign_id);
  end if;
  return v_assigned;
end $$;
comment on function rex.assign_domains is
  'Gives a campaign domains until their caps serve the audience in 5 days or none is left; the caller has locked the campaign. Returns the new ones.';

create function rex.domain_in_reach(p_account uuid, p_campaign_id uuid) returns boolean language sql stable set search_path = '' as $$
  select rex.campaign_capacity(p_campaign_id) > 0
    or exists (
      select from public.rex_domain_pool d
      where d.user_id = p_account and d.campaign_id is null and d.reputation >= 0.7 and rex.daily_capacity(d) > 0)
    or exists (
      select from public.rex_domain_pool d
      where d.user_id is null and d.tier = 'prewarmed' and d.status in ('warming', 'active') and d.paused_at is null and d.reputation >= 0.8
        and not exists (select from public.rex_domain_pool own where own.campaign_id = p_campaign_id and own.tier = 'prewarmed')
        and not exists (select from public.rex_domain_pool own where own.user_id = p_account and own.domain = d.domain))
$$;
comment on function rex.domain_in_reach is 'Whether a claim could find this campaign a domain now.';

create function rex.free_domains(p_campaign_id uuid) returns uuid[] language plpgsql set search_path = '' as $$
declare
  v_freed uuid[];
begin
  if exists (
    select from public.rex_missions where campaign_id = p_campaign_id and sends and state <> 'COMPLETED' and error_code is distinct from 'cancelled'
  ) then
    return '{}';
  end if;
  perform from public.rex_domain_pool where campaign_id = p_campaign_id order by id for no key update;
  with freed as (
    update public.rex_domain_pool set campaign_id = null where campaign_id = p_campaign_id returning id)
  select array_agg(id) into v_freed from freed;
  return coalesce(v_freed, '{}');
end $$;
comment on function rex.free_domains is
  'Frees a campaign''s domains once each of its sending missions is COMPLETED or cancelled; the caller has locked the campaign FOR NO KEY UPDATE.';

create function rex.log_domains(p_domain_ids uuid[], p_action text, p_campaign_id uuid, p_decision_id uuid) returns rex.announcement[]
language plpgsql set search_path = '' as $$
begin
  insert into public.rex_logs (user_id, actor, entity, entity_id, action, decision_id, data)
  select user_id, auth.uid(), 'domain', id, p_action, p_decision_id, jsonb_build_object('campaign_id', p_campaign_id)
  from public.rex_domain_pool where id = any (p_domain_ids) order by id;
  return (
    select array_agg(row(user_id, case p_action when 'assign_domain' then 'domain.assigned' else 'domain.freed' end, null,
      jsonb_build_object('domain_id', id, 'campaign_id', p_campaign_id))::rex.announcement order by id)
    from public.rex_domain_pool where id = any (p_domain_ids));
end $$;
comment on function rex.log_domains is 'The audit rows of domains assigned or freed; returns what to publish about them.';
