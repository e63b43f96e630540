/** An inbox and its login. The password is sent once and never shown; a changed host asks for it again. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Domain } from "../../services/domains.ts";
import { createInbox, type Inbox, inboxesQuery, updateInbox } from "../../services/inboxes.ts";
import { useAction } from "../../services/use_action.ts";
import { ChoiceField, Form, numberOf, TextField, type Typed, textOf } from "../../ui/form.tsx";

interface InboxFormProps {
  /** The one to change; without it a new one is added. */
  readonly inbox?: Inbox;
  readonly domains: readonly Pick<Domain, "id" | "domain">[];
  readonly onDone: () => void;
}

const FIELDS = ["domain_id", "address", "host", "port", "username", "password", "daily_cap", "spacing_seconds"];

const loginOf = (typed: Typed) => ({
  host: textOf(typed, "host") ?? "",
  port: numberOf(typed, "port") ?? 587,
  username: textOf(typed, "username") ?? "",
  daily_cap: numberOf(typed, "daily_cap") ?? 40,
  spacing_seconds: numberOf(typed, "spacing_seconds") ?? 60,
  ...(typed.get("password") ? { password: String(typed.get("password")) } : {}),
});

export const InboxForm = ({ inbox, domains, onDone }: InboxFormProps) => {
  const client = useQueryClient();
  const [host, setHost] = useState(inbox?.host ?? "");
  const after = async () => {
    await client.invalidateQueries({ queryKey: inboxesQuery.queryKey });
    onDone();
  };
  const done = (_: unknown, typed: Typed) => (inbox && keepsLogin(inbox, typed) ? "Saved." : "Saved; its login is being checked.");
  const add = useAction({
    run: (typed: Typed, key) => createInbox({ ...whereOf(typed), ...loginOf(typed) }, key),
    quiet: true,
    done,
    after,
  });
  const change = useAction({ run: (typed: Typed, key) => updateInbox(inbox?.id ?? "", loginOf(typed), key), quiet: true, done, after });
  const deed = inbox ? change : add;
  const asksPassword = !inbox || host !== inbox.host;
  return (
    <Form
      action={inbox ? "Save" : "Add the inbox"}
      busy={deed.busy}
      error={deed.error}
      onRetry={deed.again}
      fields={FIELDS}
      onSubmit={deed.start}
    >
      {!inbox && (
        <div className="grid gap-4 sm:grid-cols-2">
          <ChoiceField label="Domain" name="domain_id" required hint="The address must be one of this domain.">
            {domains.map(({ id, domain }) => (
              <option key={id} value={id}>
                {domain}
              </option>
            ))}
          </ChoiceField>
          <TextField
            label="Address"
            name="address"
            type="email"
            required
            maxLength={320}
            placeholder={`ann@${domains[0]?.domain ?? "example.com"}`}
          />
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-[1fr_120px]">
        <TextField
          label="SMTP server"
          name="host"
          required
          maxLength={253}
          value={host}
          onChange={(event) => setHost(event.target.value)}
          placeholder="smtp.example.com"
          spellCheck={false}
        />
        <TextField label="Port" name="port" type="number" min={1} max={65_535} required defaultValue={inbox?.port ?? 587} />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="User name"
          name="username"
          required
          maxLength={320}
          defaultValue={inbox?.username ?? ""}
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          required={asksPassword}
          autoComplete="new-password"
          hint={asksPassword ? "Kept as a secret; nobody can read it again." : "Empty: as it was."}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Messages a day"
          name="daily_cap"
          type="number"
          min={1}
          max={1_000}
          required
          defaultValue={inbox?.daily_cap ?? 40}
          hint="While it warms up it may less."
        />
        <TextField
          label="Seconds between two messages"
          name="spacing_seconds"
          type="number"
          min={0}
          max={86_400}
          required
          defaultValue={inbox?.spacing_seconds ?? 60}
        />
      </div>
    </Form>
  );
};

/** What else is changed needs no check. */
const keepsLogin = ({ host, port, username }: Inbox, typed: Typed): boolean => {
  const is = loginOf(typed);
  return is.host === host && is.port === port && is.username === username && !("password" in is);
};

const whereOf = (typed: Typed) => ({
  domain_id: textOf(typed, "domain_id") ?? "",
  address: (textOf(typed, "address") ?? "").toLowerCase(),
});
