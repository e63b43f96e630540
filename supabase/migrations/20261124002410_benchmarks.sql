-- What benchmarks are judged by: a few hundred rows of the analytics, read as the caller.

create function rex.span_figures(p_user_id uuid, p_from timestamptz, p_until timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select rex.figures(s.sums, null, null) from rex.sum_analytics(p_user_id, 'account', '', p_from, p_until, 'UTC', 'day') as s where s.bucket is null
$$;

-- Whatever could hold a figure back: what each agent, campaign and domain did in a week, of which hours are kept, and how full each crew is now.
create function rex.limit_figures(p_user_id uuid, p_from timestamptz, p_until timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'subjects', (select coalesce(jsonb_agg(to_jsonb(s) order by s.subject, s.key), '[]') from (
      select subject, key, sum(completed) as completed, sum(escalated) as escalated, sum(task_ms) as task_ms, sum(sent + unknown) as sent,
        sum(replied) as replied, sum(reputations) as reputations, sum(reputation_sum) as reputation_sum
      from public.rex_analytics
      where user_id = p_user_id and grain = 'hour' and subject in ('agent', 'campaign', 'domain') and starts_at >= p_from and starts_at < p_until
      group by 1, 2) as s),
    'crews', (select coalesce(jsonb_agg(jsonb_build_object('crew', crew, 'slots', slots, 'held', held, 'waiting', waiting) order by crew), '[]')
      from public.rex_crews where user_id = p_user_id))
$$;

create function rex.benchmark_figures(p_whose public.rex_accounts, p_until timestamptz) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'targets', jsonb_build_object('success', p_whose.target_success, 'active_seconds', p_whose.target_active_seconds,
      'reputation', p_whose.target_reputation, 'utilisation', p_whose.target_utilisation, 'replies', p_whose.target_replies,
      'meetings', p_whose.target_meetings),
    'lately', rex.span_figures(p_whose.user_id, p_until - interval '7 days', p_until),
    'usually', rex.span_figures(p_whose.user_id, p_until - interval '28 days', p_until))
    || rex.limit_figures(p_whose.user_id, p_until - interval '7 days', p_until)
$$;
comment on function rex.benchmark_figures is 'Of the 7 and the 28 days up to a moment; a null moment, before an hour was closed, has no figures.';
grant execute on function rex.span_figures, rex.limit_figures, rex.benchmark_figures to authenticated;
