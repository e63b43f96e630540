-- 11. Every decision of layers 2 and 3 that changed something is a row in rex_decisions, which the log row names.
select 'a claim without its decision' as problem, mission_id as id, id::text as detail
from public.rex_logs where action = 'claim_missions' and decision_id is null
union all
select 'names a decision that is not on record, or of another account', l.mission_id, l.decision_id::text
from public.rex_logs l left join public.rex_decisions d on d.id = l.decision_id
where l.decision_id is not null and d.user_id is distinct from l.user_id
union all
select 'a decision that no audit row names', d.id, d.rule from public.rex_decisions d
where not exists (select from public.rex_logs l where l.decision_id = d.id)
