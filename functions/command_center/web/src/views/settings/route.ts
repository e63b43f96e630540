import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { accountQuery } from "../../services/account.ts";

export const SECTIONS = ["account", "campaigns", "members", "suppressions", "leads", "dead_letters", "browser"] as const;
export type Section = (typeof SECTIONS)[number];

/** `section`: which part; `open`: the campaign that is looked at; `q`: what is searched for; `after`: where the page of its list begins. */
const Search = v.object({
  section: v.optional(v.fallback(v.optional(v.picklist(SECTIONS)), undefined)),
  open: v.optional(v.fallback(v.optional(v.string()), undefined)),
  q: v.optional(v.fallback(v.optional(v.string()), undefined)),
  after: v.optional(v.fallback(v.optional(v.string()), undefined)),
});

export const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/settings",
  validateSearch: Search,
  loader: ({ context }) => void context.client.prefetchQuery(accountQuery),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
