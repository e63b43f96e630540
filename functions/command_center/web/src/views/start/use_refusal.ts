/** Whether missions of a type can run. */
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../../services/agents.ts";
import { formatName } from "../../ui/formats.ts";
import type { QuickType } from "./types.ts";

/** Why missions of a type cannot run; null: they can, or nobody knows yet. */
export const useRefusal = (type: QuickType): string | null => {
  const crew = useQuery(agentsQuery).data?.crews.find(({ missions }) => missions.includes(type));
  const runs = !crew || crew.agents.some(({ status }) => status !== "unavailable");
  return runs ? null : `Missions of this type cannot run yet: the ${formatName(crew.crew)} has no agents at work.`;
};
