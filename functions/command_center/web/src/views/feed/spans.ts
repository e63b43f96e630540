/** A mission as spans on one axis: its stages, then its tasks by agent, with more than a few alike folded into one row. Pure. */
import type { Mission, TaskRow } from "../../services/missions.ts";
import { formatName } from "../../ui/formats.ts";
import type { Span } from "./scale.ts";

export interface Row extends Span {
  readonly id: string;
  readonly kind: "stage" | "task" | "group";
  readonly label: string;
  readonly state: string;
  readonly retries: number;
  readonly error: string | null;
  readonly depth: 0 | 1;
  /** Of a group: its rows, and whether they are shown. */
  readonly inside?: readonly Row[];
}

/** This many alike stand by themselves; more are one row. */
const ALIKE = 5;

const at = (time: string): number => Date.parse(time);

export const stageRows = ({ stages, finished_at }: Pick<Mission, "stages" | "finished_at">): Row[] =>
  [...stages]
    .sort((a, b) => a.version - b.version || at(a.at) - at(b.at))
    .flatMap((stage, index, all) => {
      const next = all[index + 1];
      const final = !next && finished_at !== null;
      return [
        {
          id: `stage-${index}`,
          kind: "stage" as const,
          label: formatName(stage.to_state),
          state: stage.to_state,
          start: at(stage.at),
          end: next ? at(next.at) : final ? at(stage.at) : null,
          retries: 0,
          error: stage.to_state === "FAILED" || stage.to_state === "ESCALATED" ? stage.reason : null,
          depth: 0 as const,
        },
      ];
    });

export const taskRow = (task: TaskRow): Row => ({
  id: task.id,
  kind: "task",
  label: `${formatName(task.agent)}, batch ${task.batch}${task.round > 1 ? `, round ${task.round}` : ""}`,
  state: task.state,
  start: at(task.started_at ?? task.created_at),
  end: task.finished_at ? at(task.finished_at) : task.started_at ? null : at(task.created_at),
  retries: task.retry_count,
  error: task.error_code,
  depth: 0,
});

const groupOf = (agent: string, tasks: readonly TaskRow[]): Row => {
  const inside = tasks.map((task) => ({ ...taskRow(task), depth: 1 as const }));
  const failed = inside.filter(({ state }) => state === "FAILED").length;
  const open = inside.some(({ end }) => end === null);
  return {
    id: `group-${agent}`,
    kind: "group",
    label: `${formatName(agent)}: ${tasks.length} tasks${failed ? `, ${failed} failed` : ""}`,
    state: failed
      ? "FAILED"
      : (inside.find(({ state }) => state === "RUNNING" || state === "READY")?.state ?? inside[0]?.state ?? "unknown"),
    start: Math.min(...inside.map(({ start }) => start)),
    end: open ? null : Math.max(...inside.map(({ end, start }) => end ?? start)),
    retries: inside.reduce((sum, { retries }) => sum + retries, 0),
    error: null,
    depth: 0,
    inside,
  };
};

export const taskRows = (tasks: readonly TaskRow[], onlyFailed: boolean): Row[] => {
  const shown = onlyFailed ? tasks.filter(({ state, retry_count }) => state === "FAILED" || retry_count > 0) : tasks;
  const inOrder = [...shown].sort((a, b) => a.round - b.round || a.position - b.position || a.batch - b.batch);
  const agents = [...new Set(inOrder.map(({ agent }) => agent))];
  return agents.flatMap((agent) => {
    const own = inOrder.filter((task) => task.agent === agent);
    return own.length > ALIKE ? [groupOf(agent, own)] : own.map(taskRow);
  });
};

/** Rows as they are drawn: what is inside of an open group stands below it. */
export const flatten = (rows: readonly Row[], open: ReadonlySet<string>): Row[] =>
  rows.flatMap((row) => (row.inside && open.has(row.id) ? [row, ...row.inside] : [row]));
