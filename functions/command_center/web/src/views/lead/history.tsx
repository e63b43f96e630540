/** Every message and every event of a person, over all missions; a message opens as it was sent. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { WholeLead } from "../../services/leads.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty } from "../../ui/states.tsx";
import { When } from "../../ui/time.tsx";
import { MessageView } from "../shared/message.tsx";
import { type Entry, historyOf } from "./history.ts";

const Told = ({ entry, onOpen }: { readonly entry: Entry; readonly onOpen: (messageId: string) => void }) => {
  const about = entry.kind === "message" ? entry.message : entry.event;
  const id = entry.kind === "message" ? entry.message.id : entry.event.outreach_id;
  const subject = entry.kind === "message" ? (entry.message.subject ?? "Not written yet") : (entry.subject ?? "A message");
  const why = entry.kind === "message" ? entry.message.reason && formatName(entry.message.reason) : entry.event.detail;
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1 px-4 py-2 text-13 sm:flex">
      <span className="flex max-sm:order-1">
        <When at={entry.at} />
      </span>
      <span className="sm:w-32">
        <StateBadge state={entry.kind === "message" ? entry.message.state : entry.event.kind} />
      </span>
      <span className="flex min-w-0 flex-1 basis-40 flex-wrap items-center gap-x-3">
        <button type="button" onClick={() => onOpen(id)} className="link min-h-6 max-w-full min-w-0 truncate text-left">
          {subject}
        </button>
        {why && <span className="min-w-0 break-words text-soft">{why}</span>}
      </span>
      <Link to="/feed/$missionId" params={{ missionId: about.mission_id }} className="link ml-auto max-sm:order-2 max-sm:justify-self-end">
        Mission
      </Link>
    </li>
  );
};

export const History = ({ messages, events, older }: Pick<WholeLead, "messages" | "events" | "older">) => {
  const [open, setOpen] = useState<string | null>(null);
  const entries = historyOf(messages, events);
  return (
    <Panel title="Messages and events of all missions" flush>
      {entries.length === 0 && (
        <Empty title="Nothing was written yet">What missions write to this lead, and what comes back, stands here.</Empty>
      )}
      <ul className="divide-y divide-line">
        {entries.map((entry) => (
          <Told key={entry.kind === "message" ? entry.message.id : entry.event.id} entry={entry} onOpen={setOpen} />
        ))}
      </ul>
      {older && <p className="px-4 py-2 text-13 text-soft">Only the newest stand here; older ones stand in the feeds of their missions.</p>}
      {open && (
        <Dialog title="Message" wide onClose={() => setOpen(null)}>
          <MessageView id={open} />
        </Dialog>
      )}
    </Panel>
  );
};
