-- Invariant 8: content that a person edited has no effect until compliance and quality control, as tasks, have passed it.

create function rex.append_checks(p_mission public.rex_missions, p_outreach public.rex_outreach) returns void language plpgsql set search_path = '' as $$
declare
  v_batch int := (select batch from public.rex_mission_leads where mission_id = p_mission.id and lead_id = p_outreach.lead_id);
  v_last int;
  v_busy boolean;
begin
  select coalesce(max(position), 0), coalesce(bool_or(finished_at is null), false) into v_last, v_busy from public.rex_tasks
  where mission_id = p_mission.id and round = p_mission.round and batch = v_batch;
  insert into public.rex_tasks (user_id, mission_id, round, stage, agent, batch, position, state, input)
  select p_mission.user_id, p_mission.id, p_mission.round, p_mission.state, agent, v_batch, v_last + n,
    (case when v_busy or n > 1 then 'BLOCKED' else 'READY' end)::public.task_state,
    jsonb_build_object('lead_ids', jsonb_build_array(p_outreach.lead_id), 'steps', jsonb_build_array(p_outreach.step))
  from unnest(array['compliance', 'quality_control']) with ordinality as chain (agent, n) order by n;
end $$;
comment on function rex.append_checks is 'Adds both checks to the chain of the lead''s batch; in COLLECTING they run without a slot.';

create function rex.edit_held(p_mission public.rex_missions, p_id uuid, p_subject text, p_body_text text, p_body_html text) returns int
language plpgsql set search_path = '' as $$
declare
  v_outreach public.rex_outreach;
begin
  if p_mission.state not in ('EXECUTING', 'COLLECTING') then
    perform rex.refuse(409, 'mission_state', format('This mission is %s.', p_mission.state), 'Edit once its agents work again.');
  elsif length(p_subject) > 998 or p_subject ~ '[\r\n]' or length(p_body_text) > 100000 or length(p_body_html) > 200000 then
    perform rex.refuse(422, 'content_invalid', 'The subject is more than one line, or the message is too long.', 'Shorten it.');
  end if;
  perform from public.rex_leads where id = (select lead_id from public.rex_outreach where id = p_id) for share;
  perform from public.rex_tasks t where t.mission_id = p_mission.id and t.round = p_mission.round and t.finished_at is null
    and t.batch = (select ml.batch from public.rex_mission_leads ml join public.rex_outreach o using (mission_id, lead_id) where o.id = p_id)
  order by t.id for no key update;
  perform rex.lock_reviewed(p_mission.id, array[p_id]);
  perform rex.check_reviewed(p_mission.id, array[p_id], false);
  update public.rex_outreach set
    state = 'draft', reason = null, edited_at = rex.now(), subject = coalesce(p_subject, subject), body_text = p_body_text, body_html = p_body_html
  where id = p_id returning * into v_outreach;
  perform rex.append_checks(p_mission, v_outreach);
  return 1;
end $$;

create function rex.apply_edited(p_task public.rex_tasks, p_rows rex.outreach_result[]) returns void language plpgsql set search_path = '' as $$
declare
  v_mission public.rex_missions;
  v_passed uuid[];
begin
  if not p_task.input ? 'steps' then
    return;
  end if;
  select * into v_mission from public.rex_missions where id = p_task.mission_id;
  update public.rex_outreach o set state = r.state, reason = r.reason
  from unnest(p_rows) as r
  where o.mission_id = v_mission.id and o.lead_id = r.lead_id and o.step = r.step and o.edited_at is not null
    and ((r.state = 'passed' and o.state = 'draft') or (r.state = 'held' and o.state in ('draft', 'passed')));
  v_passed := array(
    select o.id from unnest(p_rows) as r join public.rex_outreach o on o.mission_id = v_mission.id and o.lead_id = r.lead_id and o.step = r.step
    where r.state = 'scheduled' and o.state = 'passed' and o.edited_at is not null);
  perform rex.schedule_released(v_mission, v_passed);
end $$;
comment on function rex.apply_edited is 'What the checks say about edited messages: what passes both is scheduled, what does not is held again with the reason.';

-- Without its checks an edited message would wait for ever.
create function rex.return_edited(p_task public.rex_tasks, p_error_code text) returns void language sql set search_path = '' as $$
  update public.rex_outreach o set state = 'held', reason = p_error_code
  from public.rex_mission_leads ml
  where ml.mission_id = p_task.mission_id and ml.batch = p_task.batch and o.mission_id = ml.mission_id and o.lead_id = ml.lead_id
    and o.edited_at is not null and o.state in ('draft', 'passed')
$$;
comment on function rex.return_edited is 'When a chain fails for good, the edited messages of its batch are held as before, unchecked.';
