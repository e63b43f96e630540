import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { rootRoute } from "../../app/root.tsx";

/** `in`: sign in; `up`: sign up; `forgot`: ask for a link; `reset`: set a new password, which the link leads to. */
const Search = v.object({
  mode: v.optional(v.fallback(v.optional(v.picklist(["up", "forgot", "reset"])), undefined)),
  next: v.optional(v.fallback(v.optional(v.string()), undefined)),
});

export const signInRoute = createRoute({ getParentRoute: () => rootRoute, path: "/sign-in", validateSearch: Search }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
