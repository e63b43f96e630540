-- How much an inbox may begin at this moment: caps, ramp, spacing, login, verification and pauses in one number.

create function rex.inbox_left(p_inbox_id uuid, p_at timestamptz) returns int language sql stable set search_path = '' as $$
  select case
    when not rex.may_send(i, d) or i.next_send_at > p_at then 0
    else least(rex.inbox_room(i, today), rex.domain_room(d, today), case when i.spacing_seconds > 0 then 1 end) end
  from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id, rex.account_day(i.user_id, p_at) as today
  where i.id = p_inbox_id
$$;
comment on function rex.inbox_left is 'How many messages the inbox may begin now; one where it keeps a distance between two.';
