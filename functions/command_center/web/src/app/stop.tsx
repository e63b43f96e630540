/** Stop: one button, always in reach, that pauses everything of the account. It asks nothing, because it can be undone. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CirclePlay, OctagonX } from "lucide-react";
import { accountQuery } from "../services/account.ts";
import { pause, resume } from "../services/pauses.ts";
import { useAction } from "../services/use_action.ts";
import { useMay } from "../session/use_account.ts";
import { Button } from "../ui/button.tsx";

const WHOLE = { scope: "account" } as const;

interface Stop {
  readonly stopped: boolean;
  readonly busy: boolean;
  readonly stop: () => void;
  readonly resume: () => void;
}

/** Null for whoever may not, and until that is known. */
export const useStop = (): Stop | null => {
  const client = useQueryClient();
  const account = useQuery(accountQuery).data;
  const may = useMay("operate");
  // Only the answer means that nothing begins any more, so nothing says so before.
  const then = (pausedAt: string | null) => (): void => {
    client.setQueryData(accountQuery.queryKey, (known) => known && { ...known, paused_at: pausedAt });
    void client.invalidateQueries();
  };
  const stop = useAction({
    run: (_: null, key) => pause(WHOLE, key),
    done: () => "Everything is stopped: nothing new begins and no message goes out.",
    after: then(new Date().toISOString()),
  });
  const go = useAction({ run: (_: null, key) => resume(WHOLE, key), done: () => "Everything goes on.", after: then(null) });
  if (!account || !may) return null;
  return {
    stopped: account.paused_at !== null,
    busy: stop.busy || go.busy,
    stop: () => stop.start(null),
    resume: () => go.start(null),
  };
};

export const StopButton = () => {
  const given = useStop();
  if (!given) return null;
  return given.stopped ? (
    <Button look="primary" busy={given.busy} icon={<CirclePlay aria-hidden size={16} />} onClick={given.resume}>
      {given.busy ? "Resuming" : "Resume"}
    </Button>
  ) : (
    <Button
      look="danger"
      busy={given.busy}
      icon={<OctagonX aria-hidden size={16} />}
      title="Pause everything of this account at once"
      onClick={given.stop}
    >
      {given.busy ? "Stopping" : "Stop"}
    </Button>
  );
};
