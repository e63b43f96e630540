import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { inboxesQuery } from "../../services/inboxes.ts";

/** `open`: the inbox that is edited, or `new`; `q`: what is searched for. */
const Search = v.object({
  open: v.optional(v.fallback(v.optional(v.string()), undefined)),
  q: v.optional(v.fallback(v.optional(v.string()), undefined)),
});

export const inboxesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/inboxes",
  validateSearch: Search,
  loader: ({ context }) => void context.client.prefetchQuery(inboxesQuery),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
