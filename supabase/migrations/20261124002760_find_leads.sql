-- Invariant 10: a person finds the leads of their accounts by phone number, and nobody else's.

create function public.rex_find_leads_by_phone(p_account uuid, p_phone text default null) returns jsonb language sql stable set search_path = '' as $$
  select to_jsonb(rex.found_by_phone(rex.reading_account(p_account), p_phone))
$$;
comment on function public.rex_find_leads_by_phone is 'The ids of the leads with this number, however it is written; without a country code, of those whose numbers end like it.';
grant execute on function public.rex_find_leads_by_phone to authenticated;
