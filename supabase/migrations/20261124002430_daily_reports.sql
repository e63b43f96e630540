-- Invariant: one report at most for each account and day of it. A claim writes the row before anything is mailed, and an outcome nobody knows is not repeated.

create table public.rex_daily_reports (
  user_id uuid not null references public.rex_accounts (user_id) on delete cascade,
  day date not null,
  state text not null check (state in ('sending', 'waiting', 'sent', 'failed', 'unknown')),
  attempts int not null default 1 check (attempts between 1 and 3),
  code text,
  lease_until timestamptz,
  claimed_at timestamptz not null,
  finished_at timestamptz,
  primary key (user_id, day),
  check ((state = 'sending') = (lease_until is not null)),
  check ((state in ('sent', 'failed', 'unknown')) = (finished_at is not null))
);
comment on table public.rex_daily_reports is 'Of which days the owner was mailed a report; waiting: the mail server did not take it, and is asked again.';
select rex.protect('public.rex_daily_reports');

alter table rex.metric_accounts add column report_at timestamptz not null default '-infinity';
comment on column rex.metric_accounts.report_at is 'When it is to be seen next whether a report is due.';
create index metric_accounts_report on rex.metric_accounts (report_at);

create function rex.report_due(p_whose public.rex_accounts, p_day date) returns timestamptz language sql stable set search_path = '' as $$
  select ((p_day + 1)::timestamp + make_interval(hours => p_whose.daily_report_hour)) at time zone p_whose.time_zone
$$;
comment on function rex.report_due is 'From when on the report of a day may go out: the morning after it.';

-- Without it an hour that was moved forward would count from the second report on: the look at the old hour is already set.
create function rex.look_for_report() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update rex.metric_accounts set report_at = least(report_at, rex.report_due(new, (rex.now() at time zone new.time_zone)::date - 1)) where user_id = new.user_id;
  return null;
end $$;
create trigger look_for_report after update of daily_report_hour, time_zone on public.rex_accounts for each row
  when (old.daily_report_hour <> new.daily_report_hour or old.time_zone <> new.time_zone) execute function rex.look_for_report();

create function rex.report_hours(p_user_id uuid, p_from timestamptz, p_until timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('starts_at', starts_at, 'sent', sent + unknown, 'replies', replies) order by starts_at), '[]')
  from public.rex_analytics
  where user_id = p_user_id and grain = 'hour' and subject = 'account' and key = '' and starts_at >= p_from and starts_at < p_until
$$;

create function rex.report_content(p_whose public.rex_accounts, p_day date) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('user_id', p_whose.user_id, 'day', p_day, 'address', rex.own_address(p_whose.user_id), 'company', p_whose.company,
    'figures', rex.span_figures(p_whose.user_id, d.since, d.until),
    'usually', rex.span_figures(p_whose.user_id, d.since - interval '28 days', d.since),
    'hours', rex.report_hours(p_whose.user_id, d.since, d.until),
    'missions', (select missions from public.rex_analytics
      where user_id = p_whose.user_id and grain = 'hour' and subject = 'account' and key = '' and starts_at >= d.since and starts_at < d.until
        and missions is not null order by starts_at desc limit 1),
    'benchmarks', rex.benchmark_figures(p_whose, d.until),
    'anomalies', (select coalesce(jsonb_agg(jsonb_build_object('signal', signal, 'cause', cause, 'cause_name', coalesce(
        (select name from public.rex_campaigns c where c.user_id = a.user_id and c.id::text = a.cause_key),
        (select domain from public.rex_domain_pool p where p.user_id = a.user_id and p.id::text = a.cause_key), a.cause_key),
        'observed', observed, 'expected', expected, 'started_at', started_at) order by found_at desc, id), '[]')
      from (select * from public.rex_anomalies where user_id = p_whose.user_id and closed_at is null order by found_at desc, id limit 10) as a))
  from (select p_day::timestamp at time zone p_whose.time_zone as since, (p_day + 1)::timestamp at time zone p_whose.time_zone as until) as d
$$;

-- Whether something is to be told: an account that rested for a day and has nothing open is left in peace.
create function rex.has_news(p_report jsonb) returns boolean language sql immutable set search_path = '' as $$
  select p_report -> 'anomalies' <> '[]' or coalesce((p_report -> 'figures' ->> 'created')::bigint + (p_report -> 'figures' ->> 'completed')::bigint
    + (p_report -> 'figures' ->> 'escalated')::bigint + (p_report -> 'figures' ->> 'sent')::bigint + (p_report -> 'figures' ->> 'replies')::bigint, 0) > 0
$$;

-- A claim that was not answered for has mailed or not: nobody knows, and it stays so.
create function rex.take_report(p_user_id uuid, p_day date, p_now timestamptz) returns boolean language plpgsql set search_path = '' as $$
declare
  v_row public.rex_daily_reports;
begin
  update public.rex_daily_reports set state = case state when 'sending' then 'unknown' else 'failed' end, lease_until = null, finished_at = p_now
  where user_id = p_user_id and ((state = 'sending' and lease_until <= p_now) or (state = 'waiting' and day < p_day));
  select * into v_row from public.rex_daily_reports where user_id = p_user_id and day = p_day;
  if v_row.state is not null and v_row.state <> 'waiting' then
    return false;
  end if;
  insert into public.rex_daily_reports as r (user_id, day, state, lease_until, claimed_at)
  values (p_user_id, p_day, 'sending', p_now + interval '2 minutes', p_now)
  on conflict (user_id, day) do update set state = 'sending', attempts = r.attempts + 1, lease_until = excluded.lease_until, claimed_at = excluded.claimed_at;
  delete from public.rex_daily_reports where user_id = p_user_id and day < p_day - 90;
  return true;
end $$;

-- When to look again, and the report if it is due and its turn.
create function rex.try_report(p_books rex.metric_accounts, p_now timestamptz, out look_at timestamptz, out report jsonb) language plpgsql set search_path = '' as $$
declare
  v_account public.rex_accounts;
  v_day date;
begin
  select * into v_account from public.rex_accounts where user_id = p_books.user_id;
  v_day := (p_now at time zone v_account.time_zone)::date - 1;
  look_at := rex.report_due(v_account, v_day);
  if p_now < look_at then
    return;
  elsif p_books.closed_until < (v_day + 1)::timestamp at time zone v_account.time_zone then
    look_at := p_now + interval '10 minutes';
    return;
  end if;
  look_at := rex.report_due(v_account, v_day + 1);
  if not v_account.daily_report or rex.own_address(v_account.user_id) is null then
    return;
  end if;
  report := rex.report_content(v_account, v_day);
  if not rex.has_news(report) or not rex.take_report(v_account.user_id, v_day, p_now) then
    report := null;
  else
    look_at := p_now + interval '3 minutes';
  end if;
end $$;

create function rex.claim_report(p_looks int) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_books rex.metric_accounts;
  v_found record;
begin
  for i in 1 .. p_looks loop
    select m.* into v_books from rex.metric_accounts m join public.rex_accounts a using (user_id) where m.report_at <= v_now
    order by m.report_at, m.user_id limit 1 for key share of a skip locked for no key update of m skip locked;
    if not found then
      return jsonb_build_object('claimed', false, 'more', false);
    end if;
    v_found := rex.try_report(v_books, v_now);
    update rex.metric_accounts set report_at = v_found.look_at where user_id = v_books.user_id;
    if v_found.report is not null then
      return jsonb_build_object('claimed', true, 'more', true, 'report', v_found.report);
    end if;
  end loop;
  return jsonb_build_object('claimed', false, 'more', true);
end $$;

create function public.rex_claim_report(p_request_id text) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('claim_report', p_request_id, '[]');
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_answer := rex.claim_report(50);
  -- As for outreach: whom it goes to is not kept with the request, and a repeat mails nothing.
  perform rex.end_request('claim_report', p_request_id, jsonb_build_object('claimed', false, 'more', true));
  return v_answer;
end $$;
comment on function public.rex_claim_report is 'The next report that is due; from then on it is this caller''s alone, and who never answers for it has perhaps mailed it.';

create function rex.finish_report(p_user_id uuid, p_day date, p_result text, p_code text) returns text language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_row public.rex_daily_reports;
  v_state text;
begin
  perform from rex.metric_accounts where user_id = p_user_id for no key update;
  select * into v_row from public.rex_daily_reports where user_id = p_user_id and day = p_day for no key update;
  if not found then
    perform rex.refuse(404, 'report_unknown', 'There is no such report.', 'Claim it first.');
  elsif not (v_row.state = 'sending' or (v_row.state = 'unknown' and p_result = 'sent')) then
    return v_row.state;
  end if;
  v_state := case when p_result = 'failed' and v_row.attempts < 3 then 'waiting' else p_result end;
  update public.rex_daily_reports set state = v_state, code = p_code, lease_until = null, finished_at = case when v_state <> 'waiting' then v_now end
  where user_id = p_user_id and day = p_day;
  update rex.metric_accounts m set report_at = case when v_state = 'waiting' then v_now + interval '15 minutes' else rex.report_due(a, p_day + 1) end
  from public.rex_accounts a where m.user_id = p_user_id and a.user_id = p_user_id;
  insert into public.rex_logs (user_id, entity, entity_id, action, from_state, to_state, reason, data)
  values (p_user_id, 'account', p_user_id, 'finish_report', v_row.state, v_state, p_code, jsonb_build_object('day', p_day));
  return v_state;
end $$;

create function public.rex_finish_report(p_request_id text, p_user_id uuid, p_day date, p_result text, p_code text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('finish_report', p_request_id, jsonb_build_array(p_user_id, p_day, p_result, p_code));
begin
  if v_answer is not null then
    return v_answer;
  elsif p_result is null or p_result not in ('sent', 'failed', 'unknown') or p_code !~ '^[a-z0-9_]{1,50}$' then
    perform rex.refuse(422, 'result_invalid', 'The result is not known.', 'Use sent, failed or unknown, and a code.');
  end if;
  return rex.end_request('finish_report', p_request_id, jsonb_build_object('state', rex.finish_report(p_user_id, p_day, p_result, p_code)));
end $$;
comment on function public.rex_finish_report is 'failed: nothing was accepted; it is tried again in 15 minutes, three times in all, while its day is the last.';
grant execute on function public.rex_claim_report, public.rex_finish_report to service_role;
