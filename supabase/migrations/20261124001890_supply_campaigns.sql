-- Invariants 6 and 9: a campaign that lost its last domain gets another as soon as there is one.

create function rex.lock_campaigns(p_campaign_ids uuid[]) returns setof public.rex_campaigns language plpgsql set search_path = '' as $$
begin
  perform from public.rex_accounts where user_id in (select user_id from public.rex_campaigns where id = any (p_campaign_ids)) order by user_id for share;
  return query select * from public.rex_campaigns where id = any (p_campaign_ids) order by id for no key update;
end $$;

create function rex.supply_campaign(p_campaign public.rex_campaigns) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_need bigint := rex.waiting_leads(p_campaign.id);
begin
  if v_need = 0 or exists (select from public.rex_domain_pool where campaign_id = p_campaign.id) then
    return '{}';
  end if;
  return coalesce(rex.log_domains(rex.assign_domains(p_campaign.user_id, p_campaign.id, v_need), 'assign_domain', p_campaign.id, null), '{}');
end $$;

create function public.rex_supply_campaigns(p_request_id text, p_limit int default 20) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('supply_campaigns', p_request_id, jsonb_build_array(p_limit));
  v_campaign public.rex_campaigns;
  v_said rex.announcement[] := '{}';
begin
  if v_answer is not null then
    return v_answer;
  end if;
  for v_campaign in select * from rex.lock_campaigns(array(
    select c.campaign_id from (
      select distinct m.user_id, m.campaign_id from rex.mission_watches w join public.rex_missions m on m.id = w.mission_id
      where w.stuck = 'no_domain' and m.finished_at is null) as c
    where rex.domain_in_reach(c.user_id, c.campaign_id) limit least(greatest(p_limit, 1), 100)))
  loop
    v_said := v_said || rex.supply_campaign(v_campaign);
  end loop;
  perform rex.publish(v_said, 'supply_campaigns');
  return rex.end_request('supply_campaigns', p_request_id, jsonb_build_object('domains', cardinality(v_said)));
end $$;
comment on function public.rex_supply_campaigns is 'For campaigns whose due messages have no domain, as the watch found them.';
grant execute on function public.rex_supply_campaigns to service_role;
