/** What each agent does, by crew. */
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type Agent = Schemas["Agent"];
export type Crew = Schemas["CrewAtWork"];

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => api<Schemas["Agents"]>("GET", "/agents/status", { signal }),
});

export interface AgentTask {
  readonly id: string;
  readonly mission_id: string;
  readonly state: Schemas["TaskState"];
  readonly batch: number;
  readonly retry_count: number;
  readonly error_code: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

const PAGE = 50;

/** An agent's newest tasks in the missions of its crew. */
export const agentTasksQuery = (account: string, crew: string, agent: string) =>
  queryOptions({
    queryKey: ["agents", "tasks", account, crew, agent],
    queryFn: ({ signal }) =>
      select<AgentTask>(
        "rex_tasks",
        {
          select: "id,mission_id,state,batch,retry_count,error_code,created_at,started_at,finished_at,rex_missions!inner(crew)",
          user_id: `eq.${account}`,
          agent: `eq.${agent}`,
          "rex_missions.crew": `eq.${crew}`,
          order: "created_at.desc,id.desc",
          limit: PAGE,
        },
        signal,
      ),
  });
