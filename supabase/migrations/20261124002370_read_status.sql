-- Invariant 10: a person reads how their account is doing. What the live row tells is read from it, so that no two pages say different things.

create function rex.live_metrics(p_user_id uuid, p_now timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(
    (select metrics || jsonb_build_object('version', version, 'changed_at', changed_at) from public.rex_live_metrics where user_id = p_user_id),
    jsonb_build_object('missions', '{}'::jsonb, 'crews', rex.crews_now(p_user_id), 'domains', rex.pool_summary(p_user_id, rex.account_day(p_user_id, p_now))))
$$;
comment on function rex.live_metrics is 'The live row; of an account of which nothing was counted yet, what every account has.';

create function public.rex_read_status(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id, rex.now() as now)
  select jsonb_build_object(
    'now', account.now, 'paused_at', a.paused_at, 'version', coalesce((live.m ->> 'version')::bigint, 0), 'changed_at', live.m -> 'changed_at',
    'missions', live.m -> 'missions', 'last_24_hours', live.m -> 'last_24_hours', 'domains', live.m -> 'domains',
    'queue_age_seconds', round(extract(epoch from account.now - (live.m -> 'queue' ->> 'oldest_at')::timestamptz)),
    'oldest_waiting', rex.oldest_waiting(account.id),
    'crews', (select jsonb_agg(jsonb_build_object('crew', key) || value order by key) from jsonb_each(live.m -> 'crews')),
    'anomalies_open', rex.open_anomalies(account.id),
    'reasoner', rex.llm_budget(account.id),
    'decisions', rex.decision_summary(account.id, rex.utc_day())) || rex.deployment()
  from account join public.rex_accounts a on a.user_id = account.id
  cross join lateral (select rex.live_metrics(account.id, account.now) as m) as live
$$;
grant execute on function rex.crews_now, rex.live_metrics, public.rex_read_status to authenticated;
