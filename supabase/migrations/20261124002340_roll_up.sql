-- After its hours have served, a day is kept as one row of their sums, made in the transaction that deletes them.

create function rex.roll_up_account(p_user_id uuid, p_until timestamptz) returns void language plpgsql set search_path = '' as $$
declare
  v_zone text := (select time_zone from public.rex_accounts where user_id = p_user_id);
  v_from timestamptz := (select rolled_until from rex.metric_accounts where user_id = p_user_id);
begin
  with old as (
    delete from public.rex_analytics where user_id = p_user_id and grain = 'hour' and starts_at < p_until returning *
  ), dated as (
    select o.*, greatest(d.starts_at, v_from) as day, least(d.ends_at, p_until) as day_ends
    from old o cross join lateral rex.day_of(o.starts_at, v_zone) as d
  )
  insert into public.rex_analytics (
    user_id, grain, starts_at, ends_at, subject, key, created, completed, escalated, failed, cancelled, retried, active_ms, tasks_completed,
    tasks_failed, tasks_retried, task_ms, sent, unknown, refused, contacted, delivered, bounced, soft_bounced, blocked, deferred, complained, unsubscribed,
    replied, auto_replied, opened, clicked, replies, llm_calls, llm_tokens, llm_nanos, message_nanos, compute_nanos, held_ms, slot_ms,
    reputations, reputation_sum, missions, closed_at)
  select user_id, 'day', day, day_ends, subject, key, sum(created), sum(completed), sum(escalated), sum(failed), sum(cancelled), sum(retried),
    sum(active_ms), sum(tasks_completed), sum(tasks_failed), sum(tasks_retried), sum(task_ms), sum(sent), sum(unknown), sum(refused),
    sum(contacted), sum(delivered), sum(bounced), sum(soft_bounced), sum(blocked), sum(deferred), sum(complained), sum(unsubscribed), sum(replied),
    sum(auto_replied), sum(opened), sum(clicked), sum(replies), sum(llm_calls), sum(llm_tokens), sum(llm_nanos), sum(message_nanos),
    sum(compute_nanos), sum(held_ms), sum(slot_ms), sum(reputations), sum(reputation_sum),
    (array_agg(missions order by starts_at desc) filter (where missions is not null))[1], max(closed_at)
  from dated group by 1, 3, 4, 5, 6;
  with old as (
    delete from public.rex_analytics_durations where user_id = p_user_id and grain = 'hour' and starts_at < p_until returning *)
  insert into public.rex_analytics_durations (user_id, grain, starts_at, active_ms, missions)
  select user_id, 'day', greatest(d.starts_at, v_from), active_ms, sum(missions)
  from old o cross join lateral rex.day_of(o.starts_at, v_zone) as d group by 1, 3, 4;
  update rex.metric_accounts set rolled_until = p_until where user_id = p_user_id;
end $$;
comment on function rex.roll_up_account is 'Sums the hours before that midnight by day; a day that a change of the zone cut short stays short.';

create function rex.roll_up(p_limit int, p_now timestamptz) returns int language plpgsql set search_path = '' as $$
declare
  v_due record;
  v_rolled int := 0;
begin
  for v_due in
    select m.user_id, a.analytics_day_days, least(m.closed_until, d.starts_at) as until
    from rex.metric_accounts m join public.rex_accounts a on a.user_id = m.user_id
    cross join lateral rex.day_of(p_now - make_interval(days => a.analytics_hour_days), a.time_zone) as d
    where m.rolled_until < p_now - interval '7 days' and m.rolled_until < d.starts_at and m.closed_until >= d.starts_at
    order by m.rolled_until, m.user_id limit p_limit
  loop
    perform rex.roll_up_account(v_due.user_id, v_due.until);
    delete from public.rex_analytics
    where user_id = v_due.user_id and grain = 'day' and ends_at <= p_now - make_interval(days => v_due.analytics_day_days);
    delete from public.rex_analytics_durations
    where user_id = v_due.user_id and grain = 'day' and starts_at <= p_now - make_interval(days => v_due.analytics_day_days + 1);
    v_rolled := v_rolled + 1;
  end loop;
  return v_rolled;
end $$;
comment on function rex.roll_up is 'Accounts with whole days of hours older than they keep them; deletes days older than they keep those.';
