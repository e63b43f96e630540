/** Who must not be written to. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Suppression = Schemas["Suppression"];

export const suppressionsQuery = (search: string, cursor?: string) =>
  queryOptions({
    queryKey: ["suppressions", search, cursor],
    queryFn: ({ signal }) =>
      api<Page<Suppression>>("GET", "/suppressions", {
        query: { search: search.trim().length > 1 ? search : undefined, cursor, limit: 100 },
        signal,
      }),
  });

export type Channel = Schemas["Channel"];

export const addSuppressions = (channel: Channel, addresses: readonly string[], key: string) =>
  api<Schemas["SuppressionsAdded"]>("POST", "/suppressions", { body: { channel, addresses, reason: "manual" }, key });

export const liftSuppression = ({ channel, address_hash }: Suppression, key: string) =>
  api<Schemas["SuppressionsRemoved"]>("DELETE", "/suppressions", { body: { channel, address_hashes: [address_hash] }, key });
