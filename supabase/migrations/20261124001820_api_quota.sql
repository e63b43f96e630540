-- Invariant 4: what is used of a provider in a calendar minute never exceeds the limit its window began with.

create function rex.window_of(p_at timestamptz) returns timestamptz language sql immutable set search_path = '' as $$
  select date_trunc('minute', p_at, 'UTC')
$$;

create function rex.next_window(p_at timestamptz) returns timestamptz language sql immutable set search_path = '' as $$
  select rex.window_of(p_at) + interval '1 minute'
$$;

-- Whoever waited for the window's lock into the next minute takes from that one.
create function rex.lock_window(p_provider public.provider) returns timestamptz language plpgsql set search_path = '' as $$
declare
  v_window timestamptz;
begin
  loop
    v_window := rex.window_of(rex.now());
    insert into public.rex_api_usage (provider, window_start, used, cap)
    select provider, v_window, 0, calls_per_minute from public.rex_api_limits where provider = p_provider
    on conflict do nothing;
    perform from public.rex_api_usage where provider = p_provider and window_start = v_window for no key update;
    exit when rex.window_of(rex.now()) = v_window;
  end loop;
  return v_window;
end $$;

create function rex.count_calls(p_provider public.provider, p_window timestamptz, p_calls int) returns boolean language plpgsql set search_path = '' as $$
begin
  update public.rex_api_usage set used = used + p_calls
  where provider = p_provider and window_start = p_window and used + p_calls <= cap;
  return found;
end $$;
comment on function rex.count_calls is 'Of a window that rex.lock_window locked; false when it leaves too few.';

create function rex.take_quota(p_provider public.provider, p_calls int) returns boolean language plpgsql set search_path = '' as $$
begin
  return p_provider is null or rex.count_calls(p_provider, rex.lock_window(p_provider), p_calls);
end $$;
comment on function rex.take_quota is 'Counts calls in the present minute; false when it leaves too few. No provider: nothing to count. Lock it after every outreach row.';

create function rex.check_calls(p_provider public.provider, p_calls int) returns void language plpgsql set search_path = '' as $$
begin
  if p_calls is null or p_calls < 1
    or p_calls > (select calls_per_minute from public.rex_api_limits where provider = p_provider) then
    perform rex.refuse(422, 'calls_invalid', 'No minute holds so many calls.', 'Take at least 1, and at most the limit of the provider.');
  end if;
end $$;

create function public.rex_take_quota(p_request_id text, p_provider public.provider, p_calls int default 1) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('take_quota', p_request_id, jsonb_build_array(p_provider, p_calls));
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.check_calls(p_provider, p_calls);
  v_answer := case when rex.take_quota(p_provider, p_calls) then jsonb_build_object('taken', true)
    else jsonb_build_object('taken', false, 'until', rex.next_window(rex.now())) end;
  return rex.end_request('take_quota', p_request_id, v_answer);
end $$;
grant execute on function public.rex_take_quota to service_role;
