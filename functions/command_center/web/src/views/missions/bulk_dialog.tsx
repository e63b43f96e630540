/** Counts what is meant, asks once, and then works through it in bounded requests, which can be stopped. */
import { useEffect, useRef, useState } from "react";
import type { Action } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { sayDone } from "../../ui/toasts.tsx";
import { type Choice, type Done, findMeant, type Meant, NOTHING_DONE, work as workThrough } from "./bulk.ts";

interface BulkDialogProps {
  readonly action: Action;
  readonly choice: Choice;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const WORDS = {
  cancel: { verb: "Cancel", done: "cancelled", means: "What is unsent is never sent. This cannot be undone." },
  retry: { verb: "Retry", done: "queued again", means: "Each goes on at its first unfinished task." },
  release: {
    verb: "Approve",
    done: "approved",
    means:
      "All that they hold for review goes out when the permitted hours and caps allow; what was edited stays held until it is checked.",
  },
};

/** What is meant, counted when the dialog opens and whenever somebody asks again. */
const useMeant = ({ action, choice }: Pick<BulkDialogProps, "action" | "choice">) => {
  const [meant, setMeant] = useState<Meant | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is meant is what was meant when the dialog opened
  useEffect(() => {
    const own = new AbortController();
    setMeant(null);
    setError(null);
    findMeant(action, choice, own.signal).then(
      (is) => own.signal.aborted || setMeant(is),
      (problem) => own.signal.aborted || setError(problem),
    );
    return () => own.abort();
  }, [turn]);
  return { meant, error, setError, again: () => setTurn(turn + 1) };
};

const said = (action: Action, { missions, messages, held }: Done): string => {
  const many = `${plural(missions, "mission")} ${WORDS[action].done}`;
  if (action !== "release") return `${many}.`;
  return `${many}: ${plural(messages, "message")} released${held ? `, ${formatCount(held)} still held` : ""}.`;
};

const unavailable = (meant: Meant | null, error: unknown): string | false => {
  if (error !== null) return "Some may be done already: try again, and what is left is counted.";
  if (!meant) return "They are still counted.";
  return meant.missions === 0 && "None of them can be.";
};

export const BulkDialog = ({ action, choice, onClose, onDone }: BulkDialogProps) => {
  const { verb, done, means } = WORDS[action];
  const { meant, error, setError, again } = useMeant({ action, choice });
  const [progress, setProgress] = useState<Done | null>(null);
  const work = useRef<AbortController | null>(null);
  useEffect(() => () => work.current?.abort(), []);
  const start = async ({ parts }: Meant) => {
    const own = new AbortController();
    work.current = own;
    let sum = NOTHING_DONE;
    setProgress(sum);
    try {
      for await (const is of workThrough(action, parts(own.signal), own.signal)) {
        sum = is;
        setProgress(sum);
      }
    } catch (problem) {
      if (!own.signal.aborted) {
        setProgress(null);
        setError(problem);
        return;
      }
    }
    sayDone(said(action, sum));
    onDone();
  };
  return (
    <Dialog
      title={`${verb} missions`}
      onClose={onClose}
      actions={
        progress === null ? (
          <Button
            look={action === "cancel" ? "danger" : "primary"}
            unavailable={unavailable(meant, error)}
            onClick={() => meant && start(meant)}
          >
            {verb} {meant ? plural(meant.missions, "mission") : ""}
          </Button>
        ) : (
          <Button onClick={() => work.current?.abort()}>Stop</Button>
        )
      }
    >
      {error !== null && <Failed error={error} onRetry={again} />}
      {!meant && error === null && <SkeletonRows rows={2} />}
      {meant && (
        <p role="status" className="text-soft">
          {progress === null
            ? `${plural(meant.missions, "mission")} will be ${done}; ${formatCount(Math.max(0, meant.seen - meant.missions))} of the chosen cannot be and stay as they are. ${means}`
            : `${formatCount(progress.missions)} of ${formatCount(meant.missions)} ${done}.`}
        </p>
      )}
    </Dialog>
  );
};
