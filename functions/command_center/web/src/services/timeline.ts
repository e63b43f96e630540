/** What the timeline of a mission shows: its tasks, how often each was tried, and what happened to its messages. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Row } from "../types/api.ts";
import { parseExact } from "../ui/exact.ts";
import { rpc, select } from "./http.ts";
import { readPart, type TaskRow } from "./missions.ts";

export const TASKS_PAGE = 200;

/** A mission's tasks, the newest first, page by page. */
export const missionTasksQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["missions", "tasks", id],
    queryFn: ({ pageParam, signal }) => readPart(id, "tasks", pageParam, TASKS_PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

/** A step of a task that was tried more than once, in order. */
export interface Step {
  readonly task_id: string;
  readonly at: string;
  readonly to_state: string;
  readonly reason: string | null;
}

export const attemptsQuery = (id: string) =>
  queryOptions({
    queryKey: ["missions", "attempts", id],
    queryFn: ({ signal }) => rpc<Step[]>("rex_read_attempts", { p_mission_id: id }, signal),
  });

export interface MissionEvent {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly outreach_id: string;
}

type Event = Row<"rex_outreach_events", "id" | "kind" | "occurred_at" | "outreach_id">;
type HandOver = Row<"rex_outreach", "id" | "handed_over_at">;

export const EVENTS_PAGE = 500;

/** The newest hand-overs of a mission and what came back for its messages, so many of each, and whether there are older ones. */
export const eventsQuery = (id: string, count = EVENTS_PAGE) =>
  queryOptions({
    queryKey: ["missions", "events", id, count],
    queryFn: async ({ signal }): Promise<{ items: readonly MissionEvent[]; older: boolean }> => {
      const of = { mission_id: `eq.${id}`, limit: count + 1 };
      const [events, handed] = await Promise.all([
        select<Event>(
          "rex_outreach_events",
          { ...of, select: "id,kind,occurred_at,outreach_id", order: "occurred_at.desc,id.desc" },
          signal,
        ),
        select<HandOver>(
          "rex_outreach",
          { ...of, select: "id,handed_over_at", handed_over_at: "not.is.null", order: "handed_over_at.desc,id.desc" },
          signal,
        ),
      ]);
      return {
        items: [
          ...events
            .slice(0, count)
            .map((event) => ({ id: event.id, kind: event.kind, at: event.occurred_at, outreach_id: event.outreach_id })),
          ...handed
            .slice(0, count)
            .map((row) => ({ id: `sent-${row.id}`, kind: "sent", at: row.handed_over_at ?? "", outreach_id: row.id })),
        ],
        older: events.length > count || handed.length > count,
      };
    },
  });

export interface WholeTask extends TaskRow {
  readonly mission_id: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | null;
}

const TASK =
  "id,mission_id,round,stage,agent,batch,position,state,retry_count,error_code,error,not_before,created_at,started_at,finished_at,input::text,output::text";

/** One task with what went in and came out, its numbers as they were written; null: it is not there. */
export const taskQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ["tasks", id, version],
    queryFn: async ({ signal }): Promise<WholeTask | null> => {
      const [task] = await select<WholeTask & { input: string; output: string | null }>(
        "rex_tasks",
        { select: TASK, id: `eq.${id}` },
        signal,
      );
      return task ? { ...task, input: parseExact(task.input), output: task.output === null ? null : parseExact(task.output) } : null;
    },
  });

type Decided = Row<"rex_decisions", "id" | "at" | "layer" | "rule" | "rule_version" | "action" | "reason" | "confidence">;
export interface WholeDecision extends Decided {
  readonly params: unknown;
  readonly context: unknown;
  readonly alternatives: unknown;
}

/** One decision with all it was made from, its numbers as they were written; null: it is not there. */
export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: ["decisions", id],
    queryFn: async ({ signal }): Promise<WholeDecision | null> => {
      const columns = "id,at,layer,rule,rule_version,action,reason,confidence,params::text,context::text,alternatives::text";
      const [row] = await select<Decided & Record<"params" | "context" | "alternatives", string>>(
        "rex_decisions",
        { select: columns, id: `eq.${id}` },
        signal,
      );
      if (!row) return null;
      return { ...row, params: parseExact(row.params), context: parseExact(row.context), alternatives: parseExact(row.alternatives) };
    },
  });

type Logged = Row<
  "rex_logs",
  "id" | "at" | "actor" | "entity" | "entity_id" | "action" | "from_state" | "to_state" | "reason" | "decision_id"
>;

/** One row of the audit trail with its data, the numbers as they were written; null: it is not there. */
export const logQuery = (id: number) =>
  queryOptions({
    queryKey: ["logs", id],
    queryFn: async ({ signal }): Promise<(Logged & { readonly data: unknown }) | null> => {
      const columns = "id,at,actor,entity,entity_id,action,from_state,to_state,reason,decision_id,data::text";
      const [row] = await select<Logged & { readonly data: string | null }>("rex_logs", { select: columns, id: `eq.${id}` }, signal);
      return row ? { ...row, data: row.data === null ? null : parseExact(row.data) } : null;
    },
  });
