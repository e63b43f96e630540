-- Invariant 5: only the machinery, which has tried the login, lets an inbox send; a login that changed meanwhile stays unchecked,
-- and one that no longer works stops the inbox until it works again.

create function public.rex_claim_inbox_checks(p_limit int default 20) returns jsonb language sql volatile security definer set search_path = '' as $$
  select jsonb_build_object('inboxes', coalesce(jsonb_agg(jsonb_build_object(
    'inbox_id', i.id, 'user_id', i.user_id, 'address', i.address, 'host', i.host, 'port', i.port, 'username', i.username,
    'login_version', i.login_version, 'password_version', i.password_version, 'send_without_replies', a.send_without_replies) order by i.turn, i.place), '[]'))
  from (
    select *, random() as place from (
      select *, row_number() over (partition by user_id order by login_checked_at nulls first, id) as turn from public.rex_inboxes
      where checked_version is distinct from login_version and (login_checked_at is null or login_checked_at < rex.now() - interval '15 minutes')) as due
    order by turn, place limit least(greatest(p_limit, 1), 100)) as i
  join public.rex_accounts a using (user_id)
$$;
comment on function public.rex_claim_inbox_checks is
  'Logins to try: of each account in turn the new or changed ones first, then those that failed more than 15 minutes ago. Chance decides who comes '
  'first, so that the slow mail servers of one account keep no other waiting.';

create function rex.note_check(p_inbox public.rex_inboxes, p_error text) returns public.rex_inboxes language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := rex.now();
  v_inbox public.rex_inboxes;
begin
  update public.rex_inboxes set
    login_checked_at = v_now, login_error = p_error, checked_version = case when p_error is null then login_version end,
    warmup_started_at = coalesce(warmup_started_at, case when p_error is null then v_now end)
  where id = p_inbox.id returning * into v_inbox;
  insert into public.rex_logs (user_id, entity, entity_id, action, reason, data)
  values (v_inbox.user_id, 'inbox', v_inbox.id, 'check_inbox', p_error, jsonb_build_object('login_version', v_inbox.login_version));
  perform rex.publish(array[row(v_inbox.user_id, 'domain.inbox_checked', null, jsonb_build_object('inbox_id', v_inbox.id,
    'login_version', v_inbox.login_version, 'checked', p_error is null, 'error', p_error))::rex.announcement], 'check_inbox');
  return v_inbox;
end $$;
comment on function rex.note_check is 'The first login that works starts the warm-up.';

create function public.rex_check_inbox(p_request_id text, p_inbox_id uuid, p_login_version int, p_error text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('check_inbox', p_request_id, jsonb_build_array(p_inbox_id, p_login_version, p_error));
  v_inbox public.rex_inboxes;
begin
  if v_answer is not null then
    return v_answer;
  elsif p_error !~ '^[a-z0-9_]{1,50}$' then
    perform rex.refuse(422, 'error_invalid', 'An error is a code.', 'Send a code of small letters, digits and underscores.');
  end if;
  select * into v_inbox from public.rex_inboxes where id = p_inbox_id for no key update;
  if not found then
    perform rex.refuse(404, 'inbox_unknown', 'There is no such inbox.', 'It was deleted: leave it.');
  elsif v_inbox.login_version = p_login_version and (p_error is not null or v_inbox.checked_version is distinct from p_login_version) then
    v_inbox := rex.note_check(v_inbox, p_error);
  end if;
  return rex.end_request('check_inbox', p_request_id, jsonb_build_object(
    'inbox_id', v_inbox.id, 'checked', v_inbox.checked_version is not distinct from v_inbox.login_version));
end $$;
grant execute on function public.rex_claim_inbox_checks, public.rex_check_inbox to service_role;
