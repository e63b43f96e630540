/** One person: where they came from, how they may be reached, and everything that was said. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type LeadMessage, leadQuery, nameOf, type WholeLead } from "../../services/leads.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import { MessageView } from "../shared/message.tsx";
import { Addresses } from "./addresses.tsx";

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

const Said = ({ messages }: { readonly messages: readonly LeadMessage[] }) => {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Panel title="Messages of all missions" flush>
      {messages.length === 0 && (
        <Empty title="Nothing was written yet">What missions write to this lead, and what comes back, stands here.</Empty>
      )}
      <ul className="divide-y divide-line">
        {messages.map((message) => (
          <li key={message.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
            <StateBadge state={message.state} />
            <button type="button" onClick={() => setOpen(message.id)} className="link min-w-0 truncate text-left">
              {message.subject ?? "Not written yet"}
            </button>
            {message.reason && <span className="text-soft">{formatName(message.reason)}</span>}
            <Link to="/feed/$missionId" params={{ missionId: message.mission_id }} className="link ml-auto">
              Mission
            </Link>
            <Time at={message.handed_over_at ?? message.due_at ?? message.created_at} />
          </li>
        ))}
      </ul>
      {open && (
        <Dialog title="Message" wide onClose={() => setOpen(null)}>
          <MessageView id={open} />
        </Dialog>
      )}
    </Panel>
  );
};

const Known = ({ lead }: { readonly lead: NonNullable<WholeLead["lead"]> }) => (
  <Panel title="Known">
    <Facts
      of={[
        ["Company", lead.company],
        ["Title", lead.title],
        ["Country", lead.country],
        ["Language", lead.language],
        ["Time zone", lead.time_zones.join(" or ")],
        ["Last contact", lead.last_contact_at],
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
  useLiveQueries(["system", "missions"], [leadQuery(leadId).queryKey], 1_000);
  return (
    <View title={data?.lead ? nameOf(data.lead) : "Lead"}>
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={8} />}
      {data && !data.lead && <Empty title="This account has no such lead">It was deleted, or it belongs to somebody else.</Empty>}
      {data?.lead && (
        <>
          <div className="grid gap-4 lg:grid-cols-2">
            <Known lead={data.lead} />
            <Addresses addresses={data.addresses} onChange={() => client.invalidateQueries({ queryKey: leadQuery(leadId).queryKey })} />
          </div>
          <Origin origins={data.origins} files={data.files} />
          <Said messages={data.messages} />
        </>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/leads/$leadId")({ component: LeadPage });
