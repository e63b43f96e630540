-- 4. Quota used in a minute never exceeds the provider's limit, and open shares are what is reserved of it.
select 'used above the cap of the minute' as problem, null::uuid as id, format('%s %s: %s of %s', provider, window_start, used, cap) as detail
from public.rex_api_usage where used > cap
union all
select 'reserved differs from the open shares, or exceeds the limit', null, format('%s: %s of %s', l.provider, l.reserved, l.calls_per_minute)
from public.rex_api_limits l
where l.reserved > l.calls_per_minute or l.reserved <> case l.provider when 'openai' then (
  select coalesce(sum(llm_calls_per_minute), 0) from public.rex_reservations where released_at is null) else 0 end
union all
select 'spending of a day differs from its calls', s.user_id, format('%s: %s tokens, %s micros, %s calls', s.day, s.tokens, s.micros, s.calls)
from public.rex_llm_spending s cross join lateral (
  select coalesce(sum(tokens), 0) as tokens, coalesce(sum(micros), 0) as micros, count(*) as calls
  from public.rex_llm_calls where user_id = s.user_id and day = s.day) as c
where s.tokens <> c.tokens or s.micros <> c.micros or s.calls <> c.calls
