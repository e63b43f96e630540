/** How the account is doing, in one read; and how long its queue has waited in the last day. */
import { queryOptions } from "@tanstack/react-query";
import { readAccount } from "../session/account.ts";
import type { Schemas } from "../types/api.ts";
import { api, rpc } from "./http.ts";

export type Status = Schemas["Status"];

export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: ({ signal }) => api<Status>("GET", "/status", { signal }) });

/** At the end of an hour; without seconds where nothing was sampled. */
export interface QueueAge {
  readonly starts_at: string;
  readonly seconds: number | null;
}

/** Of the last 24 hours, the oldest first. */
export const queueAgesQuery = queryOptions({
  queryKey: ["analytics", "queue ages"],
  queryFn: ({ signal }) => rpc<QueueAge[]>("rex_read_queue_ages", { p_account: readAccount() }, signal),
});
