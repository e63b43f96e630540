-- What a person reads in one round trip, through the policies: each function runs as the caller and sees the caller's rows only.

create function rex.reading_account(p_account uuid) returns uuid language sql stable security definer set search_path = '' as $$
  select rex.require_role(p_account, 'owner', 'operator', 'viewer')
$$;

create function public.rex_read_account(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(a) from public.rex_accounts a where a.user_id = rex.reading_account(p_account)
$$;

create function public.rex_list_campaigns(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(c) order by c.is_default desc, lower(c.name)), '[]')
  from public.rex_campaigns c where c.user_id = rex.reading_account(p_account)
$$;

create function public.rex_list_inboxes(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(i) - array['username'] || jsonb_build_object(
      'domain', d.domain, 'username', i.username,
      'login', case when i.checked_version = i.login_version then 'checked' when i.login_error is not null then 'failed' else 'unchecked' end
    ) order by i.address), '[]')
  from public.rex_inboxes i join public.rex_domain_pool d on d.id = i.domain_id where i.user_id = rex.reading_account(p_account)
$$;

create function public.rex_list_missions(
  p_account uuid, p_states public.mission_state[] default null, p_campaign_id uuid default null, p_before timestamptz default null,
  p_before_id uuid default null, p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) - 'mission' || to_jsonb(rex.waits_for(page.mission)) order by page.created_at desc, page.id desc), '[]') from (
    select m as mission, id, type, state, crew, campaign_id, priority, leads, round, retry_count, not_before, paused_at, error_code,
      created_at, stage_at, finished_at
    from public.rex_missions m
    where user_id = rex.reading_account(p_account)
      and (p_states is null or state = any (p_states)) and (p_campaign_id is null or campaign_id = p_campaign_id)
      and (p_before is null or (created_at, id) < (p_before, p_before_id))
    order by created_at desc, id desc limit least(p_limit, 200) + 1) as page
$$;
comment on function public.rex_list_missions is 'Newest first; one more row than asked for says that there are more.';

create function public.rex_read_mission(p_account uuid, p_mission_id uuid) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(m) || to_jsonb(w) || jsonb_build_object(
    'progress', public.calculate_mission_progress(m.id),
    'outcomes', (select coalesce(jsonb_agg(to_jsonb(o) order by o.leads desc, o.outcome), '[]') from (
      select outcome, reason, count(*) as leads from public.rex_mission_leads where mission_id = m.id group by outcome, reason) as o),
    'tasks', (select coalesce(jsonb_object_agg(t.state, t.tasks), '{}') from (
      select state, count(*) as tasks from public.rex_tasks where mission_id = m.id group by state) as t),
    'outreach', (select coalesce(jsonb_object_agg(o.state, o.messages), '{}') from (
      select state, count(*) as messages from public.rex_outreach where mission_id = m.id group by state) as o),
    'held_samples', to_jsonb(rex.held_samples(m.id)),
    'logs', (select coalesce(jsonb_agg(to_jsonb(l) order by l.id desc), '[]') from (
      select id, at, actor, action, from_state, to_state, reason, decision_id from public.rex_logs
      where mission_id = m.id and entity = 'mission' order by id desc limit 50) as l))
  from public.rex_missions m cross join lateral rex.waits_for(m) as w where m.user_id = rex.reading_account(p_account) and m.id = p_mission_id
$$;

create function public.rex_read_status(p_account uuid) returns jsonb language sql stable set search_path = '' as $$
  with account as (select rex.reading_account(p_account) as id)
  select jsonb_build_object(
    'now', rex.now(),
    'missions', (select coalesce(jsonb_object_agg(state, missions), '{}') from (
      select state, count(*) as missions from public.rex_missions, account where user_id = account.id group by state) as s),
    'outcomes_24h', (select coalesce(jsonb_object_agg(outcome, leads), '{}') from (
      select outcome, count(*) as leads from public.rex_mission_leads, account
      where user_id = account.id and updated_at > rex.now() - interval '24 hours' group by outcome) as o),
    'queue_age_seconds', (select round(extract(epoch from rex.now() - min(created_at)))
      from public.rex_missions, account where user_id = account.id and state = 'QUEUED' and ready),
    'crews', (select coalesce(jsonb_agg(jsonb_build_object('crew', crew, 'slots', slots, 'held', held, 'waiting', waiting) order by crew), '[]')
      from public.rex_crews, account where user_id = account.id),
    'domains', (select coalesce(jsonb_object_agg(status, domains), '{}') from (
      select status, count(*) as domains from public.rex_domain_pool, account where user_id = account.id group by status) as d),
    'decisions', (select coalesce(jsonb_agg(jsonb_build_object('layer', layer, 'decided', decided, 'effective', effective, 'share', share,
        'rules', rules) order by layer), '[]') from (
      select s.layer, s.decided, s.effective, s.share, (
        select jsonb_object_agg(r.rule, r.decided) from (
          select c.rule, sum(c.decided) as decided from public.rex_decision_counts c
          where c.user_id = account.id and c.layer = s.layer and c.day > (rex.now() at time zone 'UTC')::date - 30 group by c.rule) as r) as rules
      from public.rex_decision_shares s, account where s.user_id = account.id) as d),
    'paused_at', (select paused_at from public.rex_accounts, account where user_id = account.id))
$$;

grant execute on function rex.now(), rex.reading_account(uuid), public.rex_read_account, public.rex_list_campaigns, public.rex_list_inboxes,
  public.rex_list_missions, public.rex_read_mission, public.rex_read_status to authenticated;
