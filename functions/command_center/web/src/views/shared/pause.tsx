/** Pauses one campaign, mission, domain or inbox, or lets it go on. It asks nothing, because it can be undone. */
import { useQueryClient } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { type PauseScope, pause, resume } from "../../services/pauses.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { formatName } from "../../ui/formats.ts";

interface PauseButtonProps {
  readonly scope: Exclude<PauseScope, "account">;
  readonly id: string;
  /** What it is called, for those who do not see where the button stands. */
  readonly name: string;
  readonly pausedAt: string | null;
}

export const PauseButton = ({ scope, id, name, pausedAt }: PauseButtonProps) => {
  const client = useQueryClient();
  const may = useMay("operate");
  const after = () => client.invalidateQueries();
  const stop = useAction({ run: (_: null, key) => pause({ scope, id }, key), done: () => `${formatName(scope)} paused: ${name}`, after });
  const go = useAction({ run: (_: null, key) => resume({ scope, id }, key), done: () => `${formatName(scope)} goes on: ${name}`, after });
  if (!may) return null;
  const busy = stop.busy || go.busy;
  // While it is under way the button shows what it will be.
  const paused = busy ? pausedAt === null : pausedAt !== null;
  return (
    <Button
      small
      busy={busy}
      icon={paused ? <Play aria-hidden size={14} /> : <Pause aria-hidden size={14} />}
      aria-label={`${paused ? "Resume" : "Pause"} ${name}`}
      onClick={() => (pausedAt ? go : stop).start(null)}
    >
      {paused ? "Resume" : "Pause"}
    </Button>
  );
};
