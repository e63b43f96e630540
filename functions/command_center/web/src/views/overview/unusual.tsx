import { Link } from "@tanstack/react-router";
import type { Anomaly } from "../../services/analytics.ts";
import { buttonClasses } from "../../ui/button.tsx";
import { formatDuration, formatMoney, formatName, formatShare } from "../../ui/formats.ts";
import { StateIcon } from "../../ui/state.tsx";
import { Ago } from "../../ui/time.tsx";

const MILLISECONDS = new Set<string>(["duration", "task_time"]);

/** A value of a signal in its own unit. */
export const formatSignal = (signal: Anomaly["signal"], value: number): string => {
  if (MILLISECONDS.has(signal)) return formatDuration(value);
  if (signal === "queue_age") return formatDuration(value * 1_000);
  if (signal === "cost") return formatMoney(value / 1e9);
  return signal === "reputation" ? value.toFixed(2) : formatShare(value);
};

/** Where to do something about it. */
const TO = {
  domain: "/domains",
  agent: "/agents",
  crew: "/resources",
  campaign: "/settings",
  provider: "/resources",
  account: "/missions",
} as const;

export const Unusual = ({ anomaly }: { readonly anomaly: Anomaly }) => {
  const { signal, observed, expected, cause, cause_key: key, started_at, mission_id } = anomaly;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
      <StateIcon state="degraded" />
      <span className="min-w-0 flex-1 break-words">
        {formatName(signal)}: {formatSignal(signal, observed)} instead of the usual {formatSignal(signal, expected)}
        {cause !== "account" && `, likeliest because of the ${cause} ${key}`}.{" "}
        <span className="text-faint">
          <Ago at={started_at} />
        </span>
      </span>
      {mission_id ? (
        <Link to="/feed/$missionId" params={{ missionId: mission_id }} className={buttonClasses("plain", true)}>
          What REX does about it
        </Link>
      ) : (
        <Link to={TO[cause]} search={{}} className={buttonClasses("plain", true)}>
          {cause === "account" ? "Look at the missions" : `Look at the ${cause}`}
        </Link>
      )}
    </li>
  );
};
