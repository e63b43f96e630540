import { createRoute } from "@tanstack/react-router";
import * as v from "valibot";
import { signedInRoute } from "../../app/signed_in.ts";

const text = v.optional(v.fallback(v.optional(v.string()), undefined));
const Search = v.object({ state: text, type: text, campaign: text, domain: text, since: text, q: text, sort: text, view: text });

export const missionsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/missions", validateSearch: Search }).lazy(() =>
  import("./view.tsx").then(({ lazy }) => lazy),
);
