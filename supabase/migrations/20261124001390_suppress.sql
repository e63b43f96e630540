-- A suppression outlives the person and stops whatever is unsent to the address; both take the address's lock.

create function rex.suppress(p_user_id uuid, p_channel public.channel, p_hashes text[], p_reason public.suppression_reason) returns int
language plpgsql set search_path = '' as $$
declare
  v_new int;
begin
  perform rex.lock_addresses(p_user_id, p_hashes);
  insert into public.rex_suppressions (user_id, channel, address_hash, reason)
  select distinct p_user_id, p_channel, hash, p_reason from unnest(p_hashes) as hash order by hash
  on conflict do nothing;
  get diagnostics v_new = row_count;
  return v_new;
end $$;
comment on function rex.suppress is 'Suppresses addresses by hash; the first reason stays; returns how many are new.';

create function rex.cancel_to_addresses(p_user_id uuid, p_hashes text[], p_reason text) returns int language sql set search_path = '' as $$
  select rex.cancel_outreach(array(
    select o.id from public.rex_outreach o join public.rex_lead_addresses a on a.lead_id = o.lead_id and a.address_hash = o.address_hash
    where a.user_id = p_user_id and a.address_hash = any (p_hashes) and rex.is_unsent(o.state)), p_reason)
$$;
comment on function rex.cancel_to_addresses is 'Cancels what is unsent to these addresses, in every mission of the account.';
