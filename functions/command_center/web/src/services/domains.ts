/** Sending domains and their health. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Row, Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type Domain = Schemas["Domain"];
export type DomainStatus = Schemas["DomainStatus"];
export type DomainSort = Schemas["DomainSort"];

/** The first of an account's domains: all of one that begins. */
export const domainsQuery = queryOptions({
  queryKey: ["domains"],
  queryFn: ({ signal }) => api<Page<Domain>>("GET", "/domains", { query: { limit: 200 }, signal }),
});

export interface DomainFilter {
  readonly q?: string | undefined;
  readonly status?: DomainStatus | undefined;
  readonly sort?: DomainSort | undefined;
  /** Where the page begins; without it at the first. */
  readonly cursor?: string | undefined;
}

export const DOMAINS_PAGE = 20;

export const domainPageQuery = (filter: DomainFilter, limit = DOMAINS_PAGE) =>
  queryOptions({
    queryKey: ["domains", "page", filter, limit],
    queryFn: ({ signal }) => api<Page<Domain>>("GET", "/domains", { query: { ...filter, limit }, signal }),
  });

/** One domain, whatever page it is on; null: the account has none of this id. */
export const domainQuery = (id: string) =>
  queryOptions({
    queryKey: ["domains", "one", id],
    queryFn: async ({ signal }): Promise<Domain | null> => {
      const [named] = await select<Row<"rex_domain_pool", "domain">>("rex_domain_pool", { select: "domain", id: `eq.${id}` }, signal);
      if (!named) return null;
      const { items } = await api<Page<Domain>>("GET", "/domains", { query: { q: named.domain, limit: 200 }, signal });
      return items.find((domain) => domain.id === id) ?? null;
    },
  });

export type Measured = Row<
  "rex_domain_reputations",
  "at" | "value" | "sends" | "complaints" | "bounces" | "blocks" | "unsubscribes" | "replies"
>;

const DAYS = 14;

/** The hourly values of a domain's last two weeks with the signals behind each, oldest first. */
export const reputationQuery = (domainId: string) =>
  queryOptions({
    queryKey: ["domains", "reputation", domainId],
    queryFn: ({ signal }) =>
      select<Measured>(
        "rex_domain_reputations",
        {
          select: "at,value,sends,complaints,bounces,blocks,unsubscribes,replies",
          domain_id: `eq.${domainId}`,
          at: `gte.${new Date(Date.now() - DAYS * 86_400_000).toISOString()}`,
          order: "at.desc",
          limit: DAYS * 24 + 1,
        },
        signal,
      ).then((newest) => newest.reverse()),
  });

export type DomainEvent = Row<"rex_logs", "id" | "at" | "actor" | "action" | "from_state" | "to_state" | "mission_id" | "reason" | "data">;

/** When a domain was rotated, and when it came back. */
export const ROTATIONS: readonly string[] = ["rotate_domain", "return_domain"];

/** What happened to a domain, the newest first, and whether there is more; `actions`: only these. */
export const domainEventsQuery = (domainId: string, count: number, actions: readonly string[] = []) =>
  queryOptions({
    queryKey: ["domains", "events", domainId, actions, count],
    queryFn: ({ signal }) =>
      select<DomainEvent>(
        "rex_logs",
        {
          select: "id,at,actor,action,from_state,to_state,mission_id,reason,data",
          entity: "eq.domain",
          entity_id: `eq.${domainId}`,
          action: actions.length ? `in.(${actions.join()})` : null,
          order: "id.desc",
          limit: count + 1,
        },
        signal,
      ).then((rows) => ({ events: rows.slice(0, count), older: rows.length > count })),
  });

const MOST_CHOICES = 1_000;

/** The domains an inbox may be one of, by name. */
export const domainChoicesQuery = (account: string) =>
  queryOptions({
    queryKey: ["domains", "choices", account],
    queryFn: ({ signal }) =>
      select<Row<"rex_domain_pool", "id" | "domain">>(
        "rex_domain_pool",
        { select: "id,domain", user_id: `eq.${account}`, order: "domain", limit: MOST_CHOICES },
        signal,
      ),
  });

/** The names of domains by their ids. */
export const domainNamesQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["domains", "names", ids],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const rows = await select<Row<"rex_domain_pool", "id" | "domain">>(
        "rex_domain_pool",
        { select: "id,domain", id: `in.(${ids.join()})` },
        signal,
      );
      return new Map(rows.map(({ id, domain }) => [id, domain]));
    },
  });

export const addDomain = (fields: Schemas["NewDomain"], key: string) =>
  api<Schemas["DomainAdded"]>("POST", "/domains/add", { body: fields, key });

export const rotateDomain = (domainId: string, key: string) =>
  api<Schemas["RotationQueued"]>("POST", "/domains/rotate", { body: { domain_id: domainId }, key });
