import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useChooseAccount } from "../../app/use_choose_account.ts";
import { useLiveQueries } from "../../live/use_live.ts";
import { addMember, changeMember, type GivenRole, type Member, membersQuery, removeMember } from "../../services/members.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Select } from "../../ui/field.tsx";
import { ChoiceField, Form, TextField, textOf } from "../../ui/form.tsx";
import { formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

const useFresh = () => {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: membersQuery.queryKey });
};

const Roles = () => (
  <>
    <option value="operator">Operator: does everything but settings of the account</option>
    <option value="viewer">Viewer: sees everything, changes nothing</option>
  </>
);

const AddMember = () => {
  const after = useFresh();
  const add = useAction({ run: addMember, quiet: true, done: () => "Added; they see this account when they sign in.", after });
  return (
    <Form
      action="Add"
      busy={add.busy}
      error={add.error}
      onRetry={add.again}
      fields={["email", "role"]}
      onSubmit={(typed) => add.start({ email: textOf(typed, "email") ?? "", role: String(typed.get("role")) as GivenRole })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Email" name="email" type="email" required maxLength={320} hint="Of somebody who has signed up." />
        <ChoiceField label="Role" name="role" defaultValue="operator">
          <Roles />
        </ChoiceField>
      </div>
    </Form>
  );
};

const Row = ({ member, may }: { readonly member: Member; readonly may: boolean }) => {
  const after = useFresh();
  const choose = useChooseAccount();
  const [asking, setAsking] = useState<"remove" | "leave" | null>(null);
  const name = member.email ?? member.member_id;
  const change = useAction({ run: (role: GivenRole, key) => changeMember(member.member_id, role, key), done: () => "Changed.", after });
  const remove = useAction({ run: (_: null, key) => removeMember(member.member_id, key), done: () => `${name} was removed.`, after });
  const leave = useAction({
    run: (_: null, key) => removeMember(member.member_id, key),
    done: () => "You left the account; this is your own.",
    after: () => choose(null),
  });
  const mine = may && member.role !== "owner";
  const leaves = member.is_you && member.role !== "owner";
  return (
    <li className="flex flex-wrap items-end gap-x-3 gap-y-2 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-medium break-words">
          {name}
          {member.is_you && " (you)"}
        </p>
        <p className="text-13 text-soft">
          {formatName(member.role)} since <Time at={member.created_at} />
        </p>
      </div>
      {mine && (
        <>
          <Select
            label="Role"
            aria-label={`Role of ${name}`}
            value={member.role}
            onChange={(event) => change.start(event.target.value as GivenRole)}
          >
            <option value="operator">Operator</option>
            <option value="viewer">Viewer</option>
          </Select>
          <Button look="danger" busy={remove.busy} aria-label={`Remove ${name}`} onClick={() => setAsking("remove")}>
            Remove
          </Button>
        </>
      )}
      {leaves && (
        <Button busy={leave.busy} onClick={() => setAsking("leave")}>
          Leave this account
        </Button>
      )}
      {asking === "leave" && (
        <Confirm title="Leave this account?" action="Leave it" onClose={() => setAsking(null)} onConfirm={() => leave.start(null)}>
          You see nothing of it any more. Its owner can add you again.
        </Confirm>
      )}
      {asking === "remove" && (
        <Confirm title={`Remove ${name}?`} action="Remove" onClose={() => setAsking(null)} onConfirm={() => remove.start(null)}>
          They see nothing of this account any more. You can add them again.
        </Confirm>
      )}
    </li>
  );
};

export const Members = () => {
  const { data, error, refetch } = useQuery(membersQuery);
  const may = useMay("own");
  useLiveQueries(["system"], [membersQuery.queryKey]);
  return (
    <>
      <Panel title="Members" flush>
        {error && <Failed error={error} onRetry={refetch} />}
        {!data && !error && <SkeletonRows rows={2} />}
        <ul className="divide-y divide-line">
          {data?.items.map((member) => (
            <Row key={member.member_id} member={member} may={may} />
          ))}
        </ul>
      </Panel>
      {may && (
        <Panel title="Add a member">
          <AddMember />
        </Panel>
      )}
    </>
  );
};
