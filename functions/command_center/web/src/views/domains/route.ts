import { createRoute } from "@tanstack/react-router";
import { signedInRoute } from "../../app/signed_in.ts";

export const domainsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/domains" }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
