-- Each domain has one value an hour, computed as of the full hour from what was known then: late or twice, it is the same.

create table public.rex_domain_reputations (
  domain_id uuid not null references public.rex_domain_pool (id) on delete cascade,
  at timestamptz not null,
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  value numeric(4, 3) not null check (value between 0 and 1),
  sends numeric not null,
  complaints numeric not null,
  bounces numeric not null,
  blocks numeric not null,
  unsubscribes numeric not null,
  replies numeric not null,
  primary key (domain_id, at)
);
comment on table public.rex_domain_reputations is 'at is a full hour; sends and what became of them are weighted by age: half after 7 days.';
create index rex_domain_reputations_account on public.rex_domain_reputations (user_id, at);
select rex.protect('public.rex_domain_reputations');
create index rex_domain_pool_measured on public.rex_domain_pool (measured_at nulls first, id)
  where user_id is not null and status in ('warming', 'active', 'rotated');

create function rex.half_cap(p_domain public.rex_domain_pool) returns int language sql stable set search_path = '' as $$
  select greatest(1, least(p_domain.daily_cap, sum(daily_cap)) / 2)::int from public.rex_inboxes where domain_id = p_domain.id
$$;

-- A domain that rested a week and is healthy again comes back, on half its cap.
create function rex.return_domain(p_domain public.rex_domain_pool, p_value numeric, p_at timestamptz) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_cap int := rex.half_cap(p_domain);
begin
  if p_domain.status <> 'rotated' or p_domain.rotated_at > p_at - interval '7 days' or p_value < 0.8 then
    return '{}';
  end if;
  update public.rex_domain_pool set status = 'active', daily_cap = v_cap where id = p_domain.id;
  insert into public.rex_logs (user_id, entity, entity_id, action, from_state, to_state, reason, data)
  values (p_domain.user_id, 'domain', p_domain.id, 'return_domain', 'rotated', 'active', 'rested', jsonb_build_object('daily_cap', v_cap));
  return array[row(p_domain.user_id, 'domain.returned', null,
    jsonb_build_object('domain_id', p_domain.id, 'reputation', p_value, 'daily_cap', v_cap))::rex.announcement];
end $$;

create function rex.measure_domain(p_domain public.rex_domain_pool, p_at timestamptz) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  s rex.signals := rex.domain_signals(p_domain.id, p_at);
  v_value numeric := rex.reputation_of(s);
  v_said rex.announcement[] := '{}';
begin
  insert into public.rex_domain_reputations (domain_id, at, user_id, value, sends, complaints, bounces, blocks, unsubscribes, replies)
  values (p_domain.id, p_at, p_domain.user_id, v_value, s.sends, s.complaints, s.bounces, s.blocks, s.unsubscribes, s.replies);
  update public.rex_domain_pool set reputation = v_value, measured_at = p_at where id = p_domain.id;
  if v_value <> p_domain.reputation then
    v_said := array[row(p_domain.user_id, 'domain.health', null, jsonb_build_object(
      'domain_id', p_domain.id, 'reputation', v_value, 'before', p_domain.reputation, 'sends', round(s.sends, 1)))::rex.announcement];
  end if;
  return v_said || rex.return_domain(p_domain, v_value, p_at);
end $$;

create function public.rex_measure_domains(p_request_id text, p_limit int default 50) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('measure_domains', p_request_id, jsonb_build_array(p_limit));
  v_hour timestamptz := date_trunc('hour', rex.now(), 'UTC');
  v_measured int := 0;
  v_said rex.announcement[] := '{}';
  v_domain public.rex_domain_pool;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  for v_domain in
    select * from public.rex_domain_pool
    where id in (
      select id from public.rex_domain_pool
      where user_id is not null and status in ('warming', 'active', 'rotated') and (measured_at is null or measured_at < v_hour)
      order by measured_at nulls first, id limit least(greatest(p_limit, 1), 200))
      and (measured_at is null or measured_at < v_hour)
    order by id for no key update skip locked
  loop
    v_measured := v_measured + 1;
    v_said := v_said || rex.measure_domain(v_domain, v_hour);
  end loop;
  perform rex.publish(v_said, 'measure_domains');
  return rex.end_request('measure_domains', p_request_id, jsonb_build_object('at', v_hour, 'measured', v_measured));
end $$;
comment on function public.rex_measure_domains is 'Keeps the value of the present hour of domains that have none yet; those another call measures are left to it.';
grant execute on function public.rex_measure_domains to service_role;
