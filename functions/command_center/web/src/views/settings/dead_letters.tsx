/** Messages that failed for good: what they were, why, and what to do with them. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type DeadLetter, deadLettersKey, deadLettersQuery, discardLetter, replayLetter } from "../../services/dead_letters.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName, plural } from "../../ui/formats.ts";
import { Json } from "../../ui/json.tsx";
import { Panel } from "../../ui/layout.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";

const Letter = ({ letter, may }: { readonly letter: DeadLetter; readonly may: boolean }) => {
  const client = useQueryClient();
  const [shown, setShown] = useState<"letter" | "discard" | null>(null);
  const close = (): void => setShown(null);
  const after = () => client.invalidateQueries({ queryKey: deadLettersKey });
  const replay = useAction({ run: replayLetter, done: () => "It is tried again.", after });
  const discard = useAction({ run: discardLetter, done: () => "Thrown away.", after });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
      <span className="min-w-0 flex-1 basis-52 break-words">
        <span className="font-medium">{letter.type}</span> for {formatName(letter.handler).toLowerCase()}: {formatName(letter.error_code)}
      </span>
      <span className="text-soft max-sm:flex-1">
        {plural(letter.attempts, "attempt")} · <Ago at={letter.last_at} />
      </span>
      <Button small onClick={() => setShown("letter")}>
        Look at it
      </Button>
      {shown === "letter" && (
        <Dialog
          wide
          title={letter.type}
          onClose={close}
          actions={
            may && (
              <>
                <Button look="danger" busy={discard.busy} onClick={() => setShown("discard")}>
                  Throw away
                </Button>
                <Button look="primary" busy={replay.busy} onClick={() => replay.start(letter.id)}>
                  Try again
                </Button>
              </>
            )
          }
        >
          <Json value={letter} />
        </Dialog>
      )}
      {shown === "discard" && (
        <Dialog
          title="Throw it away?"
          onClose={close}
          actions={
            <Button
              look="danger"
              onClick={() => {
                close();
                discard.start(letter.id);
              }}
            >
              Throw away
            </Button>
          }
        >
          <p className="text-soft">It is gone for good and cannot be tried again.</p>
        </Dialog>
      )}
    </li>
  );
};

export const DeadLetters = ({ after }: { readonly after: string | undefined }) => {
  const { data, error, refetch } = useQuery({ ...deadLettersQuery(after), placeholderData: keepPreviousData });
  const navigate = useNavigate();
  const may = useMay("operate");
  useLiveQueries(["errors", "system"], [deadLettersKey], 1_000);
  const turn = (to: string | undefined): void =>
    void navigate({ to: "/settings", search: { section: "dead_letters", ...(to && { after: to }) } });
  return (
    <Panel title="Dead letters" flush>
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={3} />}
      {data?.items.length === 0 && (
        <Empty title={after ? "None failed before" : "Nothing failed for good"}>
          What REX could not handle after all its retries would stand here.
        </Empty>
      )}
      <ul className="divide-y divide-line">
        {data?.items.map((letter) => (
          <Letter key={letter.id} letter={letter} may={may} />
        ))}
      </ul>
      <Pager later={after !== undefined} onFirst={() => turn(undefined)} onNext={data?.next ? () => turn(data.next ?? undefined) : null} />
    </Panel>
  );
};
