import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const overviewRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
