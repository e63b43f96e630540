import type { Mission } from "../../services/missions.ts";
import { formatName } from "../../ui/formats.ts";
import { Time } from "../../ui/time.tsx";
import { PartList } from "./part_list.tsx";
import { usePart } from "./use_part.ts";

export const MissionLogs = ({ mission }: { readonly mission: Mission }) => {
  const logs = usePart(mission.id, "logs");
  return (
    <PartList of={logs} empty="Nothing is logged yet">
      {logs.items.map((log) => (
        <li key={log.id} className="flex flex-wrap gap-x-4 gap-y-1 px-4 py-1.5 text-13">
          <Time at={log.at} />
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
        </li>
      ))}
    </PartList>
  );
};
