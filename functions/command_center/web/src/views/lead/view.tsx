/** One person: where they came from, how they may be reached, and everything that was said. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { leadQuery, nameOf, type WholeLead } from "../../services/leads.ts";
import { Button } from "../../ui/button.tsx";
import { formatName } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Day, Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import { Addresses } from "./addresses.tsx";
import { History } from "./history.tsx";

const route = getRouteApi("/in/leads/$leadId");

const Origin = ({ origins, files }: Pick<WholeLead, "origins" | "files">) => (
  <Panel title="Where it came from" flush>
    {origins.length === 0 && <p className="px-4 pb-3 text-13 text-soft">No import names it any more.</p>}
    <ul className="divide-y divide-line">
      {origins.map(({ import_id, line, change }) => {
        const file = files.find(({ id }) => id === import_id);
        return (
          <li key={`${import_id} ${line}`} className="flex flex-wrap gap-x-3 px-4 py-2 text-13">
            <span className="font-medium break-all">{file?.file_name ?? "a file"}</span>
            <span>line {line}</span>
            <span className="text-soft">{change}</span>
            {file && (
              <span className="text-faint">
                <Time at={file.created_at} />
                {file.undone_at && ", taken back"}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  </Panel>
);

const FIRST = 5;

const Outcomes = ({ outcomes }: Pick<WholeLead, "outcomes">) => {
  const [all, setAll] = useState(false);
  return (
    <Panel
      title="Outcomes of missions"
      flush
      aside={
        outcomes.length > FIRST && (
          <Button small look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show the newest" : `Show all ${outcomes.length}`}
          </Button>
        )
      }
    >
      <ul className="divide-y divide-line">
        {outcomes.slice(0, all ? undefined : FIRST).map(({ mission_id: missionId, outcome, reason, updated_at: at }) => (
          <li key={missionId} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
            <StateBadge state={outcome} />
            {reason && <span className="text-soft">{formatName(reason)}</span>}
            <Link to="/feed/$missionId" params={{ missionId }} className="link ml-auto">
              Mission
            </Link>
            <Time at={at} />
          </li>
        ))}
      </ul>
    </Panel>
  );
};

const Known = ({ lead }: { readonly lead: NonNullable<WholeLead["lead"]> }) => (
  <Panel title="About this lead">
    <Facts
      of={[
        ["Company", lead.company],
        ["Title", lead.title],
        ["Country", lead.country],
        ["Language", lead.language],
        ["Time zone", lead.time_zones.join(" or ")],
        ["Last contact", lead.last_contact_at && <Day key="contact" on={lead.last_contact_at} />],
        ["Score", lead.score.toFixed(2)],
        [
          "Notes",
          lead.notes && (
            <span key="notes" className="whitespace-pre-wrap">
              {lead.notes}
            </span>
          ),
        ],
        ["Taken back", lead.removed_at && <Time key="removed" at={lead.removed_at} />],
        ["Here since", <Time key="since" at={lead.created_at} />],
      ]}
    />
  </Panel>
);

const LeadPage = () => {
  const { leadId } = route.useParams();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(leadQuery(leadId));
  useLiveQueries(["system", "missions"], [leadQuery(leadId).queryKey, ["suppressions"]], 1_000);
  return (
    <View title={data?.lead ? nameOf(data.lead) : "Lead"}>
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={8} />}
      {data && !data.lead && <Empty title="This account has no such lead">It was deleted, or it belongs to somebody else.</Empty>}
      {data?.lead && (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <div className="flex min-w-0 flex-col gap-4">
              <Known lead={data.lead} />
              <Origin origins={data.origins} files={data.files} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <Addresses addresses={data.addresses} onChange={() => client.invalidateQueries({ queryKey: leadQuery(leadId).queryKey })} />
              {data.outcomes.length > 0 && <Outcomes outcomes={data.outcomes} />}
            </div>
          </div>
          <History messages={data.messages} events={data.events} older={data.older} />
        </>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/leads/$leadId")({ component: LeadPage });
