/** Counts what is meant, asks once, and then works through it in bounded requests, which can be stopped. */
import { useEffect, useRef, useState } from "react";
import { newKey } from "../../services/http.ts";
import { cancelMissions, type MissionFilter, type MissionRow, retryMissions } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { inChunks } from "../../ui/chunks.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { sayDone } from "../../ui/toasts.tsx";
import { collect, type Meant, MOST, PART } from "./bulk.ts";
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
      ? Promise.resolve({ ids: chosen.filter((row) => takes(action, row)).map(({ id }) => id), seen: chosen.length, cut: false })
      : collect(action, filter, own.signal);
    found.then(
      (is) => own.signal.aborted || setMeant(is),
      (problem) => own.signal.aborted || setError(problem),
    );
    return () => own.abort();
  }, []);
  return { meant, error };
};

export const BulkDialog = ({ action, chosen, filter, onClose, onDone }: BulkDialogProps) => {
  const { verb, done, means } = WORDS[action];
  const { meant, error } = useMeant({ action, chosen, filter });
  const [progress, setProgress] = useState<number | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const stopped = useRef(false);
  const start = async (ids: readonly string[]) => {
    stopped.current = false;
    setFailure(null);
    let count = 0;
    try {
      for (const part of inChunks(ids, PART)) {
        if (stopped.current) break;
        setProgress(count);
        const send = action === "cancel" ? cancelMissions : retryMissions;
        count += (await send({ ids: part, expected_count: part.length }, newKey())).missions;
      }
      sayDone(`${plural(count, "mission")} ${done}.`);
      onDone();
    } catch (problem) {
      setProgress(null);
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
            unavailable={meant ? meant.ids.length === 0 && "None of them can be." : "They are still counted."}
            onClick={() => meant && start(meant.ids)}
          >
            {verb} {meant ? plural(meant.ids.length, "mission") : ""}
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
      {failure !== null && <Failed error={failure} />}
      {!meant && error === null && <SkeletonRows rows={2} />}
      {meant && (
        <p role="status" className="text-soft">
          {progress === null
            ? `${plural(meant.ids.length, "mission")} will be ${done}; ${formatCount(meant.seen - meant.ids.length)} of the chosen cannot be and stay as they are. ${means}`
            : `${formatCount(progress)} of ${formatCount(meant.ids.length)} ${done}.`}
          {meant.cut && ` These are the first ${formatCount(MOST)}; do it again for the rest.`}
        </p>
      )}
    </Dialog>
  );
};
