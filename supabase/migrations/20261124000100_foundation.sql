-- Nothing is reachable unless it is granted, and commands read one clock.

alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

create schema rex;
revoke all on schema rex from public;
revoke all on schema public from public, anon;
grant usage on schema public, rex to authenticated, service_role;

create type public.mission_type as enum (
  'lead_reactivation', 'campaign_execution', 'icp_extraction', 'domain_rotation', 'performance_optimization', 'error_recovery');
create type public.mission_state as enum (
  'QUEUED', 'ASSIGNED', 'EXECUTING', 'COLLECTING', 'ANALYZING', 'OPTIMIZING', 'COMPLETED', 'FAILED', 'ESCALATED');
create type public.task_state as enum ('BLOCKED', 'READY', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED');
create type public.domain_status as enum ('pending_verification', 'warming', 'active', 'rotated', 'retired');
create type public.domain_tier as enum ('custom', 'prewarmed');
create type public.member_role as enum ('owner', 'operator', 'viewer');
create type public.channel as enum ('email', 'sms', 'whatsapp');
create type public.consent_basis as enum ('consent', 'contract', 'legitimate_interest');
create type public.lead_outcome as enum (
  'pending', 'held', 'scheduled', 'sent', 'delivered', 'bounced', 'replied', 'unsubscribed', 'suppressed', 'rejected', 'cancelled', 'unknown', 'failed');
create type public.outreach_state as enum (
  'draft', 'passed', 'held', 'scheduled', 'sending', 'sent', 'refused', 'unknown', 'rejected', 'cancelled');
create type public.event_kind as enum (
  'delivered', 'deferred', 'soft_bounced', 'hard_bounced', 'blocked', 'replied', 'auto_replied', 'unsubscribed', 'complained', 'opened', 'clicked');
create type public.suppression_reason as enum ('unsubscribed', 'complained', 'hard_bounced', 'opted_out', 'manual');
create type public.review_mode as enum ('none', 'samples', 'all');
create type public.pause_scope as enum ('account', 'campaign', 'mission', 'domain', 'inbox');
create type public.provider as enum ('openai', 'sendgrid', 'twilio');

-- The offset exists for tests: only a superuser may move the clock.
create table rex.clock_offset (
  one boolean primary key default true check (one),
  by interval not null default '0'
);
insert into rex.clock_offset default values;

create function rex.guard_clock() returns trigger language plpgsql set search_path = '' as $$
begin
  if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    raise 'Only a superuser may move the clock.' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger clock_guard before insert or update on rex.clock_offset for each row execute function rex.guard_clock();

create function rex.now() returns timestamptz language plpgsql volatile security definer set search_path = '' as $$
begin
  return clock_timestamp() + coalesce((select by from rex.clock_offset), interval '0');
end $$;
comment on function rex.now() is 'The present: clock_timestamp plus the offset of a test.';

create function rex.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := rex.now();
  return new;
end $$;

-- Errors reach the caller with an HTTP status, a code, and what to do next.
create function rex.refuse(p_status int, p_code text, p_message text, p_next text) returns void
language plpgsql set search_path = '' as $$
begin
  raise using errcode = 'PT' || p_status, message = p_message, detail = p_code, hint = p_next;
end $$;
comment on function rex.refuse is 'Raises PT<status>: message = what happened and why, detail = a code, hint = what to do next.';
