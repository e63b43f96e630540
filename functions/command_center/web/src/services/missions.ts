/** Missions: lists, one mission, and what a person may do with them. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

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

export interface MissionRow {
  readonly id: string;
  readonly type: MissionType;
  readonly state: MissionState;
  readonly crew: string;
  readonly campaign_id: string | null;
  readonly priority: number;
  readonly leads: number;
  readonly round: number;
  readonly retry_count: number;
  readonly not_before: string | null;
  readonly paused_at: string | null;
  readonly error_code: string | null;
  readonly created_at: string;
  readonly stage_at: string;
  readonly finished_at: string | null;
  readonly waiting_for: string | null;
  readonly waiting_since: string | null;
}

/** As the route takes them; states separated by commas. */
export interface MissionFilter {
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly campaign_id?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
  readonly order?: string | undefined;
}

export const listMissions = (filter: MissionFilter, cursor: string | null = null, limit = 100, signal?: AbortSignal) =>
  api<Page<MissionRow>>("GET", "/missions", { query: { ...filter, cursor, limit }, signal });

export const missionsQuery = (filter: MissionFilter = {}, limit = 100) =>
  queryOptions({ queryKey: ["missions", "list", filter, limit], queryFn: ({ signal }) => listMissions(filter, null, limit, signal) });

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
