import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";
import { missionQuery } from "../../services/missions.ts";

const text = v.optional(v.fallback(v.optional(v.string()), undefined));

/** Which mission to look at; `q`: what is searched for. */
export const feedsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/feed",
  validateSearch: v.object({ q: text }),
}).lazy(() => import("./latest.tsx").then(({ lazy }) => lazy));

export const PARTS = ["messages", "leads", "decisions", "logs", "review"] as const;
export type Part = (typeof PARTS)[number];

const moment = v.optional(v.fallback(v.optional(v.number()), undefined));

/**
 * `span`: the stage, task or kind of events that is looked at; `message`, `decision`, `log`: the one that is open; `from` and `to`: the part of the
 * time axis, in milliseconds; `only`: failed; `part`: what stands below. Together they lead to any point of a mission.
 */
const Search = v.object({
  span: text,
  message: text,
  decision: text,
  log: moment,
  from: moment,
  to: moment,
  only: v.optional(v.fallback(v.optional(v.picklist(["failed"])), undefined)),
  part: v.optional(v.fallback(v.optional(v.picklist(PARTS)), undefined)),
});

/** One mission. */
export const feedRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/feed/$missionId",
  validateSearch: Search,
  loader: ({ context, params }) => void context.client.prefetchQuery(missionQuery(params.missionId)),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
