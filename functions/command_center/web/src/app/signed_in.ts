/** The parent of every view: whoever is not signed in is led to the sign-in, and comes back to where they wanted to go. */
import { createRoute, redirect } from "@tanstack/react-router";
import { accountQuery } from "../services/account.ts";
import { readSession } from "../session/auth.ts";
import { rootRoute } from "./root.tsx";
import { Shell } from "./shell.tsx";
import { soon } from "./soon.ts";

export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "in",
  beforeLoad: async ({ location }) => {
    const session = await readSession();
    if (!session) throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href }, replace: true });
    return { session };
  },
  loader: async ({ context }) => {
    await soon(context.client.prefetchQuery(accountQuery));
    return { person: context.session.user };
  },
  component: Shell,
});
