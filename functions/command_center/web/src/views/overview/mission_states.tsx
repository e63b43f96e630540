import { Link } from "@tanstack/react-router";
import { MISSION_STATES } from "../../services/missions.ts";
import type { Status } from "../../services/status.ts";
import { classes } from "../../ui/classes.ts";
import { formatCount, formatDuration, formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { StateIcon } from "../../ui/state.tsx";

/** How many missions are in each state; each leads to just these. */
export const MissionStates = ({ status }: { readonly status: Status }) => {
  const oldest = status.oldest_waiting;
  return (
    <Panel title="Missions" flush>
      <ul className="grid grid-cols-2 gap-x-2 px-2 pb-2 sm:grid-cols-3">
        {MISSION_STATES.map((state) => {
          const count = status.missions[state] ?? 0;
          return (
            <li key={state}>
              <Link
                to="/missions"
                search={{ state }}
                className="flex min-h-9 lg:min-h-12 items-center gap-2 rounded-md px-2 py-1 text-13 hover:bg-sunken"
              >
                <StateIcon state={state} />
                <span className={classes("flex-1", count === 0 && "text-soft")}>{formatName(state)}</span>
                <span className={classes("tabular-nums", count > 0 ? "font-semibold" : "text-faint")}>{formatCount(count)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {oldest && status.queue_age_seconds !== null && (
        <p className="border-t border-line px-4 py-2 text-13 text-soft">
          <Link to="/feed/$missionId" params={{ missionId: oldest.mission_id }} className="link">
            The oldest
          </Link>{" "}
          has waited {formatDuration(status.queue_age_seconds * 1_000)}
          {oldest.waiting_for && ` for: ${formatName(oldest.waiting_for).toLowerCase()}`}.
        </p>
      )}
    </Panel>
  );
};
