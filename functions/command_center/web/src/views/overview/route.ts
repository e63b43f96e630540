import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { soon } from "../../app/soon.ts";
import { statusQuery } from "../../services/status.ts";

/** `start` opens the form of a quick action. */
const Search = v.object({
  start: v.optional(v.fallback(v.optional(v.picklist(["lead_reactivation", "campaign_execution", "icp_extraction", "import"])), undefined)),
});

export const overviewRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/",
  validateSearch: Search,
  loader: ({ context }) => soon(context.client.prefetchQuery(statusQuery)),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
