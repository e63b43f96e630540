/** What each agent does, by crew. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./http.ts";

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => api<Readonly<Record<string, unknown>>>("GET", "/agents/status", { signal }),
});
