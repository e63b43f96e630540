import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const agentsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/agents" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
