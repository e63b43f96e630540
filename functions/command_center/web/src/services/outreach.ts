/** One message to one lead, and what became of it. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Outreach = Schemas["Outreach"];

export const outreachQuery = (id: string) =>
  queryOptions({
    queryKey: ["outreach", id],
    queryFn: ({ signal }) => api<Outreach>("GET", `/outreach/${id}`, { signal }),
    // Its link to the HTML is signed for 5 minutes.
    staleTime: 240_000,
  });
