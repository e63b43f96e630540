/** Inboxes: what sends. A password is taken once and never shown. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Inbox = Schemas["Inbox"];

export const inboxesQuery = queryOptions({
  queryKey: ["inboxes"],
  queryFn: ({ signal }) => api<Page<Inbox>>("GET", "/inboxes", { query: { limit: 200 }, signal }),
});

export const createInbox = (fields: Partial<Schemas["NewInbox"]> & Readonly<Record<string, unknown>>, key: string) =>
  api<Schemas["InboxSaved"]>("POST", "/inboxes", { body: fields, key });

export const updateInbox = (id: string, changes: Schemas["InboxChanges"] & Readonly<Record<string, unknown>>, key: string) =>
  api<Schemas["InboxSaved"]>("PATCH", `/inboxes/${id}`, { body: changes, key });
