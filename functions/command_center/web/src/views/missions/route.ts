import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const missionsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/missions" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
