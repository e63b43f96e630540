/** A mission that could not go on by itself: why, and what a person may do about it. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCw, X } from "lucide-react";
import { useState } from "react";
import { cancelMission, type MissionRow, missionsQuery, retryMission } from "../../services/missions.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatName, shortenId } from "../../ui/formats.ts";
import { Ago } from "../../ui/time.tsx";
import { Entry } from "./entry.tsx";

export const ESCALATED = missionsQuery({ state: "ESCALATED" }, 5);

/** What is done about one takes it off the list at once, and puts it back when it is refused. */
const useDeeds = (id: string) => {
  const client = useQueryClient();
  const after = () => Promise.all([["missions"], ["status"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  const show = () => {
    const before = client.getQueryData(ESCALATED.queryKey);
    client.setQueryData(ESCALATED.queryKey, (page) => page && { ...page, items: page.items.filter((mission) => mission.id !== id) });
    return () => void client.setQueryData(ESCALATED.queryKey, before);
  };
  const retry = useAction({ run: (_: null, key) => retryMission(id, key), show, done: () => "It is queued again.", after });
  const cancel = useAction({ run: (_: null, key) => cancelMission(id, key), show, done: () => "Cancelled.", after });
  return { retry, cancel };
};

export const Escalated = ({ mission }: { readonly mission: MissionRow }) => {
  const may = useMay("operate");
  const [asking, setAsking] = useState(false);
  const { retry, cancel } = useDeeds(mission.id);
  const name = `${formatName(mission.type).toLowerCase()} ${shortenId(mission.id)}`;
  return (
    <Entry
      state="ESCALATED"
      actions={
        <>
          <Link to="/feed/$missionId" params={{ missionId: mission.id }} className={buttonClasses("plain", true)}>
            See why
          </Link>
          {may && (
            <>
              <Button
                small
                busy={retry.busy}
                aria-label={`Retry the ${name}`}
                icon={<RotateCw aria-hidden size={14} />}
                onClick={() => retry.start(null)}
              >
                Retry
              </Button>
              <Button
                small
                busy={cancel.busy}
                aria-label={`Cancel the ${name}`}
                icon={<X aria-hidden size={14} />}
                onClick={() => setAsking(true)}
              >
                Cancel
              </Button>
            </>
          )}
        </>
      }
    >
      {formatName(mission.type)} <span className="font-mono text-12">{shortenId(mission.id)}</span> could not go on:{" "}
      {formatName(mission.error_code ?? "unknown").toLowerCase()}.{" "}
      <span className="text-faint">
        <Ago at={mission.stage_at} />
      </span>
      {asking && (
        <Confirm
          title={`Cancel the ${name}?`}
          action="Cancel the mission"
          onClose={() => setAsking(false)}
          onConfirm={() => cancel.start(null)}
        >
          What is unsent is never sent. This cannot be undone.
        </Confirm>
      )}
    </Entry>
  );
};
