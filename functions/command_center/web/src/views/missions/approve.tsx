/** Asks before all that waits for a person goes out: how many messages that is, and where to look at them first. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type MissionRow, missionQuery, reviewOutreach } from "../../services/missions.ts";
import { useAction } from "../../services/use_action.ts";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { plural, shortenId } from "../../ui/formats.ts";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import type { Show } from "./deeds.tsx";

interface ApproveProps {
  readonly mission: MissionRow;
  readonly onShow: Show;
  readonly onClose: () => void;
}

export const Approve = ({ mission, onShow, onClose }: ApproveProps) => {
  const client = useQueryClient();
  const { data, error, refetch, isFetchedAfterMount } = useQuery({ ...missionQuery(mission.id), staleTime: 0 });
  const held = isFetchedAfterMount ? data?.releasable : undefined;
  const approve = useAction({
    run: (_: null, key) => reviewOutreach(mission.id, { action: "release" }, key),
    show: () => onShow(mission, { has_held: false, ...(mission.waiting_for === "review" && { waiting_for: null, waiting_since: null }) }),
    done: ({ changed, held: left }) => `${plural(changed, "message")} released${left ? `; ${left} still held` : ""}.`,
    after: () => client.invalidateQueries({ queryKey: ["missions"] }),
  });
  const words = held === undefined ? "all" : plural(held, "message");
  return (
    <Dialog
      title={`Approve mission ${shortenId(mission.id)}?`}
      onClose={onClose}
      actions={
        <>
          <Link
            to="/feed/$missionId"
            params={{ missionId: mission.id }}
            search={{ part: "review" }}
            onClick={onClose}
            className={buttonClasses()}
          >
            Look at them first
          </Link>
          <Button
            look="primary"
            unavailable={held === undefined ? "They are still counted." : held === 0 && "None of them is released with all others."}
            onClick={() => {
              onClose();
              approve.start(null);
            }}
          >
            Release {words}
          </Button>
        </>
      }
    >
      {error && <Failed error={error} onRetry={refetch} />}
      {held === undefined && !error && <SkeletonRows rows={1} />}
      {held !== undefined && (
        <p className="text-soft">
          {held === 0
            ? "What this mission holds was edited and did not pass the checks, or its import does harm: look at it, and release, edit or refuse it one by one."
            : `${plural(held, "message")} of this mission ${held === 1 ? "is" : "are"} held for review. What is released goes out when the permitted hours and caps allow. One that was edited stays held until it is checked.`}
        </p>
      )}
    </Dialog>
  );
};
