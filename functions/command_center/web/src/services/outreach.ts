/** One message to one lead, and what became of it; and which missions have messages that wait for a person. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api, select, selectCounted } from "./http.ts";
import { listMissions, type MissionRow } from "./missions.ts";

export type Outreach = Schemas["Outreach"];

export const outreachQuery = (id: string) =>
  queryOptions({
    queryKey: ["outreach", id],
    queryFn: ({ signal }) => api<Outreach>("GET", `/outreach/${id}`, { signal }),
    // Its link to the HTML is signed for 5 minutes.
    staleTime: 240_000,
  });

const NEWEST = 50;
const MOST = 1_000;

/** Of the newest missions at work, those with messages that only a person can let go. */
export const heldQuery = queryOptions({
  queryKey: ["missions", "held"],
  queryFn: async ({ signal }): Promise<MissionRow[]> => {
    const { items } = await listMissions({ state: "EXECUTING,COLLECTING" }, null, NEWEST, signal);
    if (items.length === 0) return [];
    const ids = items.map(({ id }) => id).join();
    const held = await select<{ readonly mission_id: string }>(
      "rex_outreach",
      { select: "mission_id", mission_id: `in.(${ids})`, state: "eq.held", limit: MOST },
      signal,
    );
    const waiting = new Set(held.map(({ mission_id: missionId }) => missionId));
    return items.filter(({ id }) => waiting.has(id));
  },
});

/** How many messages of a mission wait for a person. */
export const heldCountQuery = (missionId: string) =>
  queryOptions({
    queryKey: ["missions", "held", missionId],
    queryFn: async ({ signal }) =>
      (await selectCounted("rex_outreach", { select: "id", mission_id: `eq.${missionId}`, state: "eq.held", limit: 1 }, signal)).total,
    staleTime: 0,
  });
