-- Signing up makes the account, its membership, its default campaign and its five crews, in the same transaction.

create function rex.open_account() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.rex_accounts (user_id) values (new.id);
  insert into public.rex_members (user_id, member_id, role) values (new.id, new.id, 'owner');
  insert into public.rex_campaigns (user_id, name, is_default) values (new.id, 'Default', true);
  insert into public.rex_crews (user_id, crew)
  select new.id, crew from unnest(array[
    'dead_lead_crew', 'campaign_crew', 'auto_icp_crew', 'domain_health_monitor', 'special_forces_coordinator']) as crew;
  insert into public.rex_logs (user_id, actor, entity, entity_id, action) values (new.id, new.id, 'account', new.id, 'open_account');
  perform rex.publish(array[row(new.id, 'system.account_opened', null, '{}')::rex.announcement], 'sign_up');
  return new;
end $$;
create trigger rex_open_account after insert on auth.users for each row execute function rex.open_account();
