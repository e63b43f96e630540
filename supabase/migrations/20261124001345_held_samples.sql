-- Review of samples: the person sees some of each kind first, the same each time, before all are released or refused.

create function rex.held_samples(p_mission_id uuid) returns uuid[] language sql stable set search_path = '' as $$
  select array(
    select held.id from (
      select o.id, o.step, ml.angle, o.lead_id, row_number() over (partition by o.step, ml.angle order by o.lead_id) as n
      from public.rex_missions m join public.rex_campaigns c on c.id = m.campaign_id
      join public.rex_outreach o on o.mission_id = m.id join public.rex_mission_leads ml on ml.mission_id = o.mission_id and ml.lead_id = o.lead_id
      where m.id = p_mission_id and greatest(m.review, c.review) = 'samples' and o.state = 'held') as held
    order by held.n, held.step, held.angle, held.lead_id limit 10)
$$;
comment on function rex.held_samples is
  'Of a mission whose review is samples: the first held message of each step and angle, then the second of each, 10 at most; by lead.';
grant execute on function rex.held_samples to authenticated;
