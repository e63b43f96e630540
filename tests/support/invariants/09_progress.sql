-- 9. At most 3 retries, leads that cannot be served are failed, and no state but the final ones lasts or stays silent.
select 'retried more than 3 times' as problem, id, retry_count::text as detail from public.rex_tasks where retry_count > 3
union all
select 'a mission retried more than 3 times', id, retry_count::text from public.rex_missions where retry_count > 3
union all
select 'a lead was left behind by the agents', ml.mission_id, ml.lead_id::text
from public.rex_mission_leads ml join public.rex_missions m on m.id = ml.mission_id
where ml.outcome = 'pending' and (m.state in ('COLLECTING', 'ANALYZING', 'OPTIMIZING', 'COMPLETED') or m.error_code = 'cancelled')
union all
select 'failed for want of leads it still has', m.id, m.error_code from public.rex_missions m
where m.error_code = 'no_lead_left' and exists (
  select from public.rex_mission_leads ml where ml.mission_id = m.id and ml.outcome <> 'failed')
union all
select 'waits and does not say for what', m.id, m.waiting_for from public.rex_missions m left join public.rex_campaigns c on c.id = m.campaign_id
where m.state = 'QUEUED' and not m.ready and m.paused_at is null and (not m.sends or c.paused_at is null)
  and (m.waiting_for is null or m.not_before is null)
union all
select 'a batch that nothing continues', t.mission_id, t.batch::text from public.rex_tasks t
where t.finished_at is null group by t.mission_id, t.round, t.batch having bool_and(t.state = 'BLOCKED')
union all
select 'an ended mission with an open task', m.id, t.id::text from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id
where t.finished_at is null and m.finished_at is not null
union all
select 'a cancelled mission with something unsent', m.id, o.id::text from public.rex_outreach o join public.rex_missions m on m.id = o.mission_id
where m.error_code = 'cancelled' and o.state in ('draft', 'passed', 'held', 'scheduled')
union all
select 'an edited message that nobody checks', o.id, o.state::text from public.rex_outreach o join public.rex_missions m on m.id = o.mission_id
where o.edited_at is not null and o.state in ('draft', 'passed') and m.finished_at is null and not exists (
  select from public.rex_tasks t where t.mission_id = o.mission_id and t.round = m.round and t.finished_at is null
    and t.input -> 'lead_ids' ? o.lead_id::text and t.input -> 'steps' @> to_jsonb(o.step))
union all
select 'retries that the audit trail does not count', m.id, m.retry_count::text from public.rex_missions m
where m.retry_count <> (
  select count(*) from public.rex_logs l where l.mission_id = m.id and l.action = 'recover_mission' and l.to_state = 'QUEUED' and l.id > coalesce(
    (select max(b.id) from public.rex_logs b where b.mission_id = m.id and b.action = 'retry_mission'), 0))
