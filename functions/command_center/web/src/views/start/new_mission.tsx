/** The form of a mission: few questions with sensible answers, and what it will take before it is started. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountQuery } from "../../services/account.ts";
import { campaignChoicesQuery } from "../../services/campaigns.ts";
import { importsQuery } from "../../services/leads.ts";
import { createMission, estimateQuery } from "../../services/missions.ts";
import { asProblem } from "../../services/problem.ts";
import { type Status, statusQuery } from "../../services/status.ts";
import { useAction } from "../../services/use_action.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { formatName } from "../../ui/formats.ts";
import { Failed } from "../../ui/states.tsx";
import { useSettled } from "../../ui/use_settled.ts";
import { type Asked, EVERYBODY, missionOf } from "./asked.ts";
import { EstimateShown } from "./estimate.tsx";
import type { QuickType } from "./types.ts";

interface FieldsProps {
  readonly asked: Asked;
  readonly onChange: (change: Partial<Asked>) => void;
}

const WhoFields = ({ asked, onChange }: FieldsProps) => {
  const account = useQuery(accountQuery).data;
  const imports = useQuery({ ...importsQuery(account?.user_id ?? ""), enabled: account !== undefined }).data ?? [];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select
        label="Who"
        value={asked.importId}
        onChange={(event) => onChange({ importId: event.target.value })}
        hint="Who opted out is never written to."
      >
        <option value={EVERYBODY}>All leads that are dormant</option>
        {imports
          .filter(({ undone_at }) => undone_at === null)
          .map(({ id, file_name, added, updated }) => (
            <option key={id} value={id}>
              {file_name} ({added + updated} leads)
            </option>
          ))}
      </Select>
      <Field
        label="Dormant for at least (days)"
        type="number"
        min={0}
        max={36_500}
        value={asked.dormantDays}
        onChange={(event) => onChange({ dormantDays: event.target.value })}
        hint="Empty: it does not matter."
      />
    </div>
  );
};

const HowFields = ({ asked, onChange }: FieldsProps) => {
  const account = useQuery(accountQuery).data;
  const campaigns = useQuery({ ...campaignChoicesQuery(account?.user_id ?? ""), enabled: account !== undefined }).data ?? [];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select label="Campaign" value={asked.campaignId} onChange={(event) => onChange({ campaignId: event.target.value })}>
        <option value="">The default one</option>
        {campaigns.map(({ id, name, is_default }) => (
          <option key={id} value={id}>
            {name}
            {is_default && " (default)"}
          </option>
        ))}
      </Select>
      <Select
        label="Show me messages before they go out"
        value={asked.review}
        onChange={(event) => onChange({ review: event.target.value as Asked["review"] })}
        hint="What is held goes out only when somebody releases it."
      >
        <option value="">As the campaign says</option>
        <option value="none">None</option>
        <option value="samples">Some samples</option>
        <option value="all">All</option>
      </Select>
      <Field
        label="Priority, 0 to 100"
        type="number"
        min={0}
        max={100}
        required
        value={asked.priority}
        onChange={(event) => onChange({ priority: event.target.value })}
      />
      <Field
        label="Not before"
        type="datetime-local"
        value={asked.notBefore}
        onChange={(event) => onChange({ notBefore: event.target.value })}
        hint={`In your own time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}. Empty: as soon as there is room.`}
      />
    </div>
  );
};

/** As it will be told once the mission is there. */
const queued = (status: Status): Status => ({
  ...status,
  missions: { ...status.missions, QUEUED: (status.missions.QUEUED ?? 0) + 1 },
});

export const NewMission = ({ type, onClose }: { readonly type: QuickType; readonly onClose: () => void }) => {
  const [asked, setAsked] = useState<Asked>({
    importId: EVERYBODY,
    dormantDays: "0",
    campaignId: "",
    review: "",
    priority: "50",
    notBefore: "",
  });
  const mission = missionOf(type, asked);
  const settled = useSettled(mission);
  const estimate = useQuery({ ...estimateQuery(settled), placeholderData: keepPreviousData });
  const client = useQueryClient();
  const navigate = useNavigate();
  const start = useAction({
    run: (_: null, key) => createMission(mission, key),
    quiet: true,
    show: () => {
      client.setQueryData(statusQuery.queryKey, (status) => status && queued(status));
      return () => void client.invalidateQueries({ queryKey: statusQuery.queryKey });
    },
    after: async ({ mission_id: missionId }) => {
      void client.invalidateQueries({ queryKey: ["missions", "list"] });
      void client.invalidateQueries({ queryKey: ["status"] });
      await navigate({ to: "/feed/$missionId", params: { missionId } });
    },
  });
  const onChange = (change: Partial<Asked>): void => setAsked((before) => ({ ...before, ...change }));
  return (
    <Dialog
      title={formatName(type)}
      wide
      onClose={onClose}
      actions={
        <Button look="primary" busy={start.busy} unavailable={estimate.error?.message} onClick={() => start.start(null)}>
          Start the mission
        </Button>
      }
    >
      <form className="flex flex-col gap-4" onSubmit={(event) => event.preventDefault()}>
        <WhoFields asked={asked} onChange={onChange} />
        <HowFields asked={asked} onChange={onChange} />
        <EstimateShown query={estimate} />
        {start.error && <Failed error={start.error} {...(asProblem(start.error).passes ? { onRetry: start.again } : {})} />}
      </form>
    </Dialog>
  );
};
