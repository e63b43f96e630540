-- Invariants 2 and 8: checks of edited messages run in COLLECTING, which holds no slot; else they are claimed like any task.

create index rex_tasks_review on public.rex_tasks (created_at, id) where state = 'READY' and stage = 'COLLECTING';

create function rex.ready_reviews(p_limit int) returns uuid[] language sql volatile set search_path = '' as $$
  select array(
    select t.id from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id
    where t.state = 'READY' and t.stage = 'COLLECTING' and m.state = 'COLLECTING' and (t.not_before is null or t.not_before <= rex.now())
      and not rex.is_paused(m)
    order by t.created_at, t.id limit p_limit)
$$;

create function rex.lock_reviews(p_task_ids uuid[]) returns uuid[] language plpgsql set search_path = '' as $$
begin
  perform rex.share_missions(array(select distinct mission_id from public.rex_tasks where id = any (p_task_ids)));
  return array(
    select t.id from public.rex_tasks t join public.rex_missions m on m.id = t.mission_id
    where t.id = any (p_task_ids) and t.state = 'READY' and m.state = 'COLLECTING' and not rex.is_paused(m)
    order by t.id for no key update of t skip locked);
end $$;

create function rex.share_missions(p_mission_ids uuid[]) returns void language plpgsql set search_path = '' as $$
begin
  perform from public.rex_accounts where user_id in (select user_id from public.rex_missions where id = any (p_mission_ids)) order by user_id for share;
  perform from public.rex_campaigns where id in (select campaign_id from public.rex_missions where id = any (p_mission_ids)) order by id for share;
  perform from public.rex_missions where id = any (p_mission_ids) order by id for share;
end $$;

create function public.rex_claim_review_tasks(p_request_id text, p_worker text, p_limit int default 10, p_lease_seconds int default 60)
returns json language plpgsql security definer set search_path = '' as $$
declare
  v_kept jsonb := rex.begin_request('claim_review_tasks', p_request_id, jsonb_build_array(p_worker, p_limit, p_lease_seconds));
  v_tasks uuid[];
  v_lease rex.lease;
  v_now timestamptz;
begin
  if v_kept is not null then
    return rex.leased_tasks(rex.now(), v_kept);
  end if;
  perform rex.check_lease(p_limit, p_lease_seconds);
  v_tasks := rex.lock_reviews(rex.ready_reviews(p_limit));
  v_now := rex.now();
  v_lease := rex.run_tasks(v_tasks, p_worker, v_now + make_interval(secs => p_lease_seconds), v_now);
  perform rex.log_tasks(v_lease.groups, 'claim_task', 'READY');
  perform rex.publish(rex.task_news(v_lease.groups), 'claim_review_tasks');
  perform rex.end_request('claim_review_tasks', p_request_id, v_lease.kept);
  return json_build_object('now', v_now, 'tasks', v_lease.tasks);
end $$;
grant execute on function public.rex_claim_review_tasks to service_role;
