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
  else c.version_before = c.version - 1 and c.from_state = c.state_before and (c.from_state, c.to_state) in (
    select t.from_state::text, t.to_state::text from rex.transitions t union all values ('FAILED', 'FAILED'))
  end, false)
union all
select 'audit differs from the mission', m.id, m.state::text from public.rex_missions m left join (
  select mission_id, count(*) as rows, max(version) as newest, (array_agg(to_state order by version desc))[1] as state
  from public.rex_logs where entity = 'mission' and version is not null group by mission_id) as l on l.mission_id = m.id
where (m.version, m.version, m.state::text) is distinct from (l.rows, l.newest, l.state)
