/** A campaign: what the agents write from, and when its messages may go out. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Campaign, campaignsQuery, createCampaign, updateCampaign } from "../../services/campaigns.ts";
import { useAction } from "../../services/use_action.ts";
import { ChoiceField, Form, LongField, numberOf, TextField, type Typed, textOf } from "../../ui/form.tsx";
import { useTouch } from "../../ui/touched.ts";
import { CollectingField, collectingOf } from "./collecting_field.tsx";
import { DaysField, daysOf } from "./days_field.tsx";
import { type Step, stepsOf } from "./letters.ts";
import { StepsEditor } from "./steps_editor.tsx";

interface CampaignFormProps {
  /** The one to change; null adds one. */
  readonly campaign: Campaign | null;
  readonly onDone: () => void;
}

const FIELDS = [
  "name",
  "offer",
  "sender_name",
  "reply_to",
  "call_to_action",
  "link",
  "window_start",
  "window_end",
  "collecting_seconds",
  "expire_days",
  "review",
];

const fieldsOf = (typed: Typed, steps: readonly Step[]) => ({
  name: textOf(typed, "name") ?? "",
  offer: textOf(typed, "offer"),
  sender_name: textOf(typed, "sender_name"),
  reply_to: textOf(typed, "reply_to"),
  call_to_action: textOf(typed, "call_to_action"),
  link: textOf(typed, "link"),
  window_start: textOf(typed, "window_start"),
  window_end: textOf(typed, "window_end"),
  window_days: daysOf(typed),
  collecting_seconds: collectingOf(typed),
  expire_days: numberOf(typed, "expire_days") ?? 14,
  review: String(typed.get("review")) as Campaign["review"],
  steps: steps as Step[],
});

const Words = ({ campaign }: { readonly campaign: Campaign | null }) => (
  <>
    <TextField label="Name" name="name" required maxLength={200} defaultValue={campaign?.name ?? ""} />
    <LongField
      label="What you offer"
      name="offer"
      rows={3}
      required
      maxLength={2_000}
      defaultValue={campaign?.offer ?? ""}
      hint="A sentence or two, as the text goes on after “what is new:”."
    />
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField label="Who writes" name="sender_name" required maxLength={100} defaultValue={campaign?.sender_name ?? ""} />
      <TextField
        label="Answers go to"
        name="reply_to"
        type="email"
        maxLength={320}
        defaultValue={campaign?.reply_to ?? ""}
        required
        hint="An address that somebody reads."
      />
      <TextField
        label="What the reader is asked to do"
        name="call_to_action"
        required
        maxLength={500}
        defaultValue={campaign?.call_to_action ?? ""}
      />
      <TextField
        label="Link"
        name="link"
        type="url"
        pattern="https://.*"
        required
        maxLength={2_000}
        defaultValue={campaign?.link ?? ""}
        placeholder="https://"
      />
    </div>
  </>
);

const Times = ({ campaign }: { readonly campaign: Campaign | null }) => (
  <>
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <TextField
        label="Sends from"
        name="window_start"
        defaultValue={campaign?.window_start?.slice(0, 5) ?? ""}
        placeholder="As the account"
      />
      <TextField
        label="Sends until"
        name="window_end"
        defaultValue={campaign?.window_end?.slice(0, 5) ?? ""}
        placeholder="As the account"
      />
      <CollectingField seconds={campaign?.collecting_seconds ?? 259_200} />
      <TextField
        label="Give up what is unsent after (days)"
        name="expire_days"
        type="number"
        min={1}
        max={90}
        required
        defaultValue={campaign?.expire_days ?? 14}
      />
      <ChoiceField label="Held for review" name="review" defaultValue={campaign?.review ?? "none"}>
        <option value="none">None</option>
        <option value="samples">Some samples</option>
        <option value="all">All</option>
      </ChoiceField>
    </div>
    <DaysField days={campaign?.window_days ?? null} optional />
  </>
);

export const CampaignForm = ({ campaign, onDone }: CampaignFormProps) => {
  const client = useQueryClient();
  const [steps, setSteps] = useState(() => stepsOf(campaign));
  const touch = useTouch();
  const save = useAction({
    run: (typed: Typed, key) =>
      campaign ? updateCampaign(campaign.id, fieldsOf(typed, steps), key) : createCampaign(fieldsOf(typed, steps), key),
    quiet: true,
    done: () => "The campaign is saved.",
    after: async () => {
      await client.invalidateQueries({ queryKey: campaignsQuery.queryKey });
      onDone();
    },
  });
  return (
    <Form action="Save the campaign" busy={save.busy} error={save.error} onRetry={save.again} fields={FIELDS} onSubmit={save.start}>
      <Words campaign={campaign} />
      <StepsEditor
        steps={steps}
        onChange={(changed) => {
          touch();
          setSteps(changed);
        }}
      />
      <Times campaign={campaign} />
    </Form>
  );
};
