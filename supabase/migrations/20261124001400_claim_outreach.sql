-- A sender leases what may go out now: round the accounts, in each round its inboxes, never more than an inbox may still send.

create function rex.accounts_to_send(p_limit int, p_now timestamptz) returns setof uuid language sql volatile set search_path = '' as $$
  with recursive start as (
    select gen_random_uuid() as id
  ), round as (
    (select o.user_id, o.due_at, 1 as n from public.rex_outreach o, start
    where o.state = 'scheduled' and o.user_id >= start.id order by o.user_id, o.due_at limit 1)
    union all
    select next.*, r.n + 1 from round r cross join lateral (
      select o.user_id, o.due_at from public.rex_outreach o
      where o.state = 'scheduled' and o.user_id > r.user_id order by o.user_id, o.due_at limit 1) as next
    where r.n < 2000
  ), wrapped as (
    (select o.user_id, o.due_at, 1 as n from public.rex_outreach o, start
    where o.state = 'scheduled' and o.user_id < start.id order by o.user_id, o.due_at limit 1)
    union all
    select next.*, w.n + 1 from wrapped w cross join start cross join lateral (
      select o.user_id, o.due_at from public.rex_outreach o
      where o.state = 'scheduled' and o.user_id > w.user_id and o.user_id < start.id order by o.user_id, o.due_at limit 1) as next
    where w.n < 2000
  )
  select a.user_id from (select user_id, due_at, 0 as lap, n from round union all select user_id, due_at, 1, n from wrapped) as a
  join public.rex_accounts account using (user_id)
  where a.due_at <= p_now and account.paused_at is null order by a.lap, a.n limit p_limit
$$;
comment on function rex.accounts_to_send is
  'Accounts with a message that is due, from a random one onward, by the index: each call begins the round elsewhere. Of up to 4,000 with scheduled '
  'messages only the first of each is looked at.';

create function rex.lease_outreach(p_inbox_id uuid, p_campaign_id uuid, p_count int, p_until timestamptz, p_now timestamptz) returns setof uuid
language sql set search_path = '' as $$
  with due as (
    select o.id from public.rex_outreach o
    join public.rex_missions m on m.id = o.mission_id join public.rex_campaigns c on c.id = o.campaign_id
    join public.rex_accounts a on a.user_id = o.user_id
      and num_nulls(a.company, a.postal_address, c.sender_name, c.reply_to) = 0 -- as rex.has_details, which costs too much a row
    where o.state = 'scheduled' and o.due_at <= p_now and (o.lease_until is null or o.lease_until <= p_now)
      and (o.inbox_id = p_inbox_id or (o.inbox_id is null and o.step = 1 and o.campaign_id = p_campaign_id)) and o.channel = 'email'
      and m.state in ('EXECUTING', 'COLLECTING') and m.paused_at is null and c.paused_at is null
    order by o.step desc, o.due_at, o.id limit greatest(p_count, 0)
    for no key update of o skip locked
  )
  update public.rex_outreach o
  set fence = o.fence + 1, lease_until = p_until, inbox_id = p_inbox_id, sendable_at = coalesce(o.sendable_at, p_now)
  from due where o.id = due.id returning o.id
$$;
comment on function rex.lease_outreach is
  'Leases due messages for an inbox: follow-ups it began itself first, then first touches of the campaign it serves. What could not begin is '
  'not among them: it would be leased again and again before what can.';

create function rex.leased_outreach(p_leases jsonb) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('outreach_id', o.id, 'user_id', o.user_id, 'fence', o.fence, 'channel', o.channel,
    'step', o.step, 'inbox_id', o.inbox_id) order by o.due_at, o.id), '[]')
  from jsonb_to_recordset(p_leases) as l (id uuid, fence bigint)
  join public.rex_outreach o on o.id = l.id and o.fence = l.fence
  where o.state = 'scheduled' and o.lease_until > rex.now()
$$;

create function public.rex_claim_outreach(
  p_request_id text, p_limit int default 50, p_lease_seconds int default 60, p_without uuid[] default null
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_leases jsonb := rex.begin_request('claim_outreach', p_request_id, jsonb_build_array(p_limit, p_lease_seconds, p_without));
  v_now timestamptz := rex.now();
  v_accounts uuid[];
  v_inbox record;
  v_ids uuid[] := '{}';
  v_share int;
begin
  if v_leases is null then
    v_accounts := array(select rex.accounts_to_send(least(p_limit, 500), v_now));
    v_share := greatest(1, p_limit / greatest(1, cardinality(v_accounts)));
    for v_inbox in
      select i.id, d.campaign_id, row_number() over (partition by i.user_id order by random()) as turn
      from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
      where i.user_id = any (v_accounts) and i.id <> all (coalesce(p_without, '{}')) and rex.inbox_left(i.id, v_now) > 0
      order by turn, array_position(v_accounts, i.user_id)
    loop
      exit when cardinality(v_ids) >= p_limit;
      v_ids := v_ids || array(select rex.lease_outreach(v_inbox.id, v_inbox.campaign_id,
        least(v_share, p_limit - cardinality(v_ids), rex.inbox_left(v_inbox.id, v_now) - rex.outstanding(v_inbox.id, v_now)),
        v_now + make_interval(secs => p_lease_seconds), v_now));
    end loop;
    v_leases := coalesce((select jsonb_agg(jsonb_build_object('id', id, 'fence', fence)) from public.rex_outreach where id = any (v_ids)), '[]');
    perform rex.end_request('claim_outreach', p_request_id, v_leases);
  end if;
  return jsonb_build_object('now', rex.now(), 'outreach', rex.leased_outreach(v_leases));
end $$;
comment on function public.rex_claim_outreach is 'p_without: inboxes whose mail server is too slow for this caller.';
grant execute on function public.rex_claim_outreach to service_role;

create function rex.outstanding(p_inbox_id uuid, p_now timestamptz) returns int language sql stable set search_path = '' as $$
  select count(*)::int from public.rex_outreach where inbox_id = p_inbox_id and state = 'scheduled' and lease_until > p_now
$$;
comment on function rex.outstanding is 'Messages leased for an inbox that have not begun yet.';
create index rex_outreach_leased on public.rex_outreach (inbox_id, lease_until) where state = 'scheduled' and lease_until is not null;
create index rex_outreach_follow_up on public.rex_outreach (inbox_id, due_at) where state = 'scheduled' and inbox_id is not null;
create index rex_outreach_first_touch on public.rex_outreach (campaign_id, due_at, id) where state = 'scheduled' and inbox_id is null;
