/** What stands where there is nothing to show: not yet, nothing at all, or an error. */
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "../services/problem.ts";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";

/** The place of something that is on its way, of the same size; drawn late, so that quick answers do not flash. */
export const Skeleton = ({ className }: { readonly className?: string }) => <div aria-hidden className={classes("skeleton", className)} />;

export const SkeletonRows = ({ rows = 6 }: { readonly rows?: number }) => (
  <div data-inset role="status" aria-label="Loading" className="flex flex-col gap-2">
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
      <Skeleton key={row} className="h-7" />
    ))}
  </div>
);

interface EmptyProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The first step: a button or a link. */
  readonly action?: ReactNode;
}

/** Nothing is here yet: what will be, and the first step to it. */
export const Empty = ({ title, children, action }: EmptyProps) => (
  <div data-empty className="flex flex-col items-start gap-2 px-4 py-6">
    <p className="text-14 font-semibold">{title}</p>
    <p className="max-w-prose text-13 text-soft">{children}</p>
    {action && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
  </div>
);

/** What happened, why, and what to do next, with a way to try again. */
export const Failed = ({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) => {
  const problem = asProblem(error);
  return (
    <div
      data-inset
      role="alert"
      className="grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-3 gap-y-2 rounded-md bg-failed-wash px-4 py-3 sm:grid-cols-[16px_minmax(0,1fr)_auto]"
    >
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
      <div className="min-w-0">
        <p className="font-medium break-words">{problem.message}</p>
        <p className="text-13 break-words text-soft">{problem.next}</p>
        {problem.errors.length > 0 && (
          <ul className="mt-1 list-disc pl-5 text-13 text-soft">
            {problem.errors.map(({ field, problem: what }) => (
              <li key={field + what}>
                <code className="font-mono text-12">{field}</code>: {what}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <Button small className="max-sm:col-start-2 max-sm:justify-self-start" icon={<RotateCw aria-hidden size={14} />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
};
