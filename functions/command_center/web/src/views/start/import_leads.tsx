/** Leads from a file: looked at first, saved only then, and taken back later if it was the wrong one. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { importLeads, type LeadsImported, type Upload, undoImport } from "../../services/leads.ts";
import { useAction } from "../../services/use_action.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { formatBytes, plural } from "../../ui/formats.ts";
import { Failed } from "../../ui/states.tsx";
import { sayDone } from "../../ui/toasts.tsx";
import { BadRows } from "./bad_rows.tsx";
import { Columns, haveAddress } from "./columns.tsx";
import { LARGEST, readUpload } from "./read_upload.ts";

const Outcome = ({ seen }: { readonly seen: LeadsImported }) => (
  <div className="flex flex-col gap-3">
    <p role="status" className="font-medium">
      {plural(seen.added, "new lead")}, {seen.updated} changed, {seen.unchanged} as before; {seen.opted_out} opted out;{" "}
      {plural(seen.rejected, "row")} left out.
    </p>
    {!haveAddress(seen.columns) && (
      <p role="alert" className="text-13 text-failed">
        No column is known to hold an address or a number: say above which one does.
      </p>
    )}
    {seen.repeated && <p className="text-13 text-soft">This file was imported before: nothing would change.</p>}
    <BadRows rows={seen.bad_rows} />
  </div>
);

interface ChooseProps {
  readonly busy: boolean;
  readonly onChosen: (upload: Upload) => void;
  /** What was looked at is not what is chosen now. */
  readonly onChanged: () => void;
}

const Choose = ({ busy, onChosen, onChanged }: ChooseProps) => {
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    try {
      onChosen(await readUpload(given));
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <form
      onSubmit={submit}
      onChange={() => {
        setError(null);
        onChanged();
      }}
      className="flex flex-col gap-4"
    >
      <Field
        label="File"
        name="file"
        type="file"
        accept=".csv,.json,text/csv,application/json"
        required
        hint={`CSV or JSON with a header row, at most ${formatBytes(LARGEST)}. REX knows the usual names of columns: email, first name, company, last contacted, opted out and so on.`}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Why these people may be written to"
          name="basis"
          defaultValue=""
          hint="Where the file itself says it for a row, that counts."
        >
          <option value="">The file says it for each</option>
          <option value="consent">They agreed</option>
          <option value="contract">They are or were customers</option>
          <option value="legitimate_interest">Legitimate interest</option>
        </Select>
        <Field label="Where that is on record" name="source" maxLength={200} placeholder="CRM, trade fair 2024, order form" />
      </div>
      {error !== null && <Failed error={error} />}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <Button type="submit" look="primary" busy={busy}>
          Look at it
        </Button>
        <Link to="/settings" search={{ section: "leads" }} className="link text-13">
          Earlier imports, and taking them back
        </Link>
      </div>
    </form>
  );
};

export const ImportLeads = ({ onDone }: { readonly onDone: () => void }) => {
  const client = useQueryClient();
  const [upload, setUpload] = useState<Upload | null>(null);
  // What was seen stays while it is looked at anew with other columns.
  const [seen, setSeen] = useState<LeadsImported | null>(null);
  const fresh = () => client.invalidateQueries({ queryKey: ["leads"] });
  const look = useAction({
    run: (file: Upload, key) => importLeads({ ...file, dry_run: true }, key),
    quiet: true,
    after: (answer) => setSeen(answer),
  });
  const undo = useAction({
    run: undoImport,
    done: ({ deleted, kept }) => `Taken back: ${plural(deleted, "lead")} deleted, ${kept} kept.`,
    after: fresh,
  });
  const save = useAction({
    run: importLeads,
    quiet: true,
    after: ({ import_id, added, updated }) => {
      sayDone(`${plural(added + updated, "lead")} imported.`, import_id ? { label: "Undo", run: () => undo.start(import_id) } : undefined);
      onDone();
      return fresh();
    },
  });
  const choose = (file: Upload): void => {
    setUpload(file);
    look.start(file);
  };
  const change = (): void => {
    setUpload(null);
    setSeen(null);
    look.reset();
    save.reset();
  };
  return (
    <div className="flex flex-col gap-4">
      <Choose busy={look.busy} onChosen={choose} onChanged={change} />
      {look.error && <Failed error={look.error} onRetry={look.again} />}
      {seen && upload && (
        <section aria-label="What the import would do" aria-busy={look.busy} className="flex flex-col gap-3 border-t border-line pt-4">
          <Columns
            columns={seen.columns}
            onChange={(name, field) => choose({ ...upload, columns: { ...upload.columns, [name]: field } })}
          />
          <Outcome seen={seen} />
          {save.error && <Failed error={save.error} onRetry={save.again} />}
          <Button
            look="primary"
            className="self-start"
            busy={save.busy}
            unavailable={
              look.busy || look.error
                ? "Its columns are looked at first."
                : seen.repeated
                  ? "It was imported before."
                  : seen.added + seen.updated + seen.opted_out === 0 && "Nothing in it would change anything."
            }
            onClick={() => save.start(upload)}
          >
            Import {plural(seen.added + seen.updated, "lead")}
          </Button>
        </section>
      )}
    </div>
  );
};
