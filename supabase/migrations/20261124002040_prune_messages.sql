-- Messages are kept 7 days, and longer until every handler of theirs has passed them. What goes is always the oldest of a channel, without a gap,
-- so that a client that fell behind can tell.

create table rex.prune_turn (
  one boolean primary key default true check (one),
  user_id uuid not null default '00000000-0000-0000-0000-000000000000',
  channel text not null default ''
);
comment on table rex.prune_turn is 'The counter that was pruned last; the round goes on after it. Whoever holds the row prunes.';
insert into rex.prune_turn default values;

create function rex.counters_to_prune(p_limit int) returns public.rex_channels[] language plpgsql set search_path = '' as $$
declare
  t rex.prune_turn;
  v_counters public.rex_channels[];
begin
  select * into t from rex.prune_turn for update skip locked;
  if not found then
    return '{}';
  end if;
  v_counters := array(
    select c from public.rex_channels c where (c.user_id, c.channel) > (t.user_id, t.channel) order by c.user_id, c.channel limit p_limit);
  update rex.prune_turn set
    user_id = coalesce((v_counters[p_limit]).user_id, '00000000-0000-0000-0000-000000000000'), channel = coalesce((v_counters[p_limit]).channel, '');
  return v_counters;
end $$;
comment on function rex.counters_to_prune is 'The next of the round; none while another prunes.';

create function rex.prune_channel(c public.rex_channels, p_before timestamptz, p_limit int) returns int language plpgsql set search_path = '' as $$
declare
  v_pruned int;
begin
  with oldest as materialized (
    select seq, type, timestamp from public.rex_messages where (user_id, channel) = (c.user_id, c.channel) order by seq limit p_limit
  ), passed as (
    select t.type, min(coalesce(k.seq, 0)) as seq from rex.message_types t cross join unnest(t.handlers) as h (handler)
    left join rex.cursors k on (k.handler, k.user_id, k.channel) = (h.handler, c.user_id, c.channel)
    where t.channel = c.channel group by t.type
  ), kept as (
    select min(o.seq) as seq from oldest o left join passed p using (type) where o.timestamp >= p_before or o.seq > p.seq
  )
  delete from public.rex_messages m using oldest o, kept
  where (m.user_id, m.channel, m.seq) = (c.user_id, c.channel, o.seq) and (kept.seq is null or o.seq < kept.seq);
  get diagnostics v_pruned = row_count;
  return v_pruned;
end $$;
comment on function rex.prune_channel is 'Deletes the oldest messages before p_before, up to the first that is newer or that a handler of its type has not passed.';

create function public.rex_prune_messages(p_limit int default 500) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_before timestamptz := rex.now() - interval '7 days';
  c public.rex_channels;
  v_pruned int := 0;
begin
  foreach c in array rex.counters_to_prune(least(greatest(p_limit, 1), 5000)) loop
    continue when (select timestamp >= v_before from public.rex_messages where (user_id, channel) = (c.user_id, c.channel) order by seq limit 1) is not false;
    v_pruned := v_pruned + rex.prune_channel(c, v_before, 5000);
    exit when v_pruned >= 20000;
  end loop;
  delete from rex.open_requests where expires_at < v_before;
  return jsonb_build_object('pruned', v_pruned);
end $$;
comment on function public.rex_prune_messages is 'The next counters of the round.';
grant execute on function public.rex_prune_messages to service_role;
