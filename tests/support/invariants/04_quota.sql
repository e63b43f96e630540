-- 4. Quota used in a minute never exceeds the provider's limit, and open shares are what is reserved of it.
select 'used above the cap of the minute' as problem, null::uuid as id, format('%s %s: %s of %s', provider, window_start, used, cap) as detail
from public.rex_api_usage where used > cap
union all
select 'reserved differs from the open shares, or exceeds the limit', null, format('%s: %s of %s', l.provider, l.reserved, l.calls_per_minute)
from public.rex_api_limits l
where l.reserved > l.calls_per_minute or l.reserved <> case l.provider when 'openai' then (
  select coalesce(sum(llm_calls_per_minute), 0) from public.rex_reservations where released_at is null) else 0 end
