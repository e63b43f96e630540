/** Every address of the page; what stands behind one is loaded when somebody goes there. */
import { createRouter } from "@tanstack/react-router";
import { makeQueryClient } from "../services/queries.ts";
import { agentsRoute } from "../views/agents/route.ts";
import { domainsRoute } from "../views/domains/route.ts";
import { feedRoute, feedsRoute } from "../views/feed/route.ts";
import { inboxesRoute } from "../views/inboxes/route.ts";
import { leadRoute } from "../views/lead/route.ts";
import { missionsRoute } from "../views/missions/route.ts";
import { overviewRoute } from "../views/overview/route.ts";
import { resourcesRoute } from "../views/resources/route.ts";
import { settingsRoute } from "../views/settings/route.ts";
import { signInRoute } from "../views/sign_in/route.ts";
import { rootRoute } from "./root.tsx";
import { signedInRoute } from "./signed_in.ts";

/** Whoever signs in again comes back to where they were; of several reads that fail at once the first leads there. */
const leadToSignIn = (): void => {
  const { href, pathname } = router.latestLocation;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: href } });
};

export const client = makeQueryClient(leadToSignIn);

const views = signedInRoute.addChildren([
  overviewRoute,
  missionsRoute,
  feedsRoute,
  feedRoute,
  resourcesRoute,
  agentsRoute,
  domainsRoute,
  inboxesRoute,
  settingsRoute,
  leadRoute,
]);

export const router = createRouter({
  routeTree: rootRoute.addChildren([signInRoute, views]),
  context: { client },
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
