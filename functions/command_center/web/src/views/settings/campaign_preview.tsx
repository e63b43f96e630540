/** What a lead would read, and on request a test mail to oneself. */
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import { accountQuery } from "../../services/account.ts";
import { type Campaign, previewCampaign } from "../../services/campaigns.ts";
import { leadsQuery, nameOf } from "../../services/leads.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { formatName } from "../../ui/formats.ts";
import { Failed } from "../../ui/states.tsx";
import { useSettled } from "../../ui/use_settled.ts";

const SHOWN = 50;

const ChooseLead = ({ onChoose }: { readonly onChoose: (leadId: string) => void }) => {
  const account = useQuery(accountQuery).data;
  const [search, setSearch] = useState("");
  const settled = useSettled(search);
  const found = useQuery({ ...leadsQuery(account?.user_id ?? "", settled), enabled: account !== undefined }).data ?? [];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Find a lead"
        type="search"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        placeholder="Name, company, address or phone number"
      />
      <Select label="As this lead" defaultValue="" onChange={(event) => event.target.value && onChoose(event.target.value)}>
        <option value="">{found.length ? "Choose one" : "Nobody found"}</option>
        {found.slice(0, SHOWN).map((lead) => (
          <option key={lead.id} value={lead.id}>
            {nameOf(lead)}
            {lead.company && `, ${lead.company}`}
          </option>
        ))}
      </Select>
    </div>
  );
};

export const CampaignPreview = ({ campaign }: { readonly campaign: Campaign }) => {
  const [lead, setLead] = useState<string | null>(null);
  const may = useMay("operate");
  const look = useAction({ run: (id: string, key) => previewCampaign(campaign.id, id, null, key), quiet: true });
  const mail = useAction({
    run: ({ id, step }: { id: string; step: number }, key) => previewCampaign(campaign.id, id, step, key),
    done: () => "A test mail to your own address is on its way.",
  });
  const seen = look.answer;
  return (
    <div className="flex flex-col gap-4">
      <ChooseLead
        onChoose={(id) => {
          setLead(id);
          look.start(id);
        }}
      />
      {look.error && <Failed error={look.error} onRetry={look.again} />}
      {seen?.left_out && <p className="text-13 text-escalated">This lead would be left out: {formatName(seen.left_out).toLowerCase()}.</p>}
      {seen && <p className="text-13 text-soft">Spoken to as: {formatName(seen.angle).toLowerCase()}.</p>}
      {seen?.messages.map((message) => (
        <article
          key={message.step}
          aria-label={`Message ${message.step}`}
          className="flex flex-col gap-2 rounded-md border border-line p-4"
        >
          {message.problem && <p className="text-13 text-failed">{formatName(message.problem)}</p>}
          <h3 className="break-words">{message.subject ?? "Without a subject"}</h3>
          <p className="text-13 break-words whitespace-pre-wrap">{message.body_text}</p>
          {lead && may && (
            <Button
              small
              className="self-start"
              busy={mail.busy}
              icon={<Send aria-hidden size={14} />}
              onClick={() => mail.start({ id: lead, step: message.step })}
            >
              Send me this one
            </Button>
          )}
        </article>
      ))}
    </div>
  );
};
