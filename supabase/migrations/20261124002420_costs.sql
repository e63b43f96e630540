-- What a mission will cost is said from what the account's missions have cost, and from prices where it has had none.

create function rex.run_ms_per_lead(p_type public.mission_type) returns int language sql immutable set search_path = '' as $$
  select case when p_type in ('lead_reactivation', 'campaign_execution') then 40 else 100 end
$$;
comment on function rex.run_ms_per_lead is 'Of the agents, before an account has missions of its own to tell.';

create function rex.recent_costs(p_user_id uuid, p_type public.mission_type) returns table (missions bigint, llm numeric, compute numeric, lowest numeric, highest numeric)
language sql stable set search_path = '' as $$
  select count(*), sum(c.llm_nanos)::numeric / sum(m.leads), sum(c.compute_nanos)::numeric / sum(m.leads),
    percentile_cont(0.1) within group (order by (c.llm_nanos + c.compute_nanos)::numeric / m.leads)::numeric,
    percentile_cont(0.9) within group (order by (c.llm_nanos + c.compute_nanos)::numeric / m.leads)::numeric
  from (
    select id, greatest(leads, 1) as leads from public.rex_missions
    where user_id = p_user_id and type = p_type and state = 'COMPLETED' order by created_at desc limit 50) as m
  join public.rex_mission_costs c on c.mission_id = m.id
$$;
comment on function rex.recent_costs is 'Of the last 50 missions of a type, by lead: means, and what one in ten was below and above.';

create function rex.message_price(p_user_id uuid, p_at timestamptz) returns numeric language sql stable security definer set search_path = '' as $$
  select coalesce(max(rex.price('email.' || coalesce(provider::text, 'smtp'), p_at)), rex.price('email.smtp', p_at)) from (
    select distinct provider from public.rex_inboxes where user_id = p_user_id) as used
$$;
comment on function rex.message_price is 'Of the dearest way the account sends mail.';

create function rex.compute_price(p_at timestamptz) returns numeric language sql stable security definer set search_path = '' as $$
  select rex.price('compute.ms', p_at)
$$;

create function rex.llm_price(p_agents text[], p_at timestamptz) returns numeric language sql stable security definer set search_path = '' as $$
  select coalesce(sum(rex.price('llm.' || agent, p_at)), 0) from unnest(p_agents) as agent
$$;
comment on function rex.llm_price is 'Of what these agents ask a model, by lead.';

create function rex.replies_per_lead(p_user_id uuid, p_at timestamptz) returns numeric language sql stable set search_path = '' as $$
  select sum(replied)::numeric / nullif(sum(contacted), 0) from public.rex_analytics
  where user_id = p_user_id and grain in ('hour', 'day') and subject = 'account' and key = '' and starts_at > p_at - interval '28 days'
$$;
comment on function rex.replies_per_lead is 'Of the account''s last 28 days; null while it wrote to nobody.';

create function rex.estimate_cost(p_user_id uuid, p_type public.mission_type, p_leads int, p_steps int, p_agents text[]) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('basis', case when r.missions > 0 then 'own_missions' else 'prices' end, 'missions', r.missions,
    'messages', s.messages, 'message_nanos', round(s.message_nanos), 'llm_nanos', round(coalesce(r.llm, s.llm) * s.leads),
    'compute_nanos', round(coalesce(r.compute, s.compute) * s.leads),
    'nanos', round(t.nanos),
    'least_nanos', round(s.message_nanos / greatest(p_steps, 1) + coalesce(r.lowest, s.llm + s.compute) * s.leads),
    'most_nanos', round(s.message_nanos + greatest(coalesce(r.highest, 3 * (s.llm + s.compute)), coalesce(r.llm + r.compute, 0)) * s.leads),
    'per_lead', round(t.nanos / s.leads), 'per_meeting', null,
    'per_reply', case when s.messages > 0 then round(t.nanos / nullif(s.leads * rex.replies_per_lead(p_user_id, rex.now()), 0)) end)
  from (
    select greatest(p_leads, 1) as leads, p_leads * p_steps as messages, p_leads * p_steps * rex.message_price(p_user_id, rex.now()) as message_nanos,
      rex.llm_price(p_agents, rex.now()) as llm, rex.run_ms_per_lead(p_type) * rex.compute_price(rex.now()) as compute) as s
  cross join rex.recent_costs(p_user_id, p_type) as r
  cross join lateral (select s.message_nanos + (coalesce(r.llm, s.llm) + coalesce(r.compute, s.compute)) * s.leads as nanos) as t
$$;
comment on function rex.estimate_cost is
  'In billionths of a dollar: messages when everybody gets every step, at the least only the first; tokens and run time as with the last missions '
  'of the type, or by the prices of its agents.';
grant execute on function rex.run_ms_per_lead, rex.recent_costs, rex.message_price, rex.compute_price, rex.llm_price, rex.replies_per_lead, rex.estimate_cost to authenticated;

-- A new price is a new row from now on; what was counted before keeps its price.
create function public.rex_set_price(p_request_id text, p_item text, p_nanos numeric) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('set_price', p_request_id, jsonb_build_array(p_item, p_nanos));
  v_now timestamptz := rex.now();
begin
  if v_answer is not null then
    return v_answer;
  elsif coalesce(p_item, '') !~ '^[a-z_.]{1,60}$' or coalesce(p_nanos, -1) < 0 then
    perform rex.refuse(422, 'price_invalid', 'A price has an item, as compute.ms, and billionths of a dollar.', 'Read rex_prices for the items there are.');
  elsif p_nanos is distinct from (select nanos from public.rex_prices where item = p_item and valid_from <= v_now order by valid_from desc limit 1) then
    insert into public.rex_prices (item, valid_from, nanos) values (p_item, v_now, p_nanos);
  end if;
  return rex.end_request('set_price', p_request_id, jsonb_build_object('item', p_item, 'nanos', p_nanos));
end $$;
comment on function public.rex_set_price is 'What the deployment pays from now on; the same price again changes nothing.';
grant execute on function public.rex_set_price to service_role;
