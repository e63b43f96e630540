/** Whether missions of a type can run. */
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../../services/agents.ts";
import { formatName } from "../../ui/formats.ts";
import { QUICK, type QuickType } from "./types.ts";

const ASKING = "REX is being asked whether this can run.";

/** Why missions of a type cannot run; null: they can, or nobody can say. */
export const useRefusal = (type: QuickType): string | null => {
  const { data, isPending } = useQuery(agentsQuery);
  if (isPending) return type === "lead_reactivation" ? null : ASKING;
  const crew = data?.crews.find(({ missions }) => missions.includes(type));
  const runs = !crew || crew.agents.some(({ status }) => status !== "unavailable");
  return runs ? null : `Missions of this type cannot run yet: the ${formatName(crew.crew)} has no agents at work.`;
};

/** The types that cannot run, in words; null: none, or nobody knows yet. */
export const useRefused = (): string | null => {
  const crews = useQuery(agentsQuery).data?.crews ?? [];
  const idle = crews.filter(({ agents }) => agents.every(({ status }) => status === "unavailable"));
  const names = QUICK.filter(({ type }) => idle.some(({ missions }) => missions.includes(type))).map(({ label }) => label);
  return names.length ? `${names.join(", ").replace(/, ([^,]*)$/, " and $1")} cannot run yet: no agents are at work for that.` : null;
};
