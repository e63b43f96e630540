/** What the palette offers to do; what would be refused is not among it. */
import { useNavigate } from "@tanstack/react-router";
import { CirclePlay, Globe, Keyboard, LogOut, type LucideIcon, Moon, OctagonX, Pause, Play, Sun, Upload } from "lucide-react";
import { live } from "../live/live.ts";
import { useConnection } from "../live/use_live.ts";
import { useMay } from "../session/use_account.ts";
import { chooseTheme } from "../theme/theme.ts";
import { QUICK, type QuickType } from "../views/start/types.ts";
import { useRefusal } from "../views/start/use_refusal.ts";
import { useLeave } from "./person_menu.tsx";
import { useStop } from "./stop.tsx";

export interface Deed {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly run: () => unknown;
  /** Why it cannot be done, where that is so. */
  readonly refusal?: string | null;
}

/** What changes the account, for who may. */
const useChanges = (): readonly Deed[] => {
  const navigate = useNavigate();
  const stop = useStop();
  const may = useMay("operate");
  const refusals: Record<QuickType, string | null> = {
    lead_reactivation: useRefusal("lead_reactivation"),
    campaign_execution: useRefusal("campaign_execution"),
    icp_extraction: useRefusal("icp_extraction"),
  };
  if (!may) return [];
  const open = (start: QuickType | "import") => () => navigate({ to: "/", search: { start } });
  const starts = [
    ...QUICK.map(({ type, label, icon }) => ({ name: `Start: ${label}`, icon, refusal: refusals[type], run: open(type) })),
    { name: "Import leads", icon: Upload, run: open("import") },
  ];
  const add = { name: "Add a domain", icon: Globe, run: () => navigate({ to: "/domains", search: { add: true } }) };
  if (!stop) return [...starts, add];
  const halt = stop.stopped
    ? { name: "Resume everything", icon: CirclePlay, run: stop.resume }
    : { name: "Stop everything", icon: OctagonX, run: stop.stop };
  return [...starts, add, halt];
};

export const useDeeds = (showKeys: () => void): readonly Deed[] => {
  const leave = useLeave();
  const paused = useConnection().connection === "paused";
  const changes = useChanges();
  return [
    ...changes,
    paused
      ? { name: "Resume updates of this page", icon: Play, run: () => live.resume() }
      : { name: "Pause updates of this page", icon: Pause, run: () => live.pause() },
    { name: "Light appearance", icon: Sun, run: () => chooseTheme("light") },
    { name: "Dark appearance", icon: Moon, run: () => chooseTheme("dark") },
    { name: "Show keyboard shortcuts", icon: Keyboard, run: showKeys },
    { name: "Sign out", icon: LogOut, run: leave },
  ];
};
