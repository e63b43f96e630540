/** What is held: by missions a slot of their crew and a share of the language model's quota, by campaigns their domains. */
import { queryOptions } from "@tanstack/react-query";
import type { Row } from "../types/api.ts";
import { select } from "./http.ts";
import { type MissionRow, readMissions } from "./missions.ts";

interface Taken {
  readonly mission_id: string;
  readonly taken_at: string;
  readonly llm_calls_per_minute: number;
}

export interface Reservation extends Omit<Taken, "mission_id"> {
  readonly mission: MissionRow;
}

export const MOST_RESERVATIONS = 50;

/** The oldest of them, and whether there are more. */
export interface Reservations {
  readonly items: readonly Reservation[];
  readonly cut: boolean;
}

export const reservationsQuery = (account: string) =>
  queryOptions({
    queryKey: ["reservations", account],
    queryFn: async ({ signal }): Promise<Reservations> => {
      const found = await select<Taken>(
        "rex_reservations",
        {
          select: "mission_id,taken_at,llm_calls_per_minute",
          user_id: `eq.${account}`,
          released_at: "is.null",
          order: "taken_at",
          limit: MOST_RESERVATIONS + 1,
        },
        signal,
      );
      const rows = found.slice(0, MOST_RESERVATIONS);
      const cut = found.length > rows.length;
      if (rows.length === 0) return { items: [], cut };
      const missions = new Map(
        (
          await readMissions(
            rows.map(({ mission_id }) => mission_id),
            signal,
          )
        ).map((mission) => [mission.id, mission]),
      );
      const items = rows.flatMap(({ mission_id, ...row }) => {
        const mission = missions.get(mission_id);
        return mission ? [{ ...row, mission }] : [];
      });
      return { items, cut };
    },
  });

/** A domain that serves a campaign, and no other until its missions are over. */
export interface HeldDomain extends Row<"rex_domain_pool", "id" | "domain" | "status" | "paused_at" | "campaign_id"> {
  readonly rex_campaigns: Row<"rex_campaigns", "name"> | null;
}

export const MOST_HELD = 200;

export const heldDomainsQuery = (account: string) =>
  queryOptions({
    queryKey: ["domains", "held", account],
    queryFn: ({ signal }) =>
      select<HeldDomain>(
        "rex_domain_pool",
        {
          select: "id,domain,status,paused_at,campaign_id,rex_campaigns!rex_domain_pool_campaign_id_fkey(name)",
          user_id: `eq.${account}`,
          campaign_id: "not.is.null",
          order: "campaign_id,domain",
          limit: MOST_HELD + 1,
        },
        signal,
      ).then((rows) => ({ items: rows.slice(0, MOST_HELD), cut: rows.length > MOST_HELD })),
  });
