-- 7. No lead gets the same (mission, step) twice, on whatever channel; what was handed over, or may have been, is never sent again.
select 'two messages of one step' as problem, mission_id as id, format('%s step %s', lead_id, step) as detail
from public.rex_outreach group by mission_id, lead_id, step having count(*) > 1
union all
select 'two messages under one Message-ID', min(id::text)::uuid, message_id from public.rex_outreach
where message_id is not null group by message_id having count(*) > 1
union all
select 'handed over and due again', id, state::text from public.rex_outreach
where handed_over_at is not null and state in ('draft', 'passed', 'held', 'scheduled', 'sending')
