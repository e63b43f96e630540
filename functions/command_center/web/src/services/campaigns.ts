/** Campaigns: what the agents write from. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Row, Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type Campaign = Schemas["Campaign"];

export const campaignsQuery = queryOptions({
  queryKey: ["campaigns"],
  queryFn: ({ signal }) => api<Page<Campaign>>("GET", "/campaigns", { query: { limit: 200 }, signal }),
});

export interface CampaignFilter {
  /** Part of a name. */
  readonly q?: string | undefined;
  /** Where the page begins; without it at the first. */
  readonly cursor?: string | undefined;
}

const CAMPAIGNS_PAGE = 50;

export const campaignPageQuery = (filter: CampaignFilter) =>
  queryOptions({
    queryKey: ["campaigns", "page", filter],
    queryFn: ({ signal }) => api<Page<Campaign>>("GET", "/campaigns", { query: { ...filter, limit: CAMPAIGNS_PAGE }, signal }),
  });

/** One campaign, whatever page it is on; null: the account has none of this id. */
export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", "one", id],
    queryFn: async ({ signal }): Promise<Campaign | null> => {
      const [named] = await select<Row<"rex_campaigns", "name">>("rex_campaigns", { select: "name", id: `eq.${id}` }, signal);
      if (!named) return null;
      const { items } = await api<Page<Campaign>>("GET", "/campaigns", { query: { q: named.name, limit: 200 }, signal });
      return items.find((campaign) => campaign.id === id) ?? null;
    },
  });

const MOST_CHOICES = 1_000;

/** The campaigns a mission may be of, the default one first, then by name. */
export const campaignChoicesQuery = (account: string) =>
  queryOptions({
    queryKey: ["campaigns", "choices", account],
    queryFn: ({ signal }) =>
      select<Row<"rex_campaigns", "id" | "name" | "is_default">>(
        "rex_campaigns",
        { select: "id,name,is_default", user_id: `eq.${account}`, order: "is_default.desc,name", limit: MOST_CHOICES },
        signal,
      ),
  });

export const createCampaign = (fields: Partial<Schemas["NewCampaign"]>, key: string) =>
  api<Schemas["CampaignSaved"]>("POST", "/campaigns", { body: fields, key });

export const updateCampaign = (id: string, changes: Schemas["CampaignChanges"], key: string) =>
  api<Schemas["CampaignSaved"]>("PATCH", `/campaigns/${id}`, { body: changes, key });

export type Preview = Schemas["CampaignPreview"];

/** The messages as a lead would get them; with a step, that one is also mailed to the caller. */
export const previewCampaign = (id: string, leadId: string, sendStep: number | null, key: string) =>
  api<Preview>("POST", `/campaigns/${id}/preview`, { body: { lead_id: leadId, ...(sendStep && { send_step: sendStep }) }, key });
