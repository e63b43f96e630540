import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const resourcesRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/resources" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
