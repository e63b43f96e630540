-- Invariant 11: what was decided is counted per account, day, layer and rule; what changed something is on record besides.

create table public.rex_decision_counts (
  user_id uuid not null,
  day date not null,
  layer smallint not null check (layer between 1 and 3),
  rule text not null check (rule ~ '^[a-z0-9_]{1,100}$'),
  decided bigint not null check (decided >= 0),
  effective bigint not null check (effective between 0 and decided),
  primary key (user_id, day, layer, rule)
) with (fillfactor = 60);
comment on column public.rex_decision_counts.effective is 'Those that changed something; the others decided to wait.';
select rex.protect('public.rex_decision_counts');

create function rex.count_decisions(p_counts jsonb) returns int language plpgsql set search_path = '' as $$
declare
  v_decided int;
begin
  insert into public.rex_decision_counts as c (user_id, day, layer, rule, decided, effective)
  select user_id, rex.utc_day(), layer, rule, sum(decided), sum(effective)
  from jsonb_to_recordset(p_counts) as g (user_id uuid, layer smallint, rule text, decided bigint, effective bigint)
  group by 1, 3, 4 order by 1, 3, 4
  on conflict (user_id, day, layer, rule) do update set decided = c.decided + excluded.decided, effective = c.effective + excluded.effective;
  select coalesce(sum(decided), 0) into v_decided from jsonb_to_recordset(p_counts) as g (decided int);
  return v_decided;
end $$;

create function public.rex_count_decisions(p_request_id text, p_counts jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('count_decisions', p_request_id, p_counts);
begin
  if v_answer is not null then
    return v_answer;
  elsif p_counts is null or jsonb_typeof(p_counts) <> 'array' or jsonb_array_length(p_counts) > 10000 then
    perform rex.refuse(422, 'counts_invalid', 'The counts are not a list of at most 10,000.', 'Send {user_id, layer, rule, decided, effective} each.');
  end if;
  return rex.end_request('count_decisions', p_request_id, jsonb_build_object('decided', rex.count_decisions(p_counts)));
end $$;

create view public.rex_decision_shares with (security_invoker = true) as
  select user_id, layer, sum(decided) as decided, sum(effective) as effective,
    round(sum(decided) / sum(sum(decided)) over (partition by user_id), 4) as share
  from public.rex_decision_counts where day > (rex.now() at time zone 'UTC')::date - 30 group by user_id, layer;
comment on view public.rex_decision_shares is 'Of the decisions of the last 30 days, what each layer made.';
grant select on public.rex_decision_shares to authenticated, service_role;

-- By account and then age, as the table's index has them.
create function public.rex_read_decisions(
  p_from timestamptz, p_until timestamptz, p_after_user uuid default null, p_after_at timestamptz default null, p_after_id uuid default null,
  p_limit int default 1000
) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('decisions', coalesce(jsonb_agg(to_jsonb(d) order by d.user_id, d.at, d.id), '[]')) from (
    select id, user_id, at, layer, rule, rule_version, action, params, reason, context from public.rex_decisions
    where at >= p_from and at < p_until
      and (p_after_user is null or (user_id, at, id) > (p_after_user, p_after_at, p_after_id))
    order by user_id, at, id limit least(greatest(p_limit, 1), 1000)) as d
$$;
comment on function public.rex_read_decisions is 'One page of the decisions on record; the last row''s user_id, at and id ask for the next.';
grant execute on function public.rex_count_decisions, public.rex_read_decisions to service_role;
