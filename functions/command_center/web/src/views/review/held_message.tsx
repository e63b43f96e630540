import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { leadQuery, nameOf } from "../../services/leads.ts";
import type { Mission } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { Form, LongField, TextField, textOf } from "../../ui/form.tsx";
import { formatName } from "../../ui/formats.ts";
import { SkeletonRows } from "../../ui/states.tsx";
import { Ago, Day } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import { useReview } from "./use_review.ts";

type Held = Mission["parts"]["held"]["items"][number];

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

const Text = ({ missionId, message, may }: Pick<HeldMessageProps, "missionId" | "message"> & { readonly may: boolean }) => {
  const [editing, setEditing] = useState(false);
  const edit = useReview(missionId, () => setEditing(false), true);
  if (editing)
    return (
      <Form
        action="Save and check it"
        busy={edit.busy}
        error={edit.error}
        onRetry={edit.again}
        fields={["subject", "body_text"]}
        onSubmit={(typed) => {
          const [subject, text] = [textOf(typed, "subject"), String(typed.get("body_text") ?? "")];
          edit.start({ action: "edit", outreach_ids: [message.id], subject, body_text: text });
        }}
      >
        <TextField label="Subject" name="subject" required maxLength={998} defaultValue={message.subject ?? ""} />
        <LongField
          label="Text"
          name="body_text"
          required
          rows={10}
          maxLength={100_000}
          defaultValue={message.body_text ?? ""}
          hint="It stays held until compliance and quality control have passed it."
        />
      </Form>
    );
  return (
    <>
      <p className="font-medium break-words">{message.subject}</p>
      <p className="text-13 break-words whitespace-pre-wrap">{message.body_text}</p>
      {may && (
        <Button small className="self-start" onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
    </>
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
      <Text missionId={missionId} message={message} may={onToggle !== null} />
    </div>
    <div className="min-w-0 max-lg:col-start-2">
      <Reader leadId={message.lead_id} />
    </div>
  </li>
);
