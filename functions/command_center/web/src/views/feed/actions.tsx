import { useQueryClient } from "@tanstack/react-query";
import { RotateCw, X } from "lucide-react";
import { useState } from "react";
import { cancelMission, type Mission, retryMission } from "../../services/missions.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatName, shortenId } from "../../ui/formats.ts";
import { takes } from "../missions/selection.ts";
import { PauseButton } from "../shared/pause.tsx";

/** What a person may do with a mission as it is now. */
export const MissionActions = ({ mission }: { readonly mission: Mission }) => {
  const may = useMay("operate");
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const after = () => client.invalidateQueries({ queryKey: ["missions"] });
  const retry = useAction({ run: (_: null, key) => retryMission(mission.id, key), done: () => "It is queued again.", after });
  const cancel = useAction({
    run: (_: null, key) => cancelMission(mission.id, key),
    done: ({ in_flight: inFlight }) => `Cancelled.${inFlight ? ` ${inFlight} were just being handed over and may still arrive.` : ""}`,
    after,
  });
  if (!may) return null;
  return (
    <>
      {takes("retry", mission) && (
        <Button small look="primary" busy={retry.busy} icon={<RotateCw aria-hidden size={14} />} onClick={() => retry.start(null)}>
          Retry
        </Button>
      )}
      {mission.finished_at === null && (
        <PauseButton scope="mission" id={mission.id} name={`the mission ${shortenId(mission.id)}`} pausedAt={mission.paused_at} />
      )}
      {takes("cancel", mission) && (
        <Button small look="danger" busy={cancel.busy} icon={<X aria-hidden size={14} />} onClick={() => setAsking(true)}>
          Cancel
        </Button>
      )}
      {asking && (
        <Confirm
          title={`Cancel this ${formatName(mission.type).toLowerCase()}?`}
          action="Cancel the mission"
          onClose={() => setAsking(false)}
          onConfirm={() => cancel.start(null)}
        >
          What is unsent is never sent. This cannot be undone.
        </Confirm>
      )}
    </>
  );
};
