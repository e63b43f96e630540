/** What a person may do with one mission as it is now: it is shown as done at once, and put back if it is refused. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ClipboardCheck, type LucideIcon, Pause, Play, RotateCw, X } from "lucide-react";
import { useState } from "react";
import { cancelMission, type MissionRow, retryMission } from "../../services/missions.ts";
import { pause, resume } from "../../services/pauses.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button, buttonClasses, IconButton } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatName, shortenId } from "../../ui/formats.ts";
import { Approve } from "./approve.tsx";
import { takes } from "./selection.ts";

/** Shows a mission as it will be; returns how to take that back. */
export type Show = (mission: MissionRow, to: Partial<MissionRow>) => () => void;

interface DeedsProps {
  readonly mission: MissionRow;
  readonly onShow: Show;
  /** Icons alone, as in the row of a list; else with words. */
  readonly icons?: boolean;
}

const QUEUED_AGAIN = { state: "QUEUED", error_code: null, finished_at: null } as const;

const useDeeds = (mission: MissionRow, onShow: Show) => {
  const client = useQueryClient();
  const { id } = mission;
  const after = () => client.invalidateQueries({ queryKey: ["missions"] });
  const to = (change: () => Partial<MissionRow>) => () => onShow(mission, change());
  const now = () => new Date().toISOString();
  const halt = useAction({
    run: (_: null, key) => pause({ scope: "mission", id }, key),
    show: to(() => ({ paused_at: now() })),
    done: () => `Mission ${shortenId(id)} paused.`,
    after,
  });
  const go = useAction({
    run: (_: null, key) => resume({ scope: "mission", id }, key),
    show: to(() => ({ paused_at: null })),
    done: () => `Mission ${shortenId(id)} goes on.`,
    after,
  });
  const retry = useAction({
    run: (_: null, key) => retryMission(id, key),
    show: to(() => QUEUED_AGAIN),
    done: () => `Mission ${shortenId(id)} is queued again.`,
    after,
  });
  const cancel = useAction({
    run: (_: null, key) => cancelMission(id, key),
    show: to(() => ({ state: "FAILED", error_code: "cancelled", finished_at: now() })),
    done: ({ in_flight: inFlight }) =>
      `Mission ${shortenId(id)} cancelled.${inFlight ? ` ${inFlight} were just being handed over and may still arrive.` : ""}`,
    after,
  });
  return { halt, go, retry, cancel, busy: halt.busy || go.busy || retry.busy || cancel.busy };
};

interface DeedProps {
  readonly name: string;
  readonly of: string;
  readonly icon: LucideIcon;
  readonly icons: boolean;
  readonly busy: boolean;
  readonly look?: "primary" | "danger";
  readonly onClick: () => void;
}

const Deed = ({ name, of, icon: Icon, icons, look = undefined, ...rest }: DeedProps) => {
  const icon = <Icon aria-hidden size={14} />;
  const label = `${name} mission ${of}`;
  return icons ? (
    <IconButton small label={label} icon={icon} {...rest} />
  ) : (
    <Button small icon={icon} aria-label={label} {...(look && { look })} {...rest}>
      {name}
    </Button>
  );
};

export const Deeds = ({ mission, onShow, icons = false }: DeedsProps) => {
  const may = useMay("operate");
  const [asking, setAsking] = useState<"cancel" | "approve" | null>(null);
  const { halt, go, retry, cancel, busy } = useDeeds(mission, onShow);
  if (!may) return null;
  const of = shortenId(mission.id);
  const each = { of, icons, busy };
  return (
    <>
      {takes("release", mission) && (
        <>
          <Link
            to="/feed/$missionId"
            params={{ missionId: mission.id }}
            search={{ part: "review" }}
            className={icons ? "link text-12" : buttonClasses("plain", true)}
          >
            Review
          </Link>
          <Deed {...each} name="Approve" icon={ClipboardCheck} look="primary" onClick={() => setAsking("approve")} />
        </>
      )}
      {takes("retry", mission) && <Deed {...each} name="Retry" icon={RotateCw} look="primary" onClick={() => retry.start(null)} />}
      {mission.finished_at === null &&
        (mission.paused_at ? (
          <Deed {...each} name="Resume" icon={Play} onClick={() => go.start(null)} />
        ) : (
          <Deed {...each} name="Pause" icon={Pause} onClick={() => halt.start(null)} />
        ))}
      {takes("cancel", mission) && <Deed {...each} name="Cancel" icon={X} look="danger" onClick={() => setAsking("cancel")} />}
      {asking === "approve" && <Approve mission={mission} onShow={onShow} onClose={() => setAsking(null)} />}
      {asking === "cancel" && (
        <Confirm
          title={`Cancel this ${formatName(mission.type).toLowerCase()}?`}
          action="Cancel the mission"
          onClose={() => setAsking(null)}
          onConfirm={() => cancel.start(null)}
        >
          What is unsent is never sent. This cannot be undone.
        </Confirm>
      )}
    </>
  );
};
