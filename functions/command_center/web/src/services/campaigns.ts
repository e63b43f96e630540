/** Campaigns: what the agents write from. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Campaign = Schemas["Campaign"];

export const campaignsQuery = queryOptions({
  queryKey: ["campaigns"],
  queryFn: ({ signal }) => api<Page<Campaign>>("GET", "/campaigns", { query: { limit: 200 }, signal }),
});

export const createCampaign = (fields: Partial<Schemas["NewCampaign"]>, key: string) =>
  api<Schemas["CampaignSaved"]>("POST", "/campaigns", { body: fields, key });

export const updateCampaign = (id: string, changes: Schemas["CampaignChanges"], key: string) =>
  api<Schemas["CampaignSaved"]>("PATCH", `/campaigns/${id}`, { body: changes, key });

export type Preview = Schemas["CampaignPreview"];

/** The messages as a lead would get them; with a step, that one is also mailed to the caller. */
export const previewCampaign = (id: string, leadId: string, sendStep: number | null, key: string) =>
  api<Preview>("POST", `/campaigns/${id}/preview`, { body: { lead_id: leadId, ...(sendStep && { send_step: sendStep }) }, key });
