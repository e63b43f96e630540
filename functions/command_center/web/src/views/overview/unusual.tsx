import { Link } from "@tanstack/react-router";
import type { Anomaly } from "../../services/analytics.ts";
import type { Cause } from "../../services/causes.ts";
import { buttonClasses } from "../../ui/button.tsx";
import { formatDuration, formatMoney, formatName, formatShare } from "../../ui/formats.ts";
import { Ago } from "../../ui/time.tsx";
import { PauseButton } from "../shared/pause.tsx";
import { Entry } from "./entry.tsx";

const MILLISECONDS = new Set<string>(["duration", "task_time"]);

/** A value of a signal in its own unit. */
export const formatSignal = (signal: Anomaly["signal"], value: number): string => {
  if (MILLISECONDS.has(signal)) return formatDuration(value);
  if (signal === "queue_age") return formatDuration(value * 1_000);
  if (signal === "cost") return formatMoney(value / 1e9);
  return signal === "reputation" ? value.toFixed(2) : formatShare(value);
};

/** Where to look closer. */
const Look = ({ anomaly: { cause, cause_key: key, mission_id: missionId } }: { readonly anomaly: Anomaly }) => {
  const className = buttonClasses("plain", true);
  if (missionId)
    return (
      <Link to="/feed/$missionId" params={{ missionId }} className={className}>
        What REX does about it
      </Link>
    );
  if (cause === "domain")
    return (
      <Link to="/domains" search={{ domain: key }} className={className}>
        Look at the domain
      </Link>
    );
  if (cause === "campaign")
    return (
      <Link to="/missions" search={{ campaign: key }} className={className}>
        Look at its missions
      </Link>
    );
  if (cause === "agent")
    return (
      <Link to="/agents" search={{ agent: key }} className={className}>
        Look at the agent
      </Link>
    );
  return cause === "account" ? (
    <Link to="/missions" className={className}>
      Look at the missions
    </Link>
  ) : (
    <Link to="/resources" className={className}>
      Look at the {cause}
    </Link>
  );
};

/** What can be stopped so that it does no more harm. */
const PAUSED = ["domain", "campaign"] as const;

interface UnusualProps {
  readonly anomaly: Anomaly;
  /** As it is called; unknown while it is read. */
  readonly cause: Cause | undefined;
}

export const Unusual = ({ anomaly, cause: known }: UnusualProps) => {
  const { signal, observed, expected, cause, cause_key: key, started_at } = anomaly;
  const name = known?.name ?? formatName(key);
  const scope = PAUSED.find((each) => each === cause);
  return (
    <Entry
      state="degraded"
      actions={
        <>
          <Look anomaly={anomaly} />
          {scope && known && <PauseButton scope={scope} id={key} name={known.name} pausedAt={known.pausedAt} />}
        </>
      }
    >
      {formatName(signal)}: {formatSignal(signal, observed)} instead of the usual {formatSignal(signal, expected)}
      {cause !== "account" && `, most likely because of the ${cause} ${name}`}.{" "}
      <span className="text-faint">
        <Ago at={started_at} />
      </span>
    </Entry>
  );
};
