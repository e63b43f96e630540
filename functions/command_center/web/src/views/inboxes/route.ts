import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const inboxesRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/inboxes" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
