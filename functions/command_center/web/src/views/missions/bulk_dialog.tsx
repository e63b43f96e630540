/** Counts what is meant, asks once, and then works through it in bounded requests, which can be stopped. */
import { useEffect, useRef, useState } from "react";
import { newKey } from "../../services/http.ts";
import { cancelMissions, type MissionFilter, type MissionRow, retryMissions } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { sayDone } from "../../ui/toasts.tsx";
import { collect, countAgain, type Meant, MOST, partsOf } from "./bulk.ts";
import { type Action, takes } from "./selection.ts";

interface BulkDialogProps {
  readonly action: Action;
  /** Null: all that match the filter. */
  readonly chosen: readonly MissionRow[] | null;
  readonly filter: MissionFilter;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const WORDS = {
  cancel: { verb: "Cancel", done: "cancelled", means: "What is unsent is never sent. This cannot be undone." },
  retry: { verb: "Retry", done: "queued again", means: "Each goes on at its first unfinished task." },
};

const useMeant = ({ action, chosen, filter }: Pick<BulkDialogProps, "action" | "chosen" | "filter">) => {
  const [meant, setMeant] = useState<Meant | null>(null);
  const [error, setError] = useState<unknown>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is meant is what was meant when the dialog opened
  useEffect(() => {
    const own = new AbortController();
    const found = chosen
      ? Promise.resolve({ missions: chosen.filter((row) => takes(action, row)), seen: chosen.length, cut: false })
      : collect(action, filter, own.signal);
    found.then(
      (is) => own.signal.aborted || setMeant(is),
      (problem) => own.signal.aborted || setError(problem),
    );
    return () => own.abort();
  }, []);
  return { meant, setMeant, error };
};

const unavailable = (meant: Meant | null, failure: unknown): string | false => {
  if (!meant) return "They are still counted.";
  if (failure !== null) return "Some may be done already: try again, and what is left is counted.";
  return meant.missions.length === 0 && "None of them can be.";
};

export const BulkDialog = ({ action, chosen, filter, onClose, onDone }: BulkDialogProps) => {
  const { verb, done, means } = WORDS[action];
  const { meant, setMeant, error } = useMeant({ action, chosen, filter });
  const [progress, setProgress] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const stopped = useRef(false);
  const start = async ({ missions }: Meant) => {
    stopped.current = false;
    let count = 0;
    try {
      for (const part of partsOf(missions)) {
        if (stopped.current) break;
        setProgress(count);
        const send = action === "cancel" ? cancelMissions : retryMissions;
        count += (await send({ ids: part.map(({ id }) => id), expected_count: part.length }, newKey())).missions;
      }
      sayDone(`${plural(count, "mission")} ${done}.`);
      onDone();
    } catch (problem) {
      setProgress(null);
      setFailure(problem);
    }
  };
  const recount = async ({ missions }: Meant) => {
    try {
      setMeant(await countAgain(action, missions, new AbortController().signal));
      setFailure(null);
    } catch (problem) {
      setFailure(problem);
    }
  };
  return (
    <Dialog
      title={`${verb} missions`}
      onClose={onClose}
      actions={
        progress === null ? (
          <Button
            look={action === "cancel" ? "danger" : "primary"}
            unavailable={unavailable(meant, failure)}
            onClick={() => meant && start(meant)}
          >
            {verb} {meant ? plural(meant.missions.length, "mission") : ""}
          </Button>
        ) : (
          <Button
            onClick={() => {
              stopped.current = true;
            }}
          >
            Stop
          </Button>
        )
      }
    >
      {error !== null && <Failed error={error} />}
      {failure !== null && <Failed error={failure} {...(meant && { onRetry: () => recount(meant) })} />}
      {!meant && error === null && <SkeletonRows rows={2} />}
      {meant && (
        <p role="status" className="text-soft">
          {progress === null
            ? `${plural(meant.missions.length, "mission")} will be ${done}; ${formatCount(meant.seen - meant.missions.length)} of the chosen cannot be and stay as they are. ${means}`
            : `${formatCount(progress)} of ${formatCount(meant.missions.length)} ${done}.`}
          {meant.cut && ` These are the first ${formatCount(MOST)}; do it again for the rest.`}
        </p>
      )}
    </Dialog>
  );
};
