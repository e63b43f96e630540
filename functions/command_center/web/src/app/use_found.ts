/** What a text typed into the palette finds in the account: missions by id, lead or domain; leads by name or address; domains by name. */
import { useQuery } from "@tanstack/react-query";
import { accountQuery } from "../services/account.ts";
import { type Domain, domainPageQuery } from "../services/domains.ts";
import { type Lead, leadsQuery } from "../services/leads.ts";
import { type MissionRow, missionsQuery } from "../services/missions.ts";
import { useSettled } from "../ui/use_settled.ts";

const SHORTEST = 2;
const MOST = 5;

export interface Found {
  readonly missions: readonly MissionRow[];
  readonly leads: readonly Lead[];
  readonly domains: readonly Domain[];
  readonly busy: boolean;
  readonly error: unknown;
}

export const useFound = (typed: string): Found => {
  const text = useSettled(typed.trim());
  const enabled = text.length >= SHORTEST;
  const account = useQuery(accountQuery).data?.user_id;
  const missions = useQuery({ ...missionsQuery({ q: text }, MOST), enabled });
  const leads = useQuery({ ...leadsQuery(account ?? "", text), enabled: enabled && account !== undefined });
  const domains = useQuery({ ...domainPageQuery({ q: text.toLowerCase() }, MOST), enabled });
  return {
    missions: enabled ? (missions.data?.items ?? []) : [],
    leads: enabled ? (leads.data ?? []).slice(0, MOST) : [],
    domains: enabled ? (domains.data?.items ?? []) : [],
    busy: typed.trim() !== text || missions.isFetching || leads.isFetching || domains.isFetching,
    error: missions.error ?? leads.error ?? domains.error,
  };
};
