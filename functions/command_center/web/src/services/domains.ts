/** Sending domains and their health. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type Domain = Schemas["Domain"];

export const domainsQuery = queryOptions({
  queryKey: ["domains"],
  queryFn: ({ signal }) => api<Page<Domain>>("GET", "/domains", { query: { limit: 200 }, signal }),
});

export interface Measured {
  readonly at: string;
  readonly value: number;
}

const DAYS = 14;

/** The hourly values of a domain's last two weeks, oldest first. */
export const reputationQuery = (domainId: string) =>
  queryOptions({
    queryKey: ["domains", "reputation", domainId],
    queryFn: ({ signal }) =>
      select<Measured>(
        "rex_domain_reputations",
        {
          select: "at,value",
          domain_id: `eq.${domainId}`,
          at: `gte.${new Date(Date.now() - DAYS * 86_400_000).toISOString()}`,
          order: "at.desc",
          limit: DAYS * 24 + 1,
        },
        signal,
      ).then((newest) => newest.reverse()),
  });

export const addDomain = (fields: Schemas["NewDomain"], key: string) =>
  api<Schemas["DomainAdded"]>("POST", "/domains/add", { body: fields, key });

export const rotateDomain = (domainId: string, key: string) =>
  api<Schemas["RotationQueued"]>("POST", "/domains/rotate", { body: { domain_id: domainId }, key });
