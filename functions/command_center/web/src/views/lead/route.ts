import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const leadRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/leads/$leadId" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
