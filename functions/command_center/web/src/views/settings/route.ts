import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const settingsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/settings" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
