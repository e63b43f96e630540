import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";

interface PartListProps {
  readonly of: {
    readonly items: readonly unknown[];
    readonly error: unknown;
    readonly loading: boolean;
    readonly refetch: () => unknown;
    readonly more: (() => unknown) | null;
  };
  readonly empty: string;
  readonly children: ReactNode;
}

/** A list of a part with everything that can stand instead of it, and a way to older ones. */
export const PartList = ({ of, empty, children }: PartListProps) => (
  <>
    {of.error !== null && of.error !== undefined && <Failed error={of.error} onRetry={() => void of.refetch()} />}
    {of.loading && <SkeletonRows rows={4} />}
    {!of.loading && !of.error && of.items.length === 0 && <Empty title={empty}>It appears here as it happens.</Empty>}
    <ul className="divide-y divide-line">{children}</ul>
    {of.more && (
      <div className="px-4 py-2">
        <Button small onClick={() => void of.more?.()}>
          Show more
        </Button>
      </div>
    )}
  </>
);
