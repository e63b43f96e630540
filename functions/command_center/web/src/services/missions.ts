/** Missions: lists, one mission, and what a person may do with them. */
import { queryOptions } from "@tanstack/react-query";
import { readAccount } from "../session/account.ts";
import type { Page, Schemas } from "../types/api.ts";
import { api, rpc } from "./http.ts";

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

const UNDER_WAY = "QUEUED,ASSIGNED,EXECUTING,COLLECTING";

export type MissionRow = Schemas["MissionRow"];

/** As the route takes them; states separated by commas. */
export interface MissionFilter {
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly campaign_id?: string | undefined;
  readonly created_from?: string | undefined;
  readonly created_until?: string | undefined;
  readonly domain?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
}

export const listMissions = (filter: MissionFilter, cursor: string | null = null, limit = 100, signal?: AbortSignal) =>
  api<Page<MissionRow>>("GET", "/missions", { query: { ...filter, cursor, limit }, signal });

export const missionsQuery = (filter: MissionFilter = {}, limit = 100) =>
  queryOptions({ queryKey: ["missions", "list", filter, limit], queryFn: ({ signal }) => listMissions(filter, null, limit, signal) });

/** What many missions at once are told to do. */
export type Action = "cancel" | "retry" | "release";

const asked = ({ state, type, campaign_id, created_from, created_until, domain, q }: MissionFilter) => ({
  p_account: readAccount(),
  p_states: state?.split(",") ?? null,
  p_type: type ?? null,
  p_campaign_id: campaign_id ?? null,
  p_from: created_from ?? null,
  p_until: created_until ?? null,
  p_text: q ?? null,
  p_domain: domain ?? null,
});

/** As many as one request reads. */
export const MOST_READ = 200;

/** Those of these missions that match, as they are now; at most MOST_READ. */
export const readMissions = async (
  ids: readonly string[],
  signal?: AbortSignal,
  filter: MissionFilter = {},
): Promise<readonly MissionRow[]> =>
  (await rpc<Page<MissionRow>>("rex_list_missions", { ...asked(filter), p_ids: ids, p_limit: MOST_READ }, signal)).items;

/** Missions that match and that the action changes, the oldest first, from after the one before. */
export const readMeant = async (action: Action, filter: MissionFilter, after: MissionRow | null, signal?: AbortSignal) =>
  (
    await rpc<Page<MissionRow>>(
      "rex_list_missions",
      {
        ...asked(filter),
        p_takes: action,
        p_sort: "created_at",
        p_descending: false,
        p_after_key: after?.created_at ?? null,
        p_after_id: after?.id ?? null,
        p_limit: MOST_READ,
      },
      signal,
    )
  ).items;

/** The newest missions that hold messages for a person. Only those that can are looked at, which an index finds. */
export const readHolding = async (most: number, signal?: AbortSignal) =>
  (await rpc<Page<MissionRow>>("rex_list_missions", { ...asked({ state: UNDER_WAY }), p_takes: "release", p_limit: most }, signal)).items;

/** Missions are counted up to here, where a list is told its length. */
export const MOST_COUNTED = 10_000;

/** How many match. */
export const countMissions = (filter: MissionFilter, signal?: AbortSignal) =>
  rpc<{ missions: number }>("rex_count_missions", { ...asked(filter), p_most: MOST_COUNTED }, signal);

/** How many match, how many of them the action changes, and when that was so. */
export const countMeant = (action: Action, filter: MissionFilter, signal?: AbortSignal) =>
  rpc<{ at: string; missions: number; taken: number }>("rex_count_missions", { ...asked(filter), p_takes: action, p_most: null }, signal);

export const missionCountsKey = ["missions", "count"] as const;

export const missionCountQuery = (filter: MissionFilter) =>
  queryOptions({
    queryKey: [...missionCountsKey, { ...filter, sort: undefined }],
    queryFn: ({ signal }) => countMissions(filter, signal),
  });

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
