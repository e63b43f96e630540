import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

/** Which mission to look at. */
export const feedsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/feed" }).lazy(() =>
  import("./latest.tsx").then(({ lazy }) => lazy),
);

/** One mission. */
export const feedRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/feed/$missionId" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
