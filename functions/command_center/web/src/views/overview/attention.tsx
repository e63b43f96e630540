/** What wants a person: missions that were escalated, messages held for review, and figures that are not as usual. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLiveQueries } from "../../live/use_live.ts";
import { analyticsQuery } from "../../services/analytics.ts";
import { causesQuery } from "../../services/causes.ts";
import { heldQuery } from "../../services/outreach.ts";
import { buttonClasses } from "../../ui/button.tsx";
import { formatName, shortenId } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Ago } from "../../ui/time.tsx";
import { Entry } from "./entry.tsx";
import { ESCALATED, Escalated } from "./escalated.tsx";
import { Unusual } from "./unusual.tsx";

export const Attention = () => {
  const anomalies = (useQuery(analyticsQuery).data?.anomalies ?? []).filter(({ closed_at }) => closed_at === null);
  const found = useQuery(ESCALATED).data;
  const escalated = found?.items ?? [];
  const causes = useQuery(causesQuery(anomalies)).data;
  const held = useQuery(heldQuery).data ?? [];
  useLiveQueries(["errors", "missions"], [ESCALATED.queryKey, heldQuery.queryKey], 1_000);
  if (anomalies.length + escalated.length + held.length === 0) return null;
  return (
    <Panel
      title="Needs you"
      flush
      aside={
        found?.next && (
          <Link to="/missions" search={{ state: "ESCALATED" }} className="link text-13">
            All that are escalated
          </Link>
        )
      }
    >
      <ul className="divide-y divide-line">
        {escalated.map((mission) => (
          <Escalated key={mission.id} mission={mission} />
        ))}
        {held.map((mission) => (
          <Entry
            key={mission.id}
            state="held"
            actions={
              <Link
                to="/feed/$missionId"
                params={{ missionId: mission.id }}
                search={{ part: "review" }}
                className={buttonClasses("plain", true)}
              >
                Review them
              </Link>
            }
          >
            {formatName(mission.type)} <span className="font-mono text-12">{shortenId(mission.id)}</span>: messages wait until somebody has
            read them.{" "}
            <span className="text-faint">
              <Ago at={mission.created_at} />
            </span>
          </Entry>
        ))}
        {anomalies.map((anomaly) => (
          <Unusual key={anomaly.id} anomaly={anomaly} cause={causes?.get(anomaly.cause_key)} />
        ))}
      </ul>
    </Panel>
  );
};
