/** How the account is doing, in one read. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./http.ts";

export interface CrewStatus {
  readonly crew: string;
  readonly slots: number;
  readonly held: number;
  readonly waiting: number;
  readonly paused: number;
  readonly exhausted_at: string | null;
}

export interface Status {
  readonly now: string;
  readonly paused_at: string | null;
  readonly missions: Readonly<Record<string, number>>;
  readonly missions_counted_to: number;
  readonly oldest_waiting: {
    readonly mission_id: string;
    readonly type: string;
    readonly crew: string;
    readonly priority: number;
    readonly created_at: string;
    readonly waiting_for: string | null;
    readonly waiting_since: string | null;
  } | null;
  readonly queue_age_seconds: number | null;
  readonly outcomes_24h: Readonly<Record<string, number>>;
  readonly crews: readonly CrewStatus[];
  readonly domains: {
    readonly states: Readonly<Record<string, number>>;
    readonly paused: number;
    readonly sick: number;
    readonly lowest_reputation: number | null;
    readonly cap_today: number;
    readonly sent_today: number;
  };
  readonly decisions: readonly { readonly layer: number; readonly decided: number; readonly effective: number; readonly share: number }[];
  readonly reasoner: {
    readonly calls: number;
    readonly tokens: number;
    readonly tokens_limit: number;
    readonly cost_micros: number;
    readonly cost_micros_limit: number;
    readonly resets_at: string;
  };
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly prewarmed_domains: number;
  readonly quotas: readonly {
    readonly provider: string;
    readonly limit: number;
    readonly used: number;
    readonly reserved: number;
    readonly resets_at: string;
  }[];
}

export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: ({ signal }) => api<Status>("GET", "/status", { signal }) });
