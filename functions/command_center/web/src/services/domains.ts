/** Sending domains and their health. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export interface Domain {
  readonly id: string;
  readonly domain: string;
  readonly status: string;
  readonly reputation: number;
  readonly paused_at: string | null;
}

export const domainsQuery = queryOptions({
  queryKey: ["domains"],
  queryFn: ({ signal }) => api<Page<Domain>>("GET", "/domains", { query: { limit: 200 }, signal }),
});

export const addDomain = (domain: string, key: string) =>
  api<{ readonly domain_id: string }>("POST", "/domains/add", { body: { domain }, key });

export const rotateDomain = (domainId: string, key: string) =>
  api<Schemas["RotationQueued"]>("POST", "/domains/rotate", { body: { domain_id: domainId }, key });
