/** Missions: lists, one mission, and what a person may do with them. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type MissionState = Schemas["MissionState"];
export type MissionType = Schemas["MissionType"];

export const MISSION_STATES: readonly MissionState[] = [
  "QUEUED",
  "ASSIGNED",
  "EXECUTING",
  "COLLECTING",
  "ANALYZING",
  "OPTIMIZING",
  "COMPLETED",
  "FAILED",
  "ESCALATED",
];
export const MISSION_TYPES: readonly MissionType[] = [
  "lead_reactivation",
  "campaign_execution",
  "icp_extraction",
  "domain_rotation",
  "performance_optimization",
  "error_recovery",
];

export type MissionRow = Schemas["MissionRow"];

/** As the route takes them; states separated by commas. */
export interface MissionFilter {
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly campaign_id?: string | undefined;
  readonly created_from?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
}

export const listMissions = (filter: MissionFilter, cursor: string | null = null, limit = 100, signal?: AbortSignal) =>
  api<Page<MissionRow>>("GET", "/missions", { query: { ...filter, cursor, limit }, signal });

export const missionsQuery = (filter: MissionFilter = {}, limit = 100) =>
  queryOptions({ queryKey: ["missions", "list", filter, limit], queryFn: ({ signal }) => listMissions(filter, null, limit, signal) });

const ROW =
  "id,type,state,crew,campaign_id,priority,leads,round,retry_count,not_before,paused_at,error_code,created_at,stage_at,finished_at,waiting_for,waiting_since";

/** These rows as they are now. */
export const readMissions = (ids: readonly string[], signal?: AbortSignal) =>
  select<MissionRow>("rex_missions", { select: ROW, id: `in.(${ids.join()})` }, signal);

export const createMission = (mission: Partial<Schemas["NewMission"]> & { type: MissionType }, key: string) =>
  api<Schemas["MissionQueued"]>("POST", "/missions", { body: mission, key });

export const cancelMission = (id: string, key: string) => api<Schemas["MissionCancelled"]>("POST", `/missions/${id}/cancel`, { key });

export const retryMission = (id: string, key: string) => api<Schemas["MissionRetried"]>("POST", `/missions/${id}/retry`, { key });

export const cancelMissions = (selection: Partial<Schemas["Selection"]>, key: string) =>
  api<Schemas["MissionsCancelled"]>("POST", "/missions/cancel", { body: selection, key });

export const retryMissions = (selection: Partial<Schemas["Selection"]>, key: string) =>
  api<Schemas["MissionsRetried"]>("POST", "/missions/retry", { body: selection, key });

export const reviewOutreach = (missionId: string, review: Partial<Schemas["Review"]>, key: string) =>
  api<Schemas["OutreachReviewed"]>("POST", `/missions/${missionId}/release`, { body: review, key });

export type Estimate = Schemas["Estimate"];

export const estimateQuery = (mission: Partial<Schemas["NewMission"]> & { type: MissionType }) =>
  queryOptions({
    queryKey: ["missions", "estimate", mission],
    queryFn: ({ signal }) => api<Estimate>("POST", "/missions/estimate", { body: mission, signal }),
    staleTime: 30_000,
    retry: false,
  });

export type Mission = Schemas["Mission"];
export type MissionPart = Schemas["MissionPart"];
export type TaskRow = Schemas["TaskRow"];
type Item<Part extends MissionPart> = Mission["parts"][Part]["items"][number];

export const missionQuery = (id: string) =>
  queryOptions({ queryKey: ["missions", "one", id], queryFn: ({ signal }) => api<Mission>("GET", `/missions/${id}`, { signal }) });

/** One more page of a part of a mission. */
export const readPart = <Part extends MissionPart>(id: string, part: Part, cursor: string | null, limit: number, signal?: AbortSignal) =>
  api<Page<Item<Part>>>("GET", `/missions/${id}`, { query: { part, cursor, limit }, signal });

const MOST_PAGES = 5;

/** A mission's tasks, 1,000 at most; `next` says that there are more. */
export const missionTasksQuery = (id: string) =>
  queryOptions({
    queryKey: ["missions", "tasks", id],
    queryFn: async ({ signal }) => {
      const items: TaskRow[] = [];
      let next: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const read: Page<TaskRow> = await readPart(id, "tasks", next, 200, signal);
        items.push(...read.items);
        next = read.next;
        if (!next) break;
      }
      return { items, next };
    },
  });

export interface WholeTask extends TaskRow {
  readonly mission_id: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | null;
  readonly worker: string | null;
}

export const taskQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ["tasks", id, version],
    queryFn: async ({ signal }) => (await select<WholeTask>("rex_tasks", { select: "*", id: `eq.${id}` }, signal))[0] ?? null,
  });
