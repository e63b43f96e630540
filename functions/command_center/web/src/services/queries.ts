/** The cache of what was read: nothing grows stale by itself, because live messages say what changed. */
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { retryQuery } from "./http.ts";
import { Problem } from "./problem.ts";

export const makeQueryClient = (onSignedOut: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Problem && error.status === 401) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: retryQuery,
        retryDelay: (failures) => Math.min(8_000, 300 * 2 ** failures),
        networkMode: "always",
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
