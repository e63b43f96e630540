-- 10. An account sees and changes only its own rows: a child belongs to the account of its parent.
select 'a mission under another account''s campaign' as problem, m.id, m.campaign_id::text as detail
from public.rex_missions m join public.rex_campaigns c on c.id = m.campaign_id where c.user_id <> m.user_id
union all
select 'a mission lead of another account', ml.mission_id, ml.lead_id::text
from public.rex_mission_leads ml join public.rex_missions m on m.id = ml.mission_id join public.rex_leads l on l.id = ml.lead_id
where ml.user_id <> m.user_id or l.user_id <> m.user_id
union all
select 'a task of another account', t.id, t.mission_id::text
from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id where t.user_id <> m.user_id
union all
select 'a reservation of another account', r.mission_id, r.fence::text
from public.rex_reservations r join public.rex_missions m on m.id = r.mission_id where r.user_id <> m.user_id or r.crew <> m.crew
union all
select 'an address of another account', a.id, a.lead_id::text
from public.rex_lead_addresses a join public.rex_leads l on l.id = a.lead_id where a.user_id <> l.user_id
union all
select 'a message of another account', o.id, o.mission_id::text
from public.rex_outreach o join public.rex_missions m on m.id = o.mission_id join public.rex_leads l on l.id = o.lead_id
left join public.rex_inboxes i on i.id = o.inbox_id left join public.rex_domain_pool d on d.id = o.domain_id
left join public.rex_lead_addresses a on a.id = o.address_id
where o.user_id <> m.user_id or l.user_id <> m.user_id or o.campaign_id <> m.campaign_id
  or i.user_id <> m.user_id or d.user_id <> m.user_id or a.user_id <> m.user_id
union all
select 'an event of another account', e.id, e.outreach_id::text
from public.rex_outreach_events e join public.rex_outreach o on o.id = e.outreach_id where e.user_id <> o.user_id or e.mission_id <> o.mission_id
union all
select 'a domain under another account''s campaign', d.id, d.campaign_id::text
from public.rex_domain_pool d join public.rex_campaigns c on c.id = d.campaign_id where d.user_id is distinct from c.user_id
union all
select 'an inbox on another account''s domain', i.id, i.domain_id::text
from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id where d.user_id is distinct from i.user_id
union all
select 'an audit row of another account', l.mission_id, l.id::text
from public.rex_logs l join public.rex_missions m on m.id = l.mission_id where l.user_id <> m.user_id
