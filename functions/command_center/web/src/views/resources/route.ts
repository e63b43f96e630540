import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";
import { statusQuery } from "../../services/status.ts";

export const resourcesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/resources",
  loader: ({ context }) => void context.client.prefetchQuery(statusQuery),
}).lazy(() => import("./view.tsx").then(({ lazy }) => lazy));
