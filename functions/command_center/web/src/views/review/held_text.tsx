/** What a held message says, and a form to write it anew. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Mission } from "../../services/missions.ts";
import { outreachQuery } from "../../services/outreach.ts";
import { Button } from "../../ui/button.tsx";
import { Form, LongField, TextField, textOf } from "../../ui/form.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Unsaved } from "../../ui/unsaved.tsx";
import { useReview } from "./use_review.ts";

export type Held = Mission["parts"]["held"]["items"][number];

/** The list holds no more of a text than this; one that is as long may go on. */
const CUT = 2_000;

/** All of the text, although the list cuts it; undefined while it is read. */
const useWholeText = ({ id, body_text: text, held_at, edited_at }: Held) => {
  const cut = (text?.length ?? 0) >= CUT;
  const { data, error, refetch } = useQuery({ ...outreachQuery(id, `${held_at} ${edited_at}`), enabled: cut });
  return { text: cut ? data?.body_text : text, error: cut ? error : null, refetch };
};

interface EditProps {
  readonly missionId: string;
  readonly message: Held;
  readonly text: string;
  readonly onClose: () => void;
}

const Edit = ({ missionId, message, text, onClose }: EditProps) => {
  const [touched, setTouched] = useState(false);
  const edit = useReview(missionId, onClose, true);
  return (
    <>
      <Form
        action="Save and check it"
        busy={edit.busy}
        error={edit.error}
        onRetry={edit.again}
        onInput={() => setTouched(true)}
        fields={["subject", "body_text"]}
        onSubmit={(typed) => {
          const [subject, written] = [textOf(typed, "subject"), String(typed.get("body_text") ?? "")];
          edit.start({ action: "edit", outreach_ids: [message.id], subject, body_text: written });
        }}
      >
        {message.channel === "email" && (
          <TextField label="Subject" name="subject" required maxLength={998} defaultValue={message.subject ?? ""} />
        )}
        <LongField
          label="Text"
          name="body_text"
          required
          rows={10}
          maxLength={100_000}
          defaultValue={text}
          hint="It stays held until compliance and quality control have passed it."
        />
      </Form>
      <Button small look="quiet" className="self-start" onClick={onClose}>
        Leave it as it was
      </Button>
      <Unsaved parts={touched ? ["the message"] : []} />
    </>
  );
};

export const HeldText = ({ missionId, message, may }: Pick<EditProps, "missionId" | "message"> & { readonly may: boolean }) => {
  const [editing, setEditing] = useState(false);
  const { text, error, refetch } = useWholeText(message);
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (text === undefined) return <SkeletonRows rows={4} />;
  if (editing) return <Edit {...{ missionId, message }} text={text ?? ""} onClose={() => setEditing(false)} />;
  return (
    <>
      <p className="font-medium break-words">{message.subject}</p>
      <p className="text-13 break-words whitespace-pre-wrap">{text}</p>
      {may && (
        <Button small className="self-start" onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
    </>
  );
};
