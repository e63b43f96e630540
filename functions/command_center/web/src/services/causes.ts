/** What an anomaly is caused by, as a person calls it, and whether it was paused already. */
import { queryOptions } from "@tanstack/react-query";
import type { Row } from "../types/api.ts";
import type { Anomaly } from "./analytics.ts";
import { select } from "./http.ts";

export interface Cause {
  readonly name: string;
  readonly pausedAt: string | null;
}

/** By the cause's key; those that are neither a domain nor a campaign are their own names. */
export type Causes = ReadonlyMap<string, Cause>;

const keysOf = (anomalies: readonly Anomaly[], kind: Anomaly["cause"]): string[] =>
  [...new Set(anomalies.filter(({ cause }) => cause === kind).map(({ cause_key: key }) => key))].sort();

const among = (ids: readonly string[]): string => `in.(${ids.join()})`;

export const causesQuery = (anomalies: readonly Anomaly[]) => {
  const [domainIds, campaignIds] = [keysOf(anomalies, "domain"), keysOf(anomalies, "campaign")];
  return queryOptions({
    queryKey: ["causes", domainIds, campaignIds],
    enabled: domainIds.length + campaignIds.length > 0,
    queryFn: async ({ signal }): Promise<Causes> => {
      const [domains, campaigns] = await Promise.all([
        domainIds.length
          ? select<Row<"rex_domain_pool", "id" | "domain" | "paused_at">>(
              "rex_domain_pool",
              { select: "id,domain,paused_at", id: among(domainIds) },
              signal,
            )
          : [],
        campaignIds.length
          ? select<Row<"rex_campaigns", "id" | "name" | "paused_at">>(
              "rex_campaigns",
              { select: "id,name,paused_at", id: among(campaignIds) },
              signal,
            )
          : [],
      ]);
      return new Map([
        ...domains.map(({ id, domain, paused_at: pausedAt }) => [id, { name: domain, pausedAt }] as const),
        ...campaigns.map(({ id, name, paused_at: pausedAt }) => [id, { name, pausedAt }] as const),
      ]);
    },
  });
};
