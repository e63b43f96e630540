-- Dead letters are tried again or thrown away all together or not at all, and never more than is expected. One that is tried again stays until
-- its handler has done it.

create function rex.is_meant(l public.rex_dead_letters, p_filter jsonb) returns boolean language sql immutable set search_path = '' as $$
  select p_filter is null or (
    (p_filter ->> 'handler' is null or l.handler = p_filter ->> 'handler')
    and (p_filter ->> 'type' is null or l.type = p_filter ->> 'type')
    and (p_filter ->> 'error_code' is null or l.error_code = p_filter ->> 'error_code')
    and (p_filter ->> 'mission_id' is null or l.mission_id = (p_filter ->> 'mission_id')::uuid))
$$;

create function rex.check_letter_count(p_found int, p_expected int) returns void language plpgsql set search_path = '' as $$
begin
  if p_found <> p_expected then
    perform rex.refuse(409, 'count_differs', format('This means %s dead letters and %s were expected. Nothing was changed.', p_found, p_expected),
      format('Look at them again, and send %s as expected_count if these are meant.', p_found));
  end if;
end $$;

create function rex.lock_meant_letters(p_account uuid, p_selection jsonb, p_expected int) returns setof public.rex_dead_letters
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[];
begin
  perform rex.check_selection(p_selection, p_expected, 'dead letters', '{handler,type,error_code,mission_id}');
  v_ids := case when p_selection ? 'ids' then array(select distinct id::uuid from jsonb_array_elements_text(p_selection -> 'ids') as id) end;
  perform rex.lock_letters(p_account);
  v_ids := array(
    select l.id from public.rex_dead_letters l
    where l.user_id is not distinct from p_account and (v_ids is null or l.id = any (v_ids)) and rex.is_meant(l, p_selection -> 'filter')
    order by l.id for no key update);
  if p_selection ? 'ids' and cardinality(v_ids) < (select count(distinct id) from jsonb_array_elements_text(p_selection -> 'ids') as id) then
    perform rex.refuse(404, 'dead_letter_unknown', 'This account has not all of these dead letters.', 'List the dead letters.');
  end if;
  perform rex.check_letter_count(cardinality(v_ids), p_expected);
  return query select * from public.rex_dead_letters where id = any (v_ids) order by id;
end $$;
comment on function rex.lock_meant_letters is 'The dead letters that are meant, locked; refuses when there are more or fewer than expected.';

create function rex.change_letters(p_command text, p_account uuid, p_letters public.rex_dead_letters[]) returns rex.announcement[]
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[] := array(select id from unnest(p_letters));
begin
  if p_command = 'replay_dead_letters' then
    update public.rex_dead_letters set replay_at = coalesce(replay_at, rex.now()), ended = ended and replay_at is not null where id = any (v_ids);
  else
    delete from public.rex_dead_letters where id = any (v_ids);
  end if;
  insert into public.rex_logs (user_id, actor, entity, entity_id, mission_id, action, reason)
  select p_account, auth.uid(), 'dead_letter', id, mission_id, p_command, error_code from unnest(p_letters) where p_account is not null;
  return (
    select coalesce(array_agg(news), '{}') from unnest(p_letters) as l cross join unnest(rex.letter_news(l, 'dead_letter.discarded')) as news
    where p_command = 'discard_dead_letters');
end $$;

create function rex.begin_letters(p_command text, p_account uuid, p_request_id text, p_selection jsonb, p_expected int, p_deployment boolean) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request(p_command, p_request_id, jsonb_build_array(p_account, p_selection, p_expected, p_deployment));
  v_account uuid;
  v_letters public.rex_dead_letters[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := case when not p_deployment then rex.require_role(p_account, 'owner', 'operator') end;
  v_letters := array(select l from rex.lock_meant_letters(v_account, p_selection, p_expected) as l);
  perform rex.publish(rex.change_letters(p_command, v_account, v_letters), p_command);
  return rex.end_request(p_command, p_request_id, jsonb_build_object(
    'dead_letters', cardinality(v_letters), 'dead_letter_ids', to_jsonb(array(select id from unnest(v_letters)))));
end $$;
comment on function rex.begin_letters is 'The whole command; p_deployment: of no account, which only the machinery may ask for.';

create function rex.replay_dead_letters(p_account uuid, p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.begin_letters('replay_dead_letters', p_account, p_request_id, p_selection, p_expected_count, false)
$$;
create function rex.discard_dead_letters(p_account uuid, p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.begin_letters('discard_dead_letters', p_account, p_request_id, p_selection, p_expected_count, false)
$$;

create function public.rex_replay_dead_letters(
  p_account uuid default null, p_request_id text default null, p_selection jsonb default null, p_expected_count int default null
) returns jsonb language sql set search_path = '' as $$
  select rex.replay_dead_letters(p_account, p_request_id, p_selection, p_expected_count)
$$;
create function public.rex_discard_dead_letters(
  p_account uuid default null, p_request_id text default null, p_selection jsonb default null, p_expected_count int default null
) returns jsonb language sql set search_path = '' as $$
  select rex.discard_dead_letters(p_account, p_request_id, p_selection, p_expected_count)
$$;
grant execute on function rex.replay_dead_letters, public.rex_replay_dead_letters, rex.discard_dead_letters, public.rex_discard_dead_letters to authenticated;

create function public.rex_replay_lost(p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.begin_letters('replay_dead_letters', null, p_request_id, p_selection, p_expected_count, true)
$$;
create function public.rex_discard_lost(p_request_id text, p_selection jsonb, p_expected_count int) returns jsonb
language sql security definer set search_path = '' as $$
  select rex.begin_letters('discard_dead_letters', null, p_request_id, p_selection, p_expected_count, true)
$$;
create function public.rex_list_lost(
  p_filter jsonb default null, p_before timestamptz default null, p_before_id uuid default null, p_limit int default 50
) returns jsonb language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.last_at desc, page.id desc), '[]') from (
    select id, handler, type, message, error_code, attempts, first_at, last_at, replay_at from public.rex_dead_letters l
    where user_id is null and rex.is_meant(l, p_filter) and (p_before is null or (last_at, id) < (p_before, p_before_id))
    order by last_at desc, id desc limit least(greatest(p_limit, 1), 200) + 1) as page
$$;
comment on function public.rex_list_lost is 'As rex_list_dead_letters, of the deployment''s own.';
comment on function public.rex_replay_lost is 'As rex_replay_dead_letters, of the deployment''s own.';
comment on function public.rex_discard_lost is 'As rex_discard_dead_letters, of the deployment''s own.';

create function public.rex_list_dead_letters(
  p_account uuid, p_id uuid default null, p_filter jsonb default null, p_before timestamptz default null, p_before_id uuid default null,
  p_limit int default 50
) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.last_at desc, page.id desc), '[]') from (
    select id, handler, type, mission_id, message, error_code, attempts, first_at, last_at, replay_at from public.rex_dead_letters l
    where user_id = rex.reading_account(p_account) and (p_id is null or id = p_id)
      and (p_filter ->> 'handler' is null or handler = p_filter ->> 'handler') and (p_filter ->> 'type' is null or type = p_filter ->> 'type')
      and (p_filter ->> 'error_code' is null or error_code = p_filter ->> 'error_code')
      and (p_filter ->> 'mission_id' is null or mission_id = (p_filter ->> 'mission_id')::uuid)
      and (p_before is null or (last_at, id) < (p_before, p_before_id))
    order by last_at desc, id desc limit least(p_limit, 200) + 1) as page
$$;
comment on function public.rex_list_dead_letters is 'Newest first; one more row than asked for says that there are more.';
grant execute on function public.rex_list_dead_letters to authenticated;

create function rex.leased_replays(p_leases jsonb) returns jsonb language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('dead_letter_id', l.id, 'user_id', l.user_id, 'handler', l.handler, 'fence', l.fence,
    'message', l.message) order by l.replay_at, l.id), '[]')
  from jsonb_to_recordset(p_leases) as lease (id uuid, fence bigint)
  join public.rex_dead_letters l on l.id = lease.id and l.fence = lease.fence where l.replay_at is not null
$$;

-- Whatever ended the process when it was tried alone would end it for ever.
create function rex.rest_ended(p_handlers text[], p_limit int, p_now timestamptz) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_news rex.announcement[];
begin
  with ended as (
    select id from public.rex_dead_letters where replay_at is not null and handler = any (p_handlers) and ended and lease_until <= p_now
    order by id limit p_limit for no key update skip locked
  ), rested as (
    update public.rex_dead_letters l set error_code = 'handler_crashed', attempts = attempts + 1, last_at = greatest(p_now, first_at),
      replay_at = null, lease_until = null, ended = false
    from ended where l.id = ended.id returning l.*)
  select array_agg(news) into v_news from rested cross join unnest(rex.letter_news(row(rested.*)::public.rex_dead_letters, 'dead_letter.added')) as news;
  return v_news;
end $$;

create function rex.lease_replays(p_handlers text[], p_limit int, p_now timestamptz, p_lease_seconds int) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_leases jsonb;
begin
  with asked as (
    select id, lease_until is not null as ended from public.rex_dead_letters
    where replay_at is not null and handler = any (p_handlers) and coalesce(lease_until <= p_now, true)
    order by lease_until is not null desc, replay_at, id limit p_limit for no key update skip locked
  ), chosen as (
    select id, ended from asked order by ended desc, id limit case when (select bool_or(ended) from asked) then 1 else p_limit end
  ), leased as (
    update public.rex_dead_letters l set fence = fence + 1, lease_until = p_now + make_interval(secs => p_lease_seconds), ended = chosen.ended
    from chosen where l.id = chosen.id returning l.id, l.fence)
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'fence', fence)), '[]') into v_leases from leased;
  return v_leases;
end $$;
comment on function rex.lease_replays is 'Those that nobody holds; one whose holder ended goes alone.';

create function public.rex_claim_replays(p_request_id text, p_handlers text[], p_limit int default 20, p_lease_seconds int default 60) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_leases jsonb := rex.begin_request('claim_replays', p_request_id, jsonb_build_array(p_handlers, p_limit, p_lease_seconds));
  v_now timestamptz := rex.now();
  v_rested rex.announcement[];
begin
  if v_leases is null then
    perform rex.check_lease(p_limit, p_lease_seconds);
    v_rested := rex.rest_ended(p_handlers, p_limit, v_now);
    v_leases := rex.lease_replays(p_handlers, p_limit, v_now, p_lease_seconds);
    perform rex.publish(v_rested, 'claim_replays');
    perform rex.end_request('claim_replays', p_request_id, v_leases);
  end if;
  return jsonb_build_object('now', v_now, 'dead_letters', rex.leased_replays(v_leases));
end $$;

create function public.rex_finish_replay(p_request_id text, p_dead_letter_id uuid, p_fence bigint, p_error_code text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('finish_replay', p_request_id, jsonb_build_array(p_dead_letter_id, p_fence, p_error_code));
  l public.rex_dead_letters;
begin
  if v_answer is not null then
    return v_answer;
  elsif p_error_code is not null then
    perform rex.check_code(p_error_code);
  end if;
  select * into l from public.rex_dead_letters where id = p_dead_letter_id for no key update;
  if l.fence is distinct from p_fence or l.replay_at is null then
    return rex.end_request('finish_replay', p_request_id, '{"done": false}');
  elsif p_error_code is null then
    delete from public.rex_dead_letters where id = l.id;
  else
    update public.rex_dead_letters set error_code = p_error_code, attempts = attempts + 1, last_at = greatest(rex.now(), first_at), replay_at = null, lease_until = null, ended = false
    where id = l.id returning * into l;
  end if;
  perform rex.publish(rex.letter_news(l, case when p_error_code is null then 'dead_letter.replayed' else 'dead_letter.added' end), l.handler);
  return rex.end_request('finish_replay', p_request_id, '{"done": true}');
end $$;
comment on function public.rex_finish_replay is 'Done, and gone; or failed again, and at rest until somebody asks for it once more.';
grant execute on function public.rex_list_lost, public.rex_replay_lost, public.rex_discard_lost, public.rex_claim_replays, public.rex_finish_replay to service_role;
