-- 5. A domain or inbox never sends above its daily cap, its warm-up ramp, or while paused, rotated or unverified.
with begun as (
  select o.*, rex.account_day(o.user_id, o.begun_at) as day
  from public.rex_outreach o where o.begun_at is not null and o.inbox_id is not null and o.channel = 'email'
    and o.state not in ('scheduled', 'cancelled') -- deferred: it may be leased for another inbox now
)
select 'inbox above its cap of the day' as problem, b.inbox_id as id, format('%s: %s begun, %s counted', b.day, count(*), max(d.sent)) as detail
from begun b left join public.rex_inbox_days d on d.inbox_id = b.inbox_id and d.day = b.day
group by b.inbox_id, b.day having count(*) > coalesce(max(d.sent), 0) or max(d.sent) > max(d.cap)
union all
select 'domain above its cap of the day', b.domain_id, format('%s: %s begun, %s counted', b.day, count(*), max(d.sent))
from begun b left join public.rex_domain_days d on d.domain_id = b.domain_id and d.day = b.day
where b.domain_id is not null group by b.domain_id, b.day having count(*) > coalesce(max(d.sent), 0) or max(d.sent) > max(d.cap)
union all
select 'inbox sent while paused', b.id, b.inbox_id::text from begun b join public.rex_inboxes i on i.id = b.inbox_id where b.begun_at > i.paused_at
union all
select 'domain of an escalated rotation not paused', d.id, m.id::text
from public.rex_missions m join public.rex_domain_pool d on d.id = m.domain_id where m.state = 'ESCALATED' and d.paused_at is null
union all
select 'domain sent while paused, rotated or unverified', b.id, b.domain_id::text from begun b join public.rex_domain_pool d on d.id = b.domain_id
where b.begun_at > d.paused_at or d.verified_at is null or (d.status = 'rotated' and b.begun_at > d.rotated_at)
