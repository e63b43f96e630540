-- Each handler has each message of its types once in effect, in the order of its channel: one cursor per handler, account and channel,
-- moved under a lease and its fence. A counter that nobody has to read is not looked at.

update rex.message_types set handlers = '{wake_waiting}'
where type in ('mission.cancelled', 'mission.resumed', 'system.resumed', 'domain.resumed', 'domain.freed', 'domain.returned', 'domain.inbox_checked');
update rex.message_types set handlers = '{judge_domain}' where type = 'domain.health';
update rex.message_types set handlers = '{answer_ping}' where type = 'system.ping';

create view rex.subscriptions as
  select handler, channel, array_agg(type) as types from rex.message_types cross join unnest(handlers) as handler group by 1, 2;
comment on view rex.subscriptions is 'The types of a channel that a handler consumes; the registry in Python has the same.';

-- The row of a counter is locked before it is marked: whoever publishes meanwhile comes before the mark, or finds it.
create function rex.mark_for_new_handlers() returns trigger language plpgsql set search_path = '' as $$
begin
  if not new.handlers <@ old.handlers then
    perform from public.rex_channels where channel = new.channel and not unread order by user_id, channel for no key update;
    update public.rex_channels set unread = true where channel = new.channel and not unread;
  end if;
  return null;
end $$;
comment on function rex.mark_for_new_handlers is 'A handler that is new to a type has to look at every counter of its channel, for what was kept before it came.';
create trigger mark_for_new_handlers after update of handlers on rex.message_types for each row execute function rex.mark_for_new_handlers();

create table rex.cursors (
  handler text not null,
  user_id uuid not null,
  channel text not null,
  seq bigint not null default 0,
  fence bigint not null default 0,
  attempts int not null default 0 check (attempts >= 0),
  tried_at timestamptz,
  lease_until timestamptz,
  not_before timestamptz,
  primary key (handler, user_id, channel)
);
comment on table rex.cursors is 'A handler''s place in a channel of an account; one that has none begins with the oldest message kept.';
comment on column rex.cursors.seq is 'Up to this message all are done.';
comment on column rex.cursors.attempts is
  'Tries of the message it stands before, the present one included; a lease beside others counts once the message failed. tried_at: when the first began.';

create function rex.is_free(k rex.cursors, p_now timestamptz) returns boolean language sql immutable set search_path = '' as $$
  select coalesce(k.lease_until <= p_now, true) and coalesce(k.not_before <= p_now, true)
$$;

-- From a random account on, so that those that wait for a retry or for a handler this code does not know hold up no others.
create function rex.cursors_in_turn(p_handlers text[], p_limit int, p_now timestamptz) returns setof rex.cursors
language sql volatile set search_path = '' as $$
  with start as materialized (select gen_random_uuid() as id)
  select turn.* from start
  cross join (values (true), (false)) as lap (after)
  cross join lateral (
    select s.handler, c.user_id, c.channel, coalesce(k.seq, 0), coalesce(k.fence, 0), coalesce(k.attempts, 0), k.tried_at, k.lease_until, k.not_before
    from public.rex_channels c join rex.subscriptions s using (channel) left join rex.cursors k using (handler, user_id, channel)
    where c.unread and case when lap.after then c.user_id >= start.id else c.user_id < start.id end
      and s.handler = any (p_handlers) and (k is null or rex.is_free(k, p_now))
    order by c.user_id limit p_limit) as turn
  order by lap.after desc limit p_limit
$$;

create function rex.lock_cursors(p_cursors rex.cursors[], p_now timestamptz) returns setof rex.cursors language plpgsql set search_path = '' as $$
begin
  insert into rex.cursors (handler, user_id, channel)
  select handler, user_id, channel from unnest(p_cursors) order by 1, 2, 3 on conflict do nothing;
  return query
    select k.* from rex.cursors k join unnest(p_cursors) as c using (handler, user_id, channel)
    where rex.is_free(k, p_now) order by k.handler, k.user_id, k.channel for no key update of k skip locked;
end $$;

-- After a try that did not end well one message goes alone, so that what ends the process is known.
create function rex.next_messages(k rex.cursors, p_limit int) returns setof public.rex_messages language sql stable set search_path = '' as $$
  select m.* from public.rex_messages m
  where m.user_id = k.user_id and m.channel = k.channel and m.seq > k.seq
    and m.type = any (array(select unnest(s.types) from rex.subscriptions s where (s.handler, s.channel) = (k.handler, k.channel)))
  order by m.seq limit case when k.attempts > 1 then 1 else p_limit end
$$;

-- The counter is read before the messages: what it counts is there to be read.
create function rex.lease_cursor(k rex.cursors, p_until timestamptz, p_alone boolean) returns rex.cursors language plpgsql set search_path = '' as $$
declare
  v_seen bigint := (select seq from public.rex_channels where (user_id, channel) = (k.user_id, k.channel));
  v_leased rex.cursors;
begin
  if exists (select from rex.next_messages(k, 1)) then
    update rex.cursors c set fence = fence + 1, lease_until = p_until, not_before = null, attempts = attempts + p_alone::int, tried_at = coalesce(tried_at, rex.now())
    where (c.handler, c.user_id, c.channel) = (k.handler, k.user_id, k.channel) returning * into v_leased;
  else
    update rex.cursors c set seq = greatest(seq, v_seen), attempts = 0, tried_at = null, lease_until = null, not_before = null
    where (c.handler, c.user_id, c.channel) = (k.handler, k.user_id, k.channel);
  end if;
  return v_leased;
end $$;
comment on function rex.lease_cursor is 'The leased cursor; null when nothing is left for it, and it then stands at the end.';

create function rex.settle_counters(p_cursors rex.cursors[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_channels where (user_id, channel) in (select user_id, channel from unnest(p_cursors)) and unread
  order by user_id, channel for no key update;
  update public.rex_channels c set unread = false
  where (c.user_id, c.channel) in (select user_id, channel from unnest(p_cursors)) and c.unread and not exists (
    select from rex.subscriptions s left join rex.cursors k on (k.handler, k.user_id, k.channel) = (s.handler, c.user_id, c.channel)
    where s.channel = c.channel and coalesce(k.seq, 0) < c.seq);
end $$;
comment on function rex.settle_counters is 'Clears the mark of counters that every handler has come up with.';

create function rex.lease_cursors(p_cursors rex.cursors[], p_until timestamptz, p_now timestamptz) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_locked rex.cursors[] := array(select l from rex.lock_cursors(p_cursors, p_now) as l);
  v_leases jsonb := '[]';
  k rex.cursors;
begin
  foreach k in array v_locked loop
    continue when k.tried_at is not null and cardinality(v_locked) > 1;
    k := rex.lease_cursor(k, p_until, cardinality(v_locked) = 1);
    if k.handler is not null then
      v_leases := v_leases || jsonb_build_object('handler', k.handler, 'user_id', k.user_id, 'channel', k.channel, 'fence', k.fence);
    end if;
  end loop;
  perform rex.settle_counters(v_locked);
  return v_leases;
end $$;

-- A process that ended may have come to any of its cursors, so each of these goes alone, and what ends it again is known.
create function rex.lease_in_turn(p_turn rex.cursors[], p_until timestamptz, p_now timestamptz) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_alone rex.cursors[] := (array(select t from unnest(p_turn) as t where t.tried_at is not null))[1:1];
  v_others rex.cursors[] := array(select t from unnest(p_turn) as t where t.tried_at is null);
  v_leases jsonb;
begin
  if (p_turn[1]).tried_at is not null then
    v_leases := rex.lease_cursors(v_alone, p_until, p_now);
    return case when v_leases <> '[]' then v_leases else rex.lease_cursors(v_others, p_until, p_now) end;
  end if;
  v_leases := rex.lease_cursors(v_others, p_until, p_now);
  return case when v_leases <> '[]' then v_leases else rex.lease_cursors(v_alone, p_until, p_now) end;
end $$;

create function rex.leased_batches(p_leases jsonb, p_limit int) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('handler', k.handler, 'user_id', k.user_id, 'channel', k.channel, 'fence', k.fence,
    'attempts', k.attempts, 'messages', (select jsonb_agg(to_jsonb(m) order by m.seq) from rex.next_messages(k, p_limit) as m)) order by l.n), '[]')
  from rows from (jsonb_to_recordset(p_leases) as (handler text, user_id uuid, channel text, fence bigint)) with ordinality as l (handler, user_id, channel, fence, n)
  join rex.cursors k using (handler, user_id, channel, fence)
  where k.lease_until is not null and exists (select from rex.next_messages(k, 1))
$$;
comment on function rex.leased_batches is 'What is left of these leases, as long as nobody else took them.';

create function public.rex_claim_messages(
  p_request_id text, p_handlers text[], p_limit int default 20, p_messages int default 20, p_lease_seconds int default 60
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_leases jsonb := rex.begin_request('claim_messages', p_request_id, jsonb_build_array(p_handlers, p_limit, p_messages, p_lease_seconds));
  v_now timestamptz := rex.now();
  v_turn rex.cursors[];
begin
  if v_leases is null then
    perform rex.check_lease(p_limit, p_lease_seconds);
    v_turn := array(select t from rex.cursors_in_turn(p_handlers, p_limit, v_now) as t);
    v_now := rex.now();
    v_leases := rex.lease_in_turn(v_turn, v_now + make_interval(secs => p_lease_seconds), v_now);
    perform rex.end_request('claim_messages', p_request_id, v_leases);
  end if;
  return jsonb_build_object('now', v_now, 'batches', rex.leased_batches(v_leases, least(p_messages, 100)));
end $$;
comment on function public.rex_claim_messages is 'Places of p_handlers that have something to do, each leased with its next messages; one whose last try did not end well goes alone.';

create function rex.hold_cursor(p_handler text, p_user_id uuid, p_channel text, p_fence bigint, p_seq bigint) returns rex.cursors
language plpgsql set search_path = '' as $$
declare
  k rex.cursors;
begin
  select * into k from rex.cursors where (handler, user_id, channel) = (p_handler, p_user_id, p_channel) for no key update;
  if k.fence = p_fence and k.lease_until is not null and p_seq > k.seq then
    return k;
  end if;
  return null;
end $$;
comment on function rex.hold_cursor is 'The cursor, locked, while it is leased under this fence and stands before this message; else null.';

create function public.rex_finish_message(
  p_request_id text, p_handler text, p_user_id uuid, p_channel text, p_fence bigint, p_seq bigint, p_more boolean default false
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('finish_message', p_request_id, jsonb_build_array(p_handler, p_user_id, p_channel, p_fence, p_seq, p_more));
  k rex.cursors;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  k := rex.hold_cursor(p_handler, p_user_id, p_channel, p_fence, p_seq);
  if k.handler is not null then
    update rex.cursors c set seq = p_seq, attempts = case when p_more then 1 else 0 end, tried_at = case when p_more then rex.now() end,
      lease_until = case when p_more then lease_until end
    where (c.handler, c.user_id, c.channel) = (k.handler, k.user_id, k.channel);
  end if;
  return rex.end_request('finish_message', p_request_id, jsonb_build_object('done', k.handler is not null));
end $$;
comment on function public.rex_finish_message is 'The cursor passes a message; p_more keeps the lease for the next one of the batch.';
grant execute on function public.rex_claim_messages, public.rex_finish_message to service_role;
