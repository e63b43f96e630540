/** What was counted: hours and days, targets, and what is unusual. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Analytics = Schemas["Analytics"];
export type Anomaly = Schemas["AnomalyFound"];

export const analyticsQuery = queryOptions({
  queryKey: ["analytics"],
  queryFn: ({ signal }) => api<Analytics>("GET", "/analytics", { signal }),
});
