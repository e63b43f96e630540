/** One message to one lead, and what became of it; and which missions have messages that wait for a person. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api, selectCounted } from "./http.ts";
import { readHolding } from "./missions.ts";

export type Outreach = Schemas["Outreach"];

export const outreachQuery = (id: string) =>
  queryOptions({
    queryKey: ["outreach", id],
    queryFn: ({ signal }) => api<Outreach>("GET", `/outreach/${id}`, { signal }),
    // Its link to the HTML is signed for 5 minutes.
    staleTime: 240_000,
  });

const NEWEST = 50;

/** The newest missions with messages that only a person can let go. */
export const heldQuery = queryOptions({ queryKey: ["missions", "held"], queryFn: ({ signal }) => readHolding(NEWEST, signal) });

/** How many messages of a mission a person can release: one that was edited and did not pass the checks is not among them. */
export const heldCountQuery = (missionId: string) =>
  queryOptions({
    queryKey: ["missions", "held", missionId],
    queryFn: async ({ signal }) =>
      (
        await selectCounted(
          "rex_outreach",
          { select: "id", mission_id: `eq.${missionId}`, state: "eq.held", edited_at: "is.null", limit: 1 },
          signal,
        )
      ).total,
    staleTime: 0,
  });
