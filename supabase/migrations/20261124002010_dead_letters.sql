-- What no handler could do, with a copy of its own: the newest 1,000 of each account, and of the deployment. Who replays one does its effects
-- once, as they count by the message's id.

create table public.rex_dead_letters (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  handler text not null check (length(handler) between 1 and 100),
  type text not null check (length(type) between 1 and 100),
  mission_id uuid,
  message jsonb not null,
  error_code text not null check (error_code ~ '^[a-z0-9_.]{1,100}$'),
  attempts int not null check (attempts > 0),
  first_at timestamptz not null,
  last_at timestamptz not null,
  replay_at timestamptz,
  fence bigint not null default 0,
  lease_until timestamptz,
  ended boolean not null default false,
  check (last_at >= first_at)
);
comment on table public.rex_dead_letters is 'user_id null: of the deployment, a nudge or a tick that failed for good. Ids, numbers and codes only.';
comment on column public.rex_dead_letters.replay_at is 'When it was asked to be tried again; null: it rests.';
comment on column public.rex_dead_letters.ended is 'A process ended while it held this among others; now it is tried alone, once.';
create index rex_dead_letters_age on public.rex_dead_letters (user_id, last_at desc, id desc);
create index rex_dead_letters_replay on public.rex_dead_letters (replay_at) where replay_at is not null;
select rex.protect('public.rex_dead_letters');

-- After cursors, before counters. Whoever adds one waits for who adds another, so that neither leaves one too many.
create function rex.lock_letters(p_user_id uuid) returns void language sql set search_path = '' as $$
  select pg_advisory_xact_lock(hashtextextended('dead_letters:' || coalesce(p_user_id::text, ''), 0))
$$;

create function rex.letter_news(l public.rex_dead_letters, p_type text) returns rex.announcement[] language sql immutable set search_path = '' as $$
  select case when l.user_id is null then '{}' else array[row(l.user_id, p_type, l.mission_id, jsonb_build_object(
    'dead_letter_id', l.id, 'handler', l.handler, 'type', l.type, 'error_code', l.error_code, 'attempts', l.attempts))::rex.announcement] end
$$;

create function rex.add_letter(l public.rex_dead_letters) returns public.rex_dead_letters language plpgsql set search_path = '' as $$
declare
  v_letter public.rex_dead_letters;
begin
  perform rex.lock_letters(l.user_id);
  insert into public.rex_dead_letters (user_id, handler, type, mission_id, message, error_code, attempts, first_at, last_at)
  values (l.user_id, l.handler, l.type, l.mission_id, l.message, l.error_code, l.attempts, least(l.first_at, l.last_at), l.last_at)
  returning * into v_letter;
  delete from public.rex_dead_letters where id in (
    select id from public.rex_dead_letters where user_id is not distinct from l.user_id order by last_at desc, id desc offset 1000);
  return v_letter;
end $$;
comment on function rex.add_letter is 'Keeps it and lets go of what is more than 1,000.';

create function rex.check_code(p_code text) returns void language plpgsql set search_path = '' as $$
begin
  if p_code is null or p_code !~ '^[a-z0-9_.]{1,100}$' then
    perform rex.refuse(422, 'error_code_invalid', 'An error is a code.', 'Send a code of small letters, digits, underscores and dots.');
  end if;
end $$;

create function rex.bury_message(k rex.cursors, p_seq bigint, p_error_code text) returns rex.announcement[] language plpgsql set search_path = '' as $$
declare
  v_letter public.rex_dead_letters;
begin
  select k.user_id, k.handler, m.type, m.mission_id, to_jsonb(m) into
    v_letter.user_id, v_letter.handler, v_letter.type, v_letter.mission_id, v_letter.message
  from public.rex_messages m where (m.user_id, m.channel, m.seq) = (k.user_id, k.channel, p_seq);
  v_letter.error_code := p_error_code;
  v_letter.attempts := greatest(k.attempts, 1);
  v_letter.last_at := rex.now();
  v_letter.first_at := coalesce(k.tried_at, v_letter.last_at);
  return rex.letter_news(rex.add_letter(v_letter), 'dead_letter.added');
end $$;

create function public.rex_fail_message(
  p_request_id text, p_handler text, p_user_id uuid, p_channel text, p_fence bigint, p_seq bigint, p_error_code text,
  p_retry_in_seconds int default null
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('fail_message', p_request_id, jsonb_build_array(
    p_handler, p_user_id, p_channel, p_fence, p_seq, p_error_code, p_retry_in_seconds));
  k rex.cursors;
  v_said rex.announcement[] := '{}';
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.check_code(p_error_code);
  k := rex.hold_cursor(p_handler, p_user_id, p_channel, p_fence, p_seq);
  if k.handler is not null and p_retry_in_seconds is null then
    v_said := rex.bury_message(k, p_seq, p_error_code);
    update rex.cursors c set seq = p_seq, attempts = 0, tried_at = null, lease_until = null
    where (c.handler, c.user_id, c.channel) = (k.handler, k.user_id, k.channel);
  elsif k.handler is not null then
    update rex.cursors c set attempts = greatest(attempts, 1), lease_until = null, not_before = rex.now() + make_interval(secs => greatest(p_retry_in_seconds, 0))
    where (c.handler, c.user_id, c.channel) = (k.handler, k.user_id, k.channel);
  end if;
  perform rex.publish(v_said, p_handler);
  return rex.end_request('fail_message', p_request_id, jsonb_build_object('done', k.handler is not null, 'buried', v_said <> '{}'));
end $$;
comment on function public.rex_fail_message is 'Try it again later, nothing of this channel before it; or, without a time, keep it as a dead letter and pass it.';

create function public.rex_keep_lost(
  p_request_id text, p_handler text, p_type text, p_message jsonb, p_error_code text, p_attempts int, p_first_at timestamptz, p_last_at timestamptz
) returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := rex.begin_request('keep_lost', p_request_id, jsonb_build_array(p_handler, p_type, p_message, p_error_code));
  v_letter public.rex_dead_letters;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform rex.check_code(p_error_code);
  v_letter.handler := p_handler;
  v_letter.type := p_type;
  v_letter.message := p_message;
  v_letter.error_code := p_error_code;
  v_letter.attempts := greatest(p_attempts, 1);
  v_letter.first_at := p_first_at;
  v_letter.last_at := greatest(p_last_at, p_first_at);
  v_letter := rex.add_letter(v_letter);
  return rex.end_request('keep_lost', p_request_id, jsonb_build_object('dead_letter_id', v_letter.id));
end $$;
comment on function public.rex_keep_lost is 'A dead letter of the deployment: what a queue gave up.';
grant execute on function public.rex_fail_message, public.rex_keep_lost to service_role;
