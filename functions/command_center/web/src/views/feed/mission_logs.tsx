import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Mission } from "../../services/missions.ts";
import { logQuery } from "../../services/timeline.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName } from "../../ui/formats.ts";
import { Json } from "../../ui/json.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { When } from "../../ui/time.tsx";
import { PartList } from "./part_list.tsx";
import { useOpenIn } from "./use_open_in.ts";
import { usePart } from "./use_part.ts";

const route = getRouteApi("/in/feed/$missionId");

type Log = Mission["parts"]["logs"]["items"][number];

const Row = ({ log, missionId, onOpen }: { readonly log: Log; readonly missionId: string; readonly onOpen: () => void }) => {
  const search = route.useSearch();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 text-13">
      <When at={log.at} />
      <span className="text-soft">{formatName(log.entity)}</span>
      <span className="font-medium">{formatName(log.action)}</span>
      {log.to_state && (
        <span>
          {log.from_state && `${formatName(log.from_state)} → `}
          {formatName(log.to_state)}
        </span>
      )}
      {log.reason && <span className="min-w-0 break-words text-soft">{formatName(log.reason)}</span>}
      <span className="ml-auto text-faint">{log.actor ? "a person" : "REX"}</span>
      {log.decision_id && (
        <Link
          to="/feed/$missionId"
          params={{ missionId }}
          search={{ ...search, decision: log.decision_id }}
          resetScroll={false}
          className="link"
        >
          Why
        </Link>
      )}
      <Button small look="quiet" aria-label={`All of ${formatName(log.action).toLowerCase()}`} onClick={onOpen}>
        All of it
      </Button>
    </li>
  );
};

/** One row with all it holds; its address can be passed on. */
const Whole = ({ id, onClose }: { readonly id: number; readonly onClose: () => void }) => {
  const { data: log, error, refetch } = useQuery(logQuery(id));
  return (
    <Dialog title={log ? formatName(log.action) : "Log"} wide onClose={onClose}>
      {error && <Failed error={error} onRetry={refetch} />}
      {log === undefined && !error && <SkeletonRows rows={4} />}
      {log === null && <p className="text-soft">This row is not here.</p>}
      {log && <Json value={log} />}
    </Dialog>
  );
};

export const MissionLogs = ({ mission }: { readonly mission: Mission }) => {
  const logs = usePart(mission.id, "logs");
  const { opened, open } = useOpenIn("logs");
  return (
    <PartList of={logs} empty="Nothing is logged yet">
      {logs.items.map((log) => (
        <Row key={log.id} log={log} missionId={mission.id} onOpen={() => open(log.id)} />
      ))}
      {opened !== undefined && <Whole key={opened} id={opened} onClose={() => open(undefined)} />}
    </PartList>
  );
};
