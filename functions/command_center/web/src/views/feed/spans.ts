/** A mission as spans on one axis: its stages, then its tasks by agent, with more than a few alike folded into one row. Pure. */
import type { Mission, TaskRow } from "../../services/missions.ts";
import type { MissionEvent, Step } from "../../services/timeline.ts";
import { formatCount, formatName } from "../../ui/formats.ts";
import type { Span } from "./scale.ts";

/** One try of a task. */
export interface Attempt extends Span {
  readonly error: string | null;
}

export interface Row extends Span {
  readonly id: string;
  readonly kind: "stage" | "task" | "group" | "events";
  readonly label: string;
  readonly state: string;
  readonly retries: number;
  readonly error: string | null;
  readonly depth: 0 | 1;
  /** Of a task that was tried more than once: each try. */
  readonly attempts?: readonly Attempt[];
  /** Of events: when each happened. */
  readonly moments?: readonly number[];
  /** Of a group: its rows, and whether they are shown. */
  readonly inside?: readonly Row[];
}

/** This many alike stand by themselves; more are one row. */
const ALIKE = 5;

const at = (time: string): number => Date.parse(time);

export const stageRows = ({ stages, finished_at }: Pick<Mission, "stages" | "finished_at">): Row[] =>
  [...stages]
    .sort((a, b) => a.version - b.version || at(a.at) - at(b.at))
    .map((stage, index, all) => {
      const next = all[index + 1];
      const final = !next && finished_at !== null;
      return {
        id: `stage-${stage.version}`,
        kind: "stage" as const,
        label: formatName(stage.to_state),
        state: stage.to_state,
        start: at(stage.at),
        end: next ? at(next.at) : final ? at(stage.at) : null,
        retries: 0,
        error: stage.to_state === "FAILED" || stage.to_state === "ESCALATED" ? stage.reason : null,
        depth: 0 as const,
      };
    });

/** The tries of each task, by its id: each begins when the task runs and ends with what happened to it next. */
export const attemptsOf = (steps: readonly Step[]): ReadonlyMap<string, readonly Attempt[]> => {
  const found = new Map<string, Attempt[]>();
  for (const step of steps) {
    const tries = found.get(step.task_id) ?? [];
    const last = tries.at(-1);
    if (step.to_state === "RUNNING") tries.push({ start: at(step.at), end: null, error: null });
    else if (last && last.end === null) tries[tries.length - 1] = { ...last, end: at(step.at), error: step.reason };
    found.set(step.task_id, tries);
  }
  return found;
};

type Tries = ReadonlyMap<string, readonly Attempt[]>;

export const taskRow = (task: TaskRow, tries?: Tries): Row => ({
  id: task.id,
  kind: "task",
  label: `${formatName(task.agent)}, batch ${task.batch}${task.round > 1 ? `, round ${task.round}` : ""}`,
  state: task.state,
  start: at(task.started_at ?? task.created_at),
  end: task.finished_at ? at(task.finished_at) : task.started_at ? null : at(task.created_at),
  retries: task.retry_count,
  error: task.state === "COMPLETED" ? null : task.error_code,
  depth: 0,
  ...(task.retry_count > 0 && tries?.has(task.id) && { attempts: tries.get(task.id) ?? [] }),
});

const groupOf = (agent: string, tasks: readonly TaskRow[], tries?: Tries): Row => {
  const inside = tasks.map((task) => ({ ...taskRow(task, tries), depth: 1 as const }));
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

export const taskRows = (tasks: readonly TaskRow[], onlyFailed: boolean, tries?: Tries): Row[] => {
  const shown = onlyFailed ? tasks.filter(({ state, retry_count }) => state === "FAILED" || retry_count > 0) : tasks;
  const inOrder = [...shown].sort((a, b) => a.round - b.round || a.position - b.position || a.batch - b.batch);
  const agents = [...new Set(inOrder.map(({ agent }) => agent))];
  return agents.flatMap((agent) => {
    const own = inOrder.filter((task) => task.agent === agent);
    return own.length > ALIKE ? [groupOf(agent, own, tries)] : own.map((task) => taskRow(task, tries));
  });
};

/** What happened to messages: one row for each kind, in the order in which it first happened. */
export const eventRows = (events: readonly MissionEvent[], older = false): Row[] => {
  const inOrder = [...events].sort((a, b) => at(a.at) - at(b.at));
  return [...new Set(inOrder.map(({ kind }) => kind))].map((kind) => {
    const moments = inOrder.filter((event) => event.kind === kind).map((event) => at(event.at));
    return {
      id: `events-${kind}`,
      kind: "events",
      label: `${formatName(kind)}: ${formatCount(moments.length)}${older ? "+" : ""}`,
      state: kind,
      start: moments[0] ?? 0,
      end: moments.at(-1) ?? 0,
      retries: 0,
      error: null,
      depth: 0,
      moments,
    };
  });
};

/** Of many moments, so many places that eyes can tell apart. */
export const thin = (places: readonly number[], most = 200): number[] => [
  ...new Set(places.map((place) => Math.round(place * most) / most)),
];

/** Rows that have a part within the time that is looked at; stages always stay. */
export const within = (rows: readonly Row[], from: number, to: number): Row[] =>
  rows.filter(({ kind, start, end }) => kind === "stage" || (start <= to && (end ?? Number.POSITIVE_INFINITY) >= from));

/** The group in which a row stands, when it stands in one. */
export const groupWith = (rows: readonly Row[], id: string | undefined): string | undefined =>
  id === undefined ? undefined : rows.find(({ inside }) => inside?.some((row) => row.id === id))?.id;

/** Rows as they are drawn: what is inside of an open group stands below it. */
export const flatten = (rows: readonly Row[], open: ReadonlySet<string>): Row[] =>
  rows.flatMap((row) => (row.inside && open.has(row.id) ? [row, ...row.inside] : [row]));
