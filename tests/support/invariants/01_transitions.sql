-- 1. Only legal transitions; every transition has exactly one row in rex_logs.
with chain as (
  select mission_id, version, from_state, to_state,
    lag(version) over w as version_before, lag(to_state) over w as state_before
  from public.rex_logs where entity = 'mission' and version is not null
  window w as (partition by mission_id order by version)
)
select 'broken or illegal chain' as problem, c.mission_id as id, c.version::text as detail from chain c
where not coalesce(case
  when c.version = 1 then c.from_state is null and c.to_state = 'QUEUED'
  else c.version_before = c.version - 1 and c.from_state = c.state_before and (
    (c.from_state = 'FAILED' and c.to_state = 'FAILED')
    or exists (select from rex.transitions t where t.from_state::text = c.from_state and t.to_state::text = c.to_state))
  end, false)
union all
select 'audit differs from the mission', m.id, m.state::text from public.rex_missions m
where m.version <> (select count(*) from public.rex_logs l where l.mission_id = m.id and l.entity = 'mission' and l.version is not null)
  or m.state::text is distinct from (
    select l.to_state from public.rex_logs l where l.mission_id = m.id and l.entity = 'mission' and l.version = m.version)
