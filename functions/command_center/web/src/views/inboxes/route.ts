import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { inboxPageQuery } from "../../services/inboxes.ts";
import { filterOf } from "./pooled.ts";

const text = v.optional(v.fallback(v.optional(v.string()), undefined));

/** `open`: the inbox that is edited, or `new`; `q`: what is searched for; `after`: the cursor where the page begins. */
const Search = v.object({ open: text, q: text, after: text });

export const inboxesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/inboxes",
  validateSearch: Search,
  // Later the view asks by itself, once the typing pauses.
  loader: ({ context, location, cause }) =>
    cause === "stay" ? undefined : void context.client.prefetchQuery(inboxPageQuery(filterOf(v.parse(Search, location.search)))),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
