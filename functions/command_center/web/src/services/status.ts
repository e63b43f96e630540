/** How the account is doing, in one read. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Status = Schemas["Status"];

export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: ({ signal }) => api<Status>("GET", "/status", { signal }) });
