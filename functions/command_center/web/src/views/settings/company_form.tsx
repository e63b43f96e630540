/** Who the account is: what every message says at its end. */
import { useQueryClient } from "@tanstack/react-query";
import { type Account, accountQuery, updateAccount } from "../../services/account.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Form, LongField, TextField, textOf } from "../../ui/form.tsx";

interface CompanyFormProps {
  readonly account: Account;
  readonly onDone?: () => void;
  /** Whether something was changed and is not saved. */
  readonly onUnsaved?: (unsaved: boolean) => void;
}

export const CompanyForm = ({ account, onDone, onUnsaved }: CompanyFormProps) => {
  const client = useQueryClient();
  const may = useMay("own");
  const save = useAction({
    run: updateAccount,
    quiet: true,
    done: () => {
      onUnsaved?.(false);
      return "Saved.";
    },
    after: async () => {
      await client.invalidateQueries({ queryKey: accountQuery.queryKey });
      onDone?.();
    },
  });
  return (
    <Form
      action="Save"
      busy={save.busy}
      error={save.error}
      onRetry={save.again}
      onInput={() => onUnsaved?.(true)}
      fixed={!may}
      fields={["company", "postal_address"]}
      onSubmit={(typed) => save.start({ company: textOf(typed, "company"), postal_address: textOf(typed, "postal_address") })}
    >
      <TextField label="Company" name="company" defaultValue={account.company ?? ""} required maxLength={200} autoComplete="organization" />
      <LongField
        label="Postal address"
        name="postal_address"
        defaultValue={account.postal_address ?? ""}
        required
        rows={3}
        maxLength={500}
        autoComplete="street-address"
        hint="It stands at the end of every message."
      />
    </Form>
  );
};
