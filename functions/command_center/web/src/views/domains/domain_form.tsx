/** A new sending domain; it may send once it is verified. */
import { useQueryClient } from "@tanstack/react-query";
import { addDomain, domainsQuery } from "../../services/domains.ts";
import { useAction } from "../../services/use_action.ts";
import { Form, numberOf, TextField, textOf } from "../../ui/form.tsx";

export const DomainForm = ({ onDone }: { readonly onDone: () => void }) => {
  const client = useQueryClient();
  const add = useAction({
    run: addDomain,
    quiet: true,
    done: ({ domain }) => `${domain} was added.`,
    after: async () => {
      await client.invalidateQueries({ queryKey: domainsQuery.queryKey });
      onDone();
    },
  });
  return (
    <Form
      action="Add the domain"
      busy={add.busy}
      error={add.error}
      onRetry={add.again}
      fields={["domain", "daily_cap"]}
      onSubmit={(typed) => add.start({ domain: (textOf(typed, "domain") ?? "").toLowerCase(), daily_cap: numberOf(typed, "daily_cap") })}
    >
      <TextField
        label="Domain"
        name="domain"
        required
        minLength={4}
        maxLength={253}
        placeholder="mail.example.com"
        hint="Best one of its own, apart from your website's."
        spellCheck={false}
      />
      <TextField
        label="At most, messages a day"
        name="daily_cap"
        type="number"
        min={1}
        max={100_000}
        hint="Empty: what its inboxes may together. While it warms up it may less."
      />
    </Form>
  );
};
