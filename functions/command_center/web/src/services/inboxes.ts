/** Inboxes: what sends. A password is taken once and never shown. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Row, Schemas } from "../types/api.ts";
import { api, rpc } from "./http.ts";

export type Inbox = Schemas["Inbox"];

/** The first of an account's inboxes: all of one that begins. */
export const inboxesQuery = queryOptions({
  queryKey: ["inboxes"],
  queryFn: ({ signal }) => api<Page<Inbox>>("GET", "/inboxes", { query: { limit: 200 }, signal }),
});

export interface InboxFilter {
  /** Part of an address. */
  readonly q?: string | undefined;
  /** Where the page begins; without it at the first. */
  readonly cursor?: string | undefined;
}

/** What an inbox may send and sent today, and whom its domain serves. */
export interface InboxToday {
  readonly id: string;
  readonly cap_today: number;
  readonly sent_today: number;
  readonly domain: Row<"rex_domain_pool", "id" | "domain" | "status" | "paused_at" | "reputation"> & {
    readonly campaign: Row<"rex_campaigns", "id" | "name"> | null;
  };
}

const INBOXES_PAGE = 50;

export const inboxPageQuery = (filter: InboxFilter) =>
  queryOptions({
    queryKey: ["inboxes", "page", filter],
    queryFn: async ({ signal }) => {
      const { items, next } = await api<Page<Inbox>>("GET", "/inboxes", { query: { ...filter, limit: INBOXES_PAGE }, signal });
      const ids = items.map(({ id }) => id);
      const today = ids.length ? await rpc<InboxToday[]>("rex_read_inboxes_today", { p_inbox_ids: ids }, signal) : [];
      return { items, next, today };
    },
  });

export const createInbox = (fields: Partial<Schemas["NewInbox"]> & Readonly<Record<string, unknown>>, key: string) =>
  api<Schemas["InboxSaved"]>("POST", "/inboxes", { body: fields, key });

export const updateInbox = (id: string, changes: Schemas["InboxChanges"] & Readonly<Record<string, unknown>>, key: string) =>
  api<Schemas["InboxSaved"]>("PATCH", `/inboxes/${id}`, { body: changes, key });
