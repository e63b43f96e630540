-- A campaign seen as one of its leads: what the writer would be shown of them, for a person, outside any mission.

create function rex.preview_scene(p_account uuid, p_campaign_id uuid, p_lead_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('now', now, 'account', rex.account_shown(a), 'campaign', rex.campaign_shown(c, a),
    'lead', rex.lead_facts(l, now - make_interval(days => a.frequency_cap_days)))
  from public.rex_accounts a join public.rex_campaigns c using (user_id) join public.rex_leads l using (user_id), rex.now() as now
  where a.user_id = p_account and c.id = p_campaign_id and l.id = p_lead_id
$$;
comment on function rex.preview_scene is 'Null when the account has no such campaign or no such lead.';

create function rex.read_preview(p_account uuid, p_campaign_id uuid, p_lead_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select rex.preview_scene(rex.reading_account(p_account), p_campaign_id, p_lead_id)
$$;

create function public.rex_read_preview(p_account uuid default null, p_campaign_id uuid default null, p_lead_id uuid default null)
returns jsonb language sql stable set search_path = '' as $$
  select rex.read_preview(p_account, p_campaign_id, p_lead_id)
$$;
grant execute on function rex.read_preview, public.rex_read_preview to authenticated;
