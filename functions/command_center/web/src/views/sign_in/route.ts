import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { rootRoute } from "../../app/root.tsx";

const Search = v.object({ next: v.optional(v.fallback(v.optional(v.string()), undefined)) });

export const signInRoute = createRoute({ getParentRoute: () => rootRoute, path: "/sign-in", validateSearch: Search }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
