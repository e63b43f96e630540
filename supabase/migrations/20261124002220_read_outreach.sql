-- One message with what happened to it, for a member; its content once more for a link that was signed for one.

create function public.rex_read_outreach(p_account uuid, p_outreach_id uuid) returns jsonb language sql stable set search_path = '' as $$
  with account as materialized (select rex.reading_account(p_account) as id)
  select case when o.id is not null then
    to_jsonb(o) - '{user_id,address_hash,fence,lease_until,failed_from,updated_at}'::text[] || jsonb_build_object(
    'address', a.address, 'inbox', i.address,
    'events', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'kind', e.kind, 'source', e.source, 'occurred_at', e.occurred_at, 'recorded_at', e.recorded_at, 'detail', e.detail)
        order by e.occurred_at, e.recorded_at, e.id), '[]')
      from public.rex_outreach_events e where e.outreach_id = o.id)) end
  from account
  left join public.rex_outreach o on o.user_id = account.id and o.id = p_outreach_id
  left join public.rex_lead_addresses a on a.id = o.address_id
  left join public.rex_inboxes i on i.id = o.inbox_id
$$;
grant execute on function public.rex_read_outreach to authenticated;

create function public.rex_show_outreach(p_outreach_id uuid) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('subject', subject, 'body_text', body_text, 'body_html', body_html) from public.rex_outreach where id = p_outreach_id
$$;
comment on function public.rex_show_outreach is 'For whoever holds a link that was signed for this message.';
grant execute on function public.rex_show_outreach to service_role;
