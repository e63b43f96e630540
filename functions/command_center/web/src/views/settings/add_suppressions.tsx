import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useAction } from "../../services/use_action.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Select, TextArea } from "../../ui/field.tsx";
import { plural } from "../../ui/formats.ts";
import { Failed } from "../../ui/states.tsx";
import { addAll } from "./add_all.ts";
import { addressesOf } from "./addresses.ts";

const wordsOf = (emails: number, numbers: number): string =>
  [emails && plural(emails, "address", "addresses"), numbers && plural(numbers, "number")].filter(Boolean).join(" and ");

/** So many of those that are not understood are named. */
const SHOWN = 5;

type On = "both" | "sms" | "whatsapp";

interface Given {
  readonly text: string;
  readonly on: On;
}

export const AddSuppressions = () => {
  const client = useQueryClient();
  const [{ text, on }, setGiven] = useState<Given>({ text: "", on: "both" });
  const setText = (changed: string): void => setGiven((before) => ({ ...before, text: changed }));
  const add = useAction({
    run: addAll,
    quiet: true,
    done: ({ added, cancelled, rejected }) =>
      `${plural(added, "address", "addresses")} suppressed, ${plural(cancelled, "message")} cancelled${rejected.length ? `, ${rejected.length} not understood` : ""}.`,
    after: ({ rejected }) => {
      setText([...rejected, ...unclear].join("\n"));
      return client.invalidateQueries({ queryKey: ["suppressions"] });
    },
  });
  const { emails, numbers, unclear } = useMemo(() => addressesOf(text), [text]);
  const many = emails.length + numbers.length;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (many > 0) add.start({ emails, numbers, channels: on === "both" ? ["sms", "whatsapp"] : [on] });
      }}
    >
      <TextArea
        label="Addresses and phone numbers"
        rows={3}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="One a line, or separated by commas; pasted from anywhere. Numbers with their country code, as +49 30 123456."
        spellCheck={false}
      />
      <Field
        label="Or from a file"
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        onChange={async (event) => setText((await event.target.files?.[0]?.text()) ?? "")}
        hint="Every address and number in it is taken."
      />
      {numbers.length > 0 && (
        <Select
          label="Numbers are suppressed for"
          value={on}
          onChange={(event) => setGiven({ text, on: event.target.value as On })}
          hint="Whose number is a lead's is not written to any more, on whichever channel."
        >
          <option value="both">SMS and WhatsApp</option>
          <option value="sms">SMS alone</option>
          <option value="whatsapp">WhatsApp alone</option>
        </Select>
      )}
      {unclear.length > 0 && (
        <p role="status" className="text-13 break-words text-escalated">
          {plural(unclear.length, "entry is", "entries are")} not understood and left out: {unclear.slice(0, SHOWN).join(", ")}
          {unclear.length > SHOWN && " and more"}. Addresses are whole ones; numbers begin with + and their country code.
        </p>
      )}
      {add.error && <Failed error={add.error} onRetry={add.again} />}
      <Button
        type="submit"
        look="primary"
        busy={add.busy}
        unavailable={many === 0 && (text.trim() ? "No address and no number with a country code is among it." : "Enter an address first.")}
        className="self-start"
      >
        Suppress {many > 0 ? wordsOf(emails.length, numbers.length) : "them"}
      </Button>
    </form>
  );
};
