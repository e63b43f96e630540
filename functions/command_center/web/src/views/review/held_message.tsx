import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { leadQuery, nameOf } from "../../services/leads.ts";
import { formatName } from "../../ui/formats.ts";
import { SkeletonRows } from "../../ui/states.tsx";
import { Ago, Day } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import { type Held, HeldText } from "./held_text.tsx";

interface HeldMessageProps {
  readonly missionId: string;
  readonly message: Held;
  readonly sample: boolean;
  readonly chosen: boolean;
  /** Null for who may only look. */
  readonly onToggle: (() => void) | null;
}

/** What is known of the reader. */
const Reader = ({ leadId }: { readonly leadId: string }) => {
  const { data } = useQuery(leadQuery(leadId));
  if (!data) return <SkeletonRows rows={3} />;
  const { lead, addresses } = data;
  return (
    <Facts
      of={[
        [
          "Lead",
          <Link key="lead" to="/leads/$leadId" params={{ leadId }} className="link">
            {lead ? nameOf(lead) : "Not here any more"}
          </Link>,
        ],
        ["Company", lead?.company],
        ["Title", lead?.title],
        ["Last contact", lead?.last_contact_at && <Day key="contact" on={lead.last_contact_at} />],
        ["To", addresses.map(({ address }) => address).join(", ")],
        ["May be written to", addresses[0] && `${formatName(addresses[0].consent_basis)}: ${addresses[0].consent_source}`],
        ["Notes", lead?.notes],
      ]}
    />
  );
};

export const HeldMessage = ({ missionId, message, sample, chosen, onToggle }: HeldMessageProps) => (
  <li className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 gap-y-4 px-4 py-4 lg:grid-cols-[24px_minmax(0,3fr)_minmax(0,2fr)] lg:gap-x-4">
    {onToggle ? (
      <input
        type="checkbox"
        aria-label={`Choose the message ${message.subject ?? ""}`}
        checked={chosen}
        onChange={onToggle}
        className="size-4 accent-accent pointer-coarse:size-6"
      />
    ) : (
      <span />
    )}
    <div className="flex min-w-0 flex-col gap-2">
      <p className="text-12 text-faint">
        {sample && "Sample · "}step {message.step} · held <Ago at={message.held_at} />
        {message.edited_at && " · edited"}
        {message.reason && ` · ${formatName(message.reason)}`}
      </p>
      <HeldText missionId={missionId} message={message} may={onToggle !== null} />
    </div>
    <div className="min-w-0 max-lg:col-start-2">
      <Reader leadId={message.lead_id} />
    </div>
  </li>
);
