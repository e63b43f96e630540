-- Each row of the log is counted once, also one that commits after rows with higher numbers were read.

create type rex.log_batch as (
  rows int, counted int8multirange, accounts uuid[], missions bigint[], tasks bigint[], messages bigint[], events bigint[]);

create function rex.next_logs(p_limit int) returns rex.log_batch language sql stable set search_path = '' as $$
  with fresh as (
    select l.* from rex.log_reader r
    cross join lateral unnest(int8multirange(int8range(r.through + 1, null)) - r.counted) as gap
    cross join lateral (
      select id, user_id, entity, action, from_state, reason, version from public.rex_logs
      where id >= lower(gap) and (upper_inf(gap) or id < upper(gap)) order by id limit p_limit) as l
    order by l.id limit p_limit
  )
  select row(
    count(*), coalesce(range_agg(int8range(id, id, '[]')), '{}'), coalesce(array_agg(distinct user_id), '{}'),
    coalesce(array_agg(id) filter (where entity = 'mission' and version is not null), '{}'),
    coalesce(array_agg(id) filter (where entity = 'task' and from_state = 'RUNNING'), '{}'),
    coalesce(array_agg(id) filter (where action in ('finish_outreach', 'recover_outreach')), '{}'),
    coalesce(array_agg(id) filter (where action = 'record_event' or (action = 'finish_outreach' and reason = 'hard_bounce')), '{}'))::rex.log_batch
  from fresh
$$;
comment on function rex.next_logs is 'The lowest ids that are visible and not counted; a gap that nobody has filled yet costs one look.';

create function rex.last_log() returns bigint language sql volatile set search_path = '' as $$
  select coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.rex_logs', 'id')::regclass), 0)
$$;

-- What a number's transaction writes first is its request, so by then it has an id of its own: once all those older than this
-- call's have ended, no number drawn before an earlier call can still appear.
create function rex.keep_place(p_batch rex.log_batch, p_oldest xid8, p_caught_up boolean, p_now timestamptz) returns void
language sql set search_path = '' as $$
  update rex.log_reader r set
    through = case when s.settles then greatest(r.through, r.mark) else r.through end,
    settled_at = case when s.settles then greatest(r.settled_at, r.mark_at) else r.settled_at end,
    counted = case when s.settles then s.counted - int8multirange(int8range(null, greatest(r.through, r.mark), '[]')) else s.counted end,
    mark = case when r.mark is null or s.settles then rex.last_log() else r.mark end,
    mark_at = case when r.mark is null or s.settles then p_now else r.mark_at end,
    mark_xid = case when r.mark is null or s.settles then null else coalesce(r.mark_xid, pg_current_xact_id()) end
  from (
    select o.counted + p_batch.counted as counted, coalesce(p_caught_up and p_oldest >= coalesce(o.mark_xid, pg_current_xact_id()), false)
      and o.mark is not null as settles
    from rex.log_reader o) as s
$$;

create function rex.count_logs(p_limit int, p_now timestamptz) returns rex.log_batch language plpgsql set search_path = '' as $$
declare
  v_oldest xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_batch rex.log_batch := rex.next_logs(p_limit);
begin
  perform rex.open_books(v_batch.accounts);
  perform rex.count_states(v_batch.missions);
  perform rex.count_missions(v_batch.missions);
  perform rex.count_tasks(v_batch.tasks);
  perform rex.count_messages(v_batch.messages);
  perform rex.count_events(v_batch.events);
  perform rex.keep_place(v_batch, v_oldest, v_batch.rows < p_limit, p_now);
  return v_batch;
end $$;
