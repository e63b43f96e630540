import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { domainsQuery } from "../../services/domains.ts";

/** `domain`: the id of the one that is looked at; `add`: the form of a new one is open. */
const Search = v.object({
  domain: v.optional(v.fallback(v.optional(v.string()), undefined)),
  add: v.optional(v.fallback(v.optional(v.boolean()), undefined)),
});

export const domainsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/domains",
  validateSearch: Search,
  loader: ({ context }) => void context.client.prefetchQuery(domainsQuery),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
