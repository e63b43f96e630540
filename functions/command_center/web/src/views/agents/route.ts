import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { agentsQuery } from "../../services/agents.ts";

/** `crew` and `agent`: whose tasks are shown, without a crew those of the first that has it; `only`: those that failed. */
const text = v.optional(v.fallback(v.optional(v.string()), undefined));
const Search = v.object({ crew: text, agent: text, only: v.optional(v.fallback(v.optional(v.literal("failed")), undefined)) });

export const agentsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/agents",
  validateSearch: Search,
  loader: ({ context }) => void context.client.prefetchQuery(agentsQuery),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
