-- A question on the bus is answered once, in its time, or not at all: whoever asks learns which.

create table rex.open_requests (
  message_id uuid primary key,
  user_id uuid not null,
  expires_at timestamptz not null,
  reply_channel text,
  reply_seq bigint
);
comment on table rex.open_requests is 'Questions of the last days; the reply is a message of the same account.';
create index open_requests_age on rex.open_requests (expires_at);

create function public.rex_ask(
  p_request_id text, p_user_id uuid, p_type text, p_data jsonb default '{}', p_recipient text default null, p_mission_id uuid default null,
  p_timeout_seconds int default 30
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('ask', p_request_id, jsonb_build_array(p_user_id, p_type, p_data, p_recipient, p_mission_id, p_timeout_seconds));
  v_id uuid := gen_random_uuid();
  v_expires timestamptz;
begin
  if v_answer is not null then
    return v_answer;
  elsif p_timeout_seconds is null or p_timeout_seconds not between 1 and 3600 then
    perform rex.refuse(422, 'timeout_invalid', 'A question waits 1 to 3,600 seconds.', 'Leave p_timeout_seconds out for 30.');
  end if;
  perform rex.check_type(p_type);
  perform from public.rex_accounts where user_id = p_user_id for share;
  if not found then
    perform rex.refuse(404, 'account_unknown', 'There is no such account.', 'It was deleted: leave it.');
  end if;
  v_expires := rex.now() + make_interval(secs => p_timeout_seconds);
  insert into rex.open_requests (message_id, user_id, expires_at) values (v_id, p_user_id, v_expires);
  perform rex.publish(array[row(p_user_id, p_type, p_mission_id, p_data)::rex.announcement], 'ask', array[row(v_id, p_recipient, v_id, null)::rex.route]);
  return rex.end_request('ask', p_request_id, jsonb_build_object('message_id', v_id, 'expires_at', v_expires));
end $$;
comment on function public.rex_ask is 'Publishes a question; its id is the correlation_id of the exchange.';

create function rex.check_type(p_type text) returns void language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from rex.message_types where type = p_type) then
    perform rex.refuse(422, 'type_unknown', 'There is no such type of message.', 'Use one that rex.message_types lists.');
  end if;
end $$;

create function public.rex_reply(p_request_id text, p_message_id uuid, p_sender text, p_type text, p_data jsonb default '{}') returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('reply', p_request_id, jsonb_build_array(p_message_id, p_sender, p_type, p_data));
  q rex.open_requests;
  v_code text;
  v_channel text := rex.channel_of(p_type);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.check_type(p_type);
  select * into q from rex.open_requests where message_id = p_message_id for no key update;
  v_code := case when q is null then 'unknown' when q.reply_seq is not null then 'answered' when q.expires_at <= rex.now() then 'timed_out' end;
  if v_code is null then
    perform rex.publish(array[row(q.user_id, p_type, null, p_data)::rex.announcement], p_sender,
      array[row(null, null, q.message_id, q.message_id)::rex.route]);
    update rex.open_requests set reply_channel = v_channel, reply_seq = (
      select seq from public.rex_channels where (user_id, channel) = (q.user_id, v_channel))
    where message_id = q.message_id;
  end if;
  return rex.end_request('reply', p_request_id, jsonb_strip_nulls(jsonb_build_object('replied', v_code is null, 'code', v_code)));
end $$;
comment on function public.rex_reply is 'The one answer of a question; too late, a second one, or to none it changes nothing.';

create function public.rex_read_reply(p_message_id uuid) returns jsonb language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'state', case when q.reply_seq is not null then 'answered' when q.expires_at > rex.now() then 'waiting' else 'timed_out' end,
    'reply', (select to_jsonb(m) from public.rex_messages m where (m.user_id, m.channel, m.seq) = (q.user_id, q.reply_channel, q.reply_seq)))
  from rex.open_requests q where q.message_id = p_message_id
$$;
grant execute on function public.rex_ask, public.rex_reply, public.rex_read_reply to service_role;
