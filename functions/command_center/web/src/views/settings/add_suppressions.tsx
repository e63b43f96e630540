import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addSuppressions } from "../../services/suppressions.ts";
import { useAction } from "../../services/use_action.ts";
import { Button } from "../../ui/button.tsx";
import { inChunks } from "../../ui/chunks.ts";
import { Field, TextArea } from "../../ui/field.tsx";
import { plural } from "../../ui/formats.ts";
import { Failed } from "../../ui/states.tsx";
import { addressesOf } from "./addresses.ts";

/** Addresses that one request takes. */
const MOST = 1_000;

interface Sum {
  readonly added: number;
  readonly cancelled: number;
  readonly rejected: readonly string[];
}

/** One request for each thousand; what was sent already is kept when a later one fails, and the same again does no harm. */
const addAll = async (addresses: readonly string[], key: string): Promise<Sum> => {
  let sum: Sum = { added: 0, cancelled: 0, rejected: [] };
  for (const [at, chunk] of inChunks(addresses, MOST).entries()) {
    const { added, cancelled, rejected } = await addSuppressions(chunk, `${key}-${at}`);
    sum = {
      added: sum.added + added,
      cancelled: sum.cancelled + cancelled,
      rejected: [...sum.rejected, ...rejected.map(({ index }) => chunk[index] ?? "")],
    };
  }
  return sum;
};

export const AddSuppressions = () => {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const add = useAction({
    run: addAll,
    quiet: true,
    done: ({ added, cancelled, rejected }) =>
      `${plural(added, "address", "addresses")} suppressed, ${plural(cancelled, "message")} cancelled${rejected.length ? `, ${rejected.length} not understood` : ""}.`,
    after: ({ rejected }) => {
      setText(rejected.join("\n"));
      return client.invalidateQueries({ queryKey: ["suppressions"] });
    },
  });
  const addresses = addressesOf(text);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (addresses.length > 0) add.start(addresses);
      }}
    >
      <TextArea
        label="Addresses"
        rows={3}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="One a line, or separated by commas; pasted from anywhere."
        spellCheck={false}
      />
      <Field
        label="Or from a file"
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        onChange={async (event) => setText((await event.target.files?.[0]?.text()) ?? "")}
        hint="Every address in it is taken."
      />
      {add.error && <Failed error={add.error} onRetry={add.again} />}
      <Button
        type="submit"
        look="primary"
        busy={add.busy}
        unavailable={addresses.length === 0 && "Enter an address first."}
        className="self-start"
      >
        Suppress {plural(addresses.length, "address", "addresses")}
      </Button>
    </form>
  );
};
