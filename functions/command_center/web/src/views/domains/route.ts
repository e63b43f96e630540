import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { domainPageQuery } from "../../services/domains.ts";
import { filterOf, SORTS, STATUSES } from "./search.ts";

const known = <const Names extends readonly string[]>(names: Names) => v.optional(v.fallback(v.optional(v.picklist(names)), undefined));
const text = v.optional(v.fallback(v.optional(v.string()), undefined));

/**
 * `domain`: the id of the one that is looked at; `add`: the form of a new one is open; `q`, `status`, `sort`: which are listed, and how; `after`:
 * the cursor where the page begins.
 */
const Search = v.object({
  domain: v.optional(v.fallback(v.optional(v.pipe(v.string(), v.uuid())), undefined)),
  q: text,
  status: known(STATUSES),
  sort: known(SORTS),
  after: text,
  add: v.optional(v.fallback(v.optional(v.boolean()), undefined)),
});

export const domainsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/domains",
  validateSearch: Search,
  // Later the view asks by itself, once the typing pauses.
  loader: ({ context, location, cause }) =>
    cause === "stay" ? undefined : void context.client.prefetchQuery(domainPageQuery(filterOf(v.parse(Search, location.search)))),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
