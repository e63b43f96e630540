/** What each agent does, by crew. */
import { queryOptions } from "@tanstack/react-query";
import type { Row, Schemas } from "../types/api.ts";
import { api, select } from "./http.ts";

export type Agent = Schemas["Agent"];
export type Crew = Schemas["CrewAtWork"];

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => api<Schemas["Agents"]>("GET", "/agents/status", { signal }),
});

export type AgentTask = Row<
  "rex_tasks",
  "id" | "mission_id" | "state" | "batch" | "retry_count" | "error_code" | "error" | "created_at" | "started_at" | "finished_at"
>;

export const TASKS_PAGE = 50;
export const MOST_TASKS = 500;

export interface AgentTasksAsked {
  readonly account: string;
  readonly crew: string;
  readonly agent: string;
  /** Only those that went wrong. */
  readonly failed: boolean;
  readonly count: number;
}

/** An agent's newest tasks in the missions of its crew, and whether there are older ones. */
export const agentTasksQuery = ({ account, crew, agent, failed, count }: AgentTasksAsked) =>
  queryOptions({
    queryKey: ["agents", "tasks", account, crew, agent, failed, count],
    queryFn: ({ signal }) =>
      select<AgentTask>(
        "rex_tasks",
        {
          select: "id,mission_id,state,batch,retry_count,error_code,error,created_at,started_at,finished_at,rex_missions!inner(crew)",
          user_id: `eq.${account}`,
          agent: `eq.${agent}`,
          // A task keeps what went wrong until a later try goes well.
          error_code: failed ? "not.is.null" : null,
          "rex_missions.crew": `eq.${crew}`,
          order: "created_at.desc,id.desc",
          limit: count + 1,
        },
        signal,
      ).then((rows) => ({ tasks: rows.slice(0, count), older: rows.length > count })),
  });
