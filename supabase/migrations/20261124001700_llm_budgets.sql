-- What a language model may cost an account in a day is reserved before each call and settled once after it; who never settles has spent it all.

alter table public.rex_accounts
  add column llm_daily_tokens int not null default 200000 check (llm_daily_tokens >= 0),
  add column llm_daily_micros bigint not null default 1000000 check (llm_daily_micros >= 0);
comment on column public.rex_accounts.llm_daily_tokens is 'Of the reasoner, in and out together, by UTC day; set by whoever runs the deployment.';
comment on column public.rex_accounts.llm_daily_micros is 'Millionths of a dollar a UTC day.';

create table public.rex_llm_spending (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  day date not null,
  calls int not null default 0,
  tokens bigint not null default 0 check (tokens >= 0),
  micros bigint not null default 0 check (micros >= 0),
  primary key (user_id, day)
) with (fillfactor = 60);
comment on table public.rex_llm_spending is 'Settled calls with what they used, open ones with what they reserved.';
select rex.protect('public.rex_llm_spending');

create table public.rex_llm_calls (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  day date not null,
  mission_id uuid,
  taken_at timestamptz not null default rex.now(),
  settled_at timestamptz,
  tokens bigint not null check (tokens >= 0),
  micros bigint not null check (micros >= 0),
  code text check (code ~ '^[a-z0-9_.]{1,100}$'),
  check ((settled_at is null) = (code is null))
);
comment on column public.rex_llm_calls.tokens is 'Reserved until the call is settled, used from then on.';
create index rex_llm_calls_account on public.rex_llm_calls (user_id, day);
create index rex_llm_calls_open on public.rex_llm_calls (taken_at) where settled_at is null;
select rex.protect('public.rex_llm_calls');

create function rex.utc_day() returns date language sql volatile set search_path = '' as $$
  select (rex.now() at time zone 'UTC')::date
$$;

create function rex.has_llm_budget(p_user_id uuid, p_day date, p_tokens bigint, p_micros bigint) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(s.tokens, 0) + p_tokens <= a.llm_daily_tokens and coalesce(s.micros, 0) + p_micros <= a.llm_daily_micros
  from public.rex_accounts a left join public.rex_llm_spending s on s.user_id = a.user_id and s.day = p_day
  where a.user_id = p_user_id
$$;

-- Looked at before anything is locked, since most that are refused are refused here; then the window's lock, the day's, and only under both is taken.
create function rex.take_llm_budget(p_user_id uuid, p_mission_id uuid, p_tokens bigint, p_micros bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_day date := rex.utc_day();
  v_window timestamptz;
  v_call uuid;
begin
  perform from public.rex_accounts where user_id = p_user_id for share;
  if not found then
    perform rex.refuse(404, 'account_unknown', 'There is no such account.', 'It was deleted: leave it.');
  elsif not rex.has_llm_budget(p_user_id, v_day, p_tokens, p_micros) then
    return jsonb_build_object('granted', false, 'code', 'llm_budget_spent');
  end if;
  v_window := rex.lock_window('openai');
  insert into public.rex_llm_spending (user_id, day) values (p_user_id, v_day) on conflict do nothing;
  perform from public.rex_llm_spending where user_id = p_user_id and day = v_day for no key update;
  if not rex.has_llm_budget(p_user_id, v_day, p_tokens, p_micros) then
    return jsonb_build_object('granted', false, 'code', 'llm_budget_spent');
  elsif not rex.count_calls('openai', v_window, 1) then
    return jsonb_build_object('granted', false, 'code', 'llm_quota_spent');
  end if;
  update public.rex_llm_spending set calls = calls + 1, tokens = tokens + p_tokens, micros = micros + p_micros
  where user_id = p_user_id and day = v_day;
  insert into public.rex_llm_calls (user_id, day, mission_id, tokens, micros) values (p_user_id, v_day, p_mission_id, p_tokens, p_micros)
  returning id into v_call;
  return jsonb_build_object('granted', true, 'call_id', v_call);
end $$;

create function public.rex_take_llm_budget(p_request_id text, p_user_id uuid, p_tokens bigint, p_micros bigint, p_mission_id uuid default null)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('take_llm_budget', p_request_id, jsonb_build_array(p_user_id, p_tokens, p_micros, p_mission_id));
begin
  if v_answer is not null then
    return v_answer;
  elsif p_tokens is null or p_tokens < 1 or p_micros is null or p_micros < 0 then
    perform rex.refuse(422, 'budget_invalid', 'A call takes at least one token, and costs no less than nothing.', 'Reserve the most it can use.');
  end if;
  return rex.end_request('take_llm_budget', p_request_id, rex.take_llm_budget(p_user_id, p_mission_id, p_tokens, p_micros));
end $$;
comment on function public.rex_take_llm_budget is 'Reserves the most a call can use of its account''s day, and counts it in the minute; {granted, call_id | code}.';

create function rex.settle_llm_budget(p_call_id uuid, p_code text, p_tokens bigint, p_micros bigint) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.rex_llm_calls;
begin
  select * into v_call from public.rex_llm_calls where id = p_call_id for no key update;
  if not found then
    perform rex.refuse(404, 'call_unknown', 'There is no such call.', 'Take budget first.');
  elsif v_call.settled_at is not null then
    return jsonb_build_object('call_id', p_call_id, 'settled', false);
  end if;
  update public.rex_llm_spending
  set tokens = tokens - v_call.tokens + coalesce(p_tokens, v_call.tokens), micros = micros - v_call.micros + coalesce(p_micros, v_call.micros)
  where user_id = v_call.user_id and day = v_call.day;
  update public.rex_llm_calls
  set settled_at = rex.now(), code = p_code, tokens = coalesce(p_tokens, tokens), micros = coalesce(p_micros, micros) where id = p_call_id;
  return jsonb_build_object('call_id', p_call_id, 'settled', true);
end $$;

create function public.rex_settle_llm_budget(
  p_request_id text, p_call_id uuid, p_code text, p_tokens bigint default null, p_micros bigint default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('settle_llm_budget', p_request_id, jsonb_build_array(p_call_id, p_code, p_tokens, p_micros));
begin
  if v_answer is not null then
    return v_answer;
  elsif p_tokens < 0 or p_micros < 0 or not coalesce(p_code ~ '^[a-z0-9_.]{1,100}$', false) then
    perform rex.refuse(422, 'settlement_invalid', 'A call ends with a code, and used no less than nothing.', 'Leave out what is not known.');
  end if;
  return rex.end_request('settle_llm_budget', p_request_id, rex.settle_llm_budget(p_call_id, p_code, p_tokens, p_micros));
end $$;
comment on function public.rex_settle_llm_budget is 'Replaces what a call reserved by what it used, once; what is not known stays as reserved.';

-- Somebody else's words, for the reasoner alone to read, as data: the newest errors of a mission's failed tasks, and notes of leads they lost.
create function public.rex_quote_failure(p_mission_id uuid) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'errors', (select coalesce(jsonb_agg(e.error), '[]') from (
      select left(error, 500) as error from public.rex_tasks
      where mission_id = p_mission_id and state = 'FAILED' and error is not null order by finished_at desc, id limit 3) as e),
    'lead_notes', (select coalesce(jsonb_agg(n.notes), '[]') from (
      select left(l.notes, 300) as notes from public.rex_mission_leads ml join public.rex_leads l on l.id = ml.lead_id
      where ml.mission_id = p_mission_id and ml.outcome = 'failed' and l.notes is not null order by l.id limit 3) as n))
$$;
grant execute on function public.rex_take_llm_budget, public.rex_settle_llm_budget, public.rex_quote_failure to service_role;
