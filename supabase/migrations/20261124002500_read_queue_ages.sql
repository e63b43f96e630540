-- Invariant 10: a person reads how long the queue of their account has waited, and of no other. An hour without a sample is a gap, not a zero.

create function rex.sampled_queue_ages(p_account uuid) returns setof rex.queue_ages language sql stable security definer set search_path = '' as $$
  select q.* from rex.queue_ages q
  where q.user_id = rex.reading_account(p_account) and q.starts_at >= rex.now() - interval '26 hours'
$$;
comment on function rex.sampled_queue_ages is 'Of the last day, as the account''s members may read it.';

create function public.rex_read_queue_ages(p_account uuid default null) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_agg(jsonb_build_object('starts_at', h.at, 'seconds', q.seconds) order by h.at)
  from public.rex_accounts a
  cross join lateral generate_series(
    rex.hour_of(rex.now(), a.time_zone) - interval '24 hours', rex.hour_of(rex.now(), a.time_zone) - interval '1 hour', interval '1 hour') as h (at)
  left join rex.sampled_queue_ages(p_account) q on q.starts_at = h.at
  where a.user_id = rex.reading_account(p_account)
$$;
comment on function public.rex_read_queue_ages is 'How long the oldest mission that could start had waited at the end of each of the last 24 hours; the oldest first.';
grant execute on function rex.sampled_queue_ages, public.rex_read_queue_ages to authenticated;
