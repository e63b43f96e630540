/** The account: its settings, as what the person may act for it, and for which others they may. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";
import { Problem } from "./problem.ts";

export type Role = "owner" | "operator" | "viewer";

export interface Membership {
  readonly user_id: string;
  readonly company: string | null;
  readonly role: Role;
}

export type Account = Schemas["Account"] & { readonly role: Role; readonly accounts: readonly Membership[] };

export const accountQuery = queryOptions({ queryKey: ["account"], queryFn: ({ signal }) => api<Account>("GET", "/account", { signal }) });

/** Whether the person may not act for the account they chose, or not any more. */
export const isNoMember = (error: unknown): boolean => error instanceof Problem && error.status === 403;

export const updateAccount = (changes: Schemas["AccountChanges"], key: string) =>
  api<Schemas["AccountChanged"]>("PATCH", "/account", { body: changes, key });
