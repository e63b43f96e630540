/** The root of all routes: the page itself, and what stands where no route is. */
import { createRootRouteWithContext, type ErrorComponentProps, Link, Outlet } from "@tanstack/react-router";
import { buttonClasses } from "../ui/button.tsx";
import { Empty, Failed } from "../ui/states.tsx";
import { Toasts } from "../ui/toasts.tsx";
import type { RouterContext } from "./context.ts";
import { isReloading } from "./reload.ts";

const Root = () => (
  <>
    <Outlet />
    <Toasts />
  </>
);

export const NotFound = () => (
  <main className="mx-auto max-w-160 p-4">
    <Empty
      title="There is no such page"
      action={
        <Link to="/" className={buttonClasses("primary")}>
          Go to the overview
        </Link>
      }
    >
      The address may be mistyped, or what it named is gone.
    </Empty>
  </main>
);

/** What fails here is the page itself, or a file of it that is gone: what helps is to load it anew. */
export const RouteFailed = ({ error }: ErrorComponentProps) =>
  isReloading() ? null : (
    <div className="mx-auto w-full max-w-160 p-4">
      <Failed error={error} onRetry={() => location.reload()} />
    </div>
  );

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: RouteFailed,
});
