/** One message to one lead, and what became of it; and which missions have messages that wait for a person. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";
import { type Mission, readHolding } from "./missions.ts";

export type Outreach = Schemas["Outreach"];

/** `version` tells one state of it from another. */
export const outreachQuery = (id: string, version?: string) =>
  queryOptions({
    queryKey: ["outreach", id, version],
    queryFn: ({ signal }) => api<Outreach>("GET", `/outreach/${id}`, { signal }),
    // Its link to the HTML is signed for 5 minutes.
    staleTime: 240_000,
  });

const NEWEST = 50;

/** The newest missions with messages that only a person can let go. */
export const heldQuery = queryOptions({ queryKey: ["missions", "held"], queryFn: ({ signal }) => readHolding(NEWEST, signal) });

type Held = Mission["parts"]["held"]["items"][number];

/** These held messages of a mission, wherever they stand in its list. */
export const heldOnesQuery = (missionId: string, ids: readonly string[]) =>
  queryOptions({
    queryKey: ["missions", "part", missionId, "held", ids],
    queryFn: ({ signal }) =>
      select<Held>(
        "rex_outreach",
        {
          select: "id,lead_id,step,channel,reason,subject,body_text,held_at,edited_at",
          mission_id: `eq.${missionId}`,
          id: `in.(${ids.join()})`,
          state: "eq.held",
        },
        signal,
      ),
  });
