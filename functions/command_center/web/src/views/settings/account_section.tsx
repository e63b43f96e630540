/** The account's own settings, in groups that are saved apart. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Account, accountQuery, updateAccount } from "../../services/account.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import type { Schemas } from "../../types/api.ts";
import { CheckField, Form, numberOf, TextField, type Typed, textOf } from "../../ui/form.tsx";
import { Panel } from "../../ui/layout.tsx";
import { Unsaved } from "../../ui/unsaved.tsx";
import { CompanyForm } from "./company_form.tsx";
import { DaysField, daysOf } from "./days_field.tsx";

type Changes = Schemas["AccountFields"];

/** Told by a part whether it holds changes that are not saved. */
type OnUnsaved = (title: string, unsaved: boolean) => void;

interface GroupProps {
  readonly title: string;
  readonly fields: readonly (keyof Changes)[];
  readonly read: (typed: Typed) => Changes;
  readonly onUnsaved: OnUnsaved;
  readonly children: ReactNode;
}

const Group = ({ title, fields, read, onUnsaved, children }: GroupProps) => {
  const client = useQueryClient();
  const may = useMay("own");
  const save = useAction({
    run: updateAccount,
    quiet: true,
    done: () => {
      onUnsaved(title, false);
      return "Saved.";
    },
    after: () => client.invalidateQueries({ queryKey: accountQuery.queryKey }),
  });
  return (
    <Panel title={title}>
      <Form
        action="Save"
        busy={save.busy}
        error={save.error}
        onRetry={save.again}
        fields={fields}
        onInput={() => onUnsaved(title, true)}
        onSubmit={(typed) => save.start(read(typed))}
        fixed={!may}
      >
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{children}</div>
      </Form>
    </Panel>
  );
};

/** In line with the controls beside it, which have their labels above them. */
const BESIDE = "sm:mt-7.5";

const NUMBERS = {
  targets: ["target_success", "target_active_seconds", "target_reputation", "target_utilisation", "target_replies", "target_meetings"],
  kept: ["analytics_hour_days", "analytics_day_days"],
} as const;

const LABELS = {
  target_success: "Success rate, %",
  target_active_seconds: "Seconds in active stages",
  target_reputation: "Reputation, %",
  target_utilisation: "Utilisation of crews, %",
  target_replies: "Reply rate, %",
  target_meetings: "Meeting rate, %",
  analytics_hour_days: "Keep hourly figures for (days)",
  analytics_day_days: "Keep daily figures for (days)",
} as const;

const Numbers = ({ account, names }: { readonly account: Account; readonly names: readonly (keyof typeof LABELS)[] }) =>
  names.map((name) => (
    <TextField key={name} label={LABELS[name]} name={name} type="number" min={0} required defaultValue={account[name]} />
  ));

const numbers = (typed: Typed, names: readonly (keyof typeof LABELS)[]): Changes =>
  Object.fromEntries(names.map((name) => [name, numberOf(typed, name)]));

/** The titles of the parts with changes that are not saved. */
const useUnsaved = (): readonly [readonly string[], OnUnsaved] => {
  const [parts, setParts] = useState<readonly string[]>([]);
  const tell: OnUnsaved = (title, unsaved) =>
    setParts((before) =>
      before.includes(title) === unsaved ? before : unsaved ? [...before, title] : before.filter((each) => each !== title),
    );
  return [parts, tell];
};

export const AccountSection = ({ account }: { readonly account: Account }) => {
  const [parts, onUnsaved] = useUnsaved();
  const may = useMay("own");
  return (
    <div className="flex flex-col gap-4">
      <Unsaved parts={parts} />
      {!may && <p className="text-13 text-soft">Only an owner of the account changes it.</p>}
      <Panel title="Company">
        <CompanyForm account={account} onUnsaved={(unsaved) => onUnsaved("Company", unsaved)} />
      </Panel>
      <Group
        onUnsaved={onUnsaved}
        title="Permitted hours"
        fields={["time_zone", "window_start", "window_end", "window_days"]}
        read={(typed) => ({
          time_zone: textOf(typed, "time_zone") ?? "UTC",
          window_start: textOf(typed, "window_start") ?? "",
          window_end: textOf(typed, "window_end") ?? "",
          window_days: daysOf(typed) ?? [],
        })}
      >
        <TextField label="From" name="window_start" required defaultValue={account.window_start.slice(0, 5)} placeholder="09:00" />
        <TextField
          label="Until"
          name="window_end"
          required
          defaultValue={account.window_end.slice(0, 5)}
          placeholder="17:00"
          hint="24:00 ends the whole day."
        />
        <TextField
          label="Time zone"
          name="time_zone"
          required
          defaultValue={account.time_zone}
          hint="Of leads whose own is not known, as Europe/Berlin. A day of caps that has begun is ended first."
        />
        <DaysField days={account.window_days} />
      </Group>
      <Group
        onUnsaved={onUnsaved}
        title="How often somebody is written to"
        fields={["frequency_cap_messages", "frequency_cap_days", "send_without_replies"]}
        read={(typed) => ({
          frequency_cap_messages: numberOf(typed, "frequency_cap_messages"),
          frequency_cap_days: numberOf(typed, "frequency_cap_days") ?? 30,
          send_without_replies: typed.has("send_without_replies"),
        })}
      >
        <TextField
          label="Messages at most"
          name="frequency_cap_messages"
          type="number"
          min={1}
          max={1_000}
          defaultValue={account.frequency_cap_messages ?? ""}
          hint="Empty: no cap of its own."
        />
        <TextField
          label="Within (days)"
          name="frequency_cap_days"
          type="number"
          min={1}
          max={365}
          required
          defaultValue={account.frequency_cap_days}
        />
        <CheckField
          label="Send although no replies can be read"
          name="send_without_replies"
          defaultChecked={account.send_without_replies}
          className={BESIDE}
        />
      </Group>
      <Group onUnsaved={onUnsaved} title="Targets" fields={NUMBERS.targets} read={(typed) => numbers(typed, NUMBERS.targets)}>
        <Numbers account={account} names={NUMBERS.targets} />
      </Group>
      <Group
        onUnsaved={onUnsaved}
        title="Report and history"
        fields={["daily_report", "daily_report_hour", ...NUMBERS.kept]}
        read={(typed) => ({
          daily_report: typed.has("daily_report"),
          daily_report_hour: numberOf(typed, "daily_report_hour") ?? 8,
          ...numbers(typed, NUMBERS.kept),
        })}
      >
        <CheckField label="Mail me a report every day" name="daily_report" defaultChecked={account.daily_report} className={BESIDE} />
        <TextField
          label="At this hour (0 to 23)"
          name="daily_report_hour"
          type="number"
          min={0}
          max={23}
          required
          defaultValue={account.daily_report_hour}
        />
        <Numbers account={account} names={NUMBERS.kept} />
      </Group>
    </div>
  );
};
