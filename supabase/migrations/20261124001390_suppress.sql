-- A suppression outlives the person and stops whatever is unsent to the address; both take the address's lock.

-- What the person said, or their provider for them, outweighs what we noted: nobody can take it back for them.
create function rex.reason_rank(p_reason public.suppression_reason) returns int language sql immutable set search_path = '' as $$
  select case p_reason when 'hard_bounced' then 1 when 'manual' then 2 else 3 end
$$;

create function rex.suppress(p_user_id uuid, p_channel public.channel, p_hashes text[], p_reason public.suppression_reason) returns int
language plpgsql set search_path = '' as $$
declare
  v_new int;
begin
  perform rex.lock_addresses(p_user_id, p_hashes);
  with done as (
    insert into public.rex_suppressions as s (user_id, channel, address_hash, reason)
    select distinct p_user_id, p_channel, hash, p_reason from unnest(p_hashes) as hash order by hash
    on conflict (user_id, channel, address_hash) do update set reason = excluded.reason
      where rex.reason_rank(s.reason) < rex.reason_rank(excluded.reason)
    returning xmax = 0 as is_new
  )
  select count(*) filter (where is_new) into v_new from done;
  return v_new;
end $$;
comment on function rex.suppress is 'Suppresses addresses by hash; the reason that weighs more stays, or else the first; returns how many are new.';

create function rex.suppression_news(o public.rex_outreach, p_reason text, p_count int) returns rex.announcement[]
language sql immutable set search_path = '' as $$
  select case when p_count > 0 then array[row(o.user_id, 'system.suppressed', o.mission_id,
    jsonb_build_object('reason', p_reason, 'addresses', p_count))::rex.announcement] else '{}' end
$$;
comment on function rex.suppression_news is 'What to publish when what happened to a message suppressed addresses.';

create function rex.cancel_to_addresses(p_user_id uuid, p_hashes text[], p_reason text) returns int language sql set search_path = '' as $$
  select rex.cancel_outreach(array(
    select o.id from public.rex_outreach o join public.rex_lead_addresses a on a.lead_id = o.lead_id and a.address_hash = o.address_hash
    where a.user_id = p_user_id and a.address_hash = any (p_hashes) and rex.is_unsent(o.state)), p_reason)
$$;
comment on function rex.cancel_to_addresses is 'Cancels what is unsent to these addresses, in every mission of the account.';
