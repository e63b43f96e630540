-- A request is remembered for a day, and for as long as its message may be handled again: what a handler did of it counts once, whenever a
-- person replays the dead letter, and however long the consumer stood still.

create index rex_dead_letters_message on public.rex_dead_letters (handler, (message ->> 'id'));
create index cursors_tried on rex.cursors (handler, tried_at) where tried_at is not null;

-- The consumer's ids are handler:message:number. A cursor stands before one message only, so what was asked before its first try is another's.
create function rex.may_come_again(r public.rex_requests) returns boolean language sql stable set search_path = '' as $$
  select r.actor = '00000000-0000-0000-0000-000000000000' and (
    exists (
      select from public.rex_dead_letters
      where handler = split_part(r.request_id, ':', 1) and message ->> 'id' = split_part(r.request_id, ':', 2))
    or exists (select from rex.cursors where handler = split_part(r.request_id, ':', 1) and tried_at <= r.created_at))
$$;
comment on function rex.may_come_again is 'Whether it belongs to a dead letter that is kept, or to a message that is still being tried.';

-- Those that stay begin another day: a pass looks at each once, not every minute. One statement, so a message given up meanwhile is seen as one or the other.
create function public.rex_prune_requests(p_limit int default 5000) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_pruned int;
begin
  with old as materialized (
    select actor, command, request_id, rex.may_come_again(r) as stays from public.rex_requests r where created_at < v_now - interval '24 hours'
    order by created_at limit least(greatest(p_limit, 1), 50000) for update skip locked
  ), renewed as (
    update public.rex_requests r set created_at = v_now from old
    where old.stays and (r.actor, r.command, r.request_id) = (old.actor, old.command, old.request_id)
  )
  delete from public.rex_requests r using old
  where not old.stays and (r.actor, r.command, r.request_id) = (old.actor, old.command, old.request_id);
  get diagnostics v_pruned = row_count;
  delete from public.rex_api_usage where window_start < v_now - interval '30 days';
  return jsonb_build_object('pruned', v_pruned);
end $$;
grant execute on function public.rex_prune_requests to service_role;
