-- Invariant 10: a person reads what the inboxes of their accounts may still send today, and for whom; of no others.

create function public.rex_read_inboxes_today(p_inbox_ids uuid[] default '{}') returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', i.id, 'cap_today', rex.inbox_cap(i, today.day), 'sent_today', coalesce(s.sent, 0),
    'domain', jsonb_build_object('id', d.id, 'domain', d.domain, 'status', d.status, 'paused_at', d.paused_at, 'reputation', d.reputation,
      'campaign', case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name) end))), '[]')
  from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id
  left join public.rex_campaigns c on c.id = d.campaign_id
  cross join lateral (select rex.account_day(i.user_id, rex.now()) as day) as today
  left join public.rex_inbox_days s on s.inbox_id = i.id and s.day = today.day
  where i.id = any (p_inbox_ids[:200])
$$;
comment on function public.rex_read_inboxes_today is 'Of these inboxes, 200 at most: the cap and what was sent of the day, and their domain with its campaign.';
grant execute on function public.rex_read_inboxes_today to authenticated;
