/** Messages that nobody could handle: looked at, tried again, or thrown away. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type DeadLetter = Schemas["DeadLetter"];

export const deadLettersKey = ["dead_letters"] as const;

/** Those that failed last first; `cursor`: where the page begins. */
export const deadLettersQuery = (cursor?: string) =>
  queryOptions({
    queryKey: [...deadLettersKey, cursor],
    queryFn: ({ signal }) => api<Page<DeadLetter>>("GET", "/dead-letters", { query: { cursor, limit: 50 }, signal }),
  });

const one = (id: string) => ({ ids: [id], expected_count: 1 });

export const replayLetter = (id: string, key: string) =>
  api<Schemas["LettersChanged"]>("POST", "/dead-letters/replay", { body: one(id), key });

export const discardLetter = (id: string, key: string) =>
  api<Schemas["LettersChanged"]>("POST", "/dead-letters/discard", { body: one(id), key });
