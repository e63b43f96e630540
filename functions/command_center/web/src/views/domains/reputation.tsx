/** How a domain's reputation went, and at each hour what it rested on. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { type Domain, reputationQuery } from "../../services/domains.ts";
import { Panel } from "../../ui/layout.tsx";
import { Failed, Skeleton } from "../../ui/states.tsx";
import { behind, SICK } from "./health.ts";

const Chart = lazy(() => import("../../ui/chart.tsx").then(({ Chart }) => ({ default: Chart })));

export const Reputation = ({ domain }: { readonly domain: Domain }) => {
  const { data, error, refetch } = useQuery(reputationQuery(domain.id));
  // New points draw the chart anew, and what the pointer shows is lost.
  const points = useMemo(
    () => data?.map((measured) => ({ at: Date.parse(measured.at), value: Number(measured.value), behind: behind(measured) })),
    [data],
  );
  return (
    <Panel title="Reputation, last two weeks">
      {error && <Failed error={error} onRetry={refetch} />}
      {!points && !error && <Skeleton className="h-55" />}
      <Suspense fallback={<Skeleton className="h-55" />}>
        {points && (
          <Chart
            label={`Reputation of ${domain.domain}`}
            points={points}
            low={0}
            high={1}
            threshold={{ value: SICK, label: "rotated below" }}
            gap={2 * 3_600_000}
          />
        )}
      </Suspense>
    </Panel>
  );
};
