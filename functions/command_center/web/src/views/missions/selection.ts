/** Which missions are meant: some by their ids, or all that match; pure. */
import type { Action, MissionRow } from "../../services/missions.ts";

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** All that match the filter, whether they are on screen or not. */
  readonly all: boolean;
  /** Where a range begins. */
  readonly last: string | null;
}

export const none: Selection = { ids: new Set(), all: false, last: null };

/** One is taken in or out; with `range` all between it and the one before. */
export const toggle = (before: Selection, rows: readonly MissionRow[], id: string, range: boolean): Selection => {
  const ids = new Set(before.ids);
  const [from, to] = [rows.findIndex((row) => row.id === before.last), rows.findIndex((row) => row.id === id)];
  if (range && from >= 0 && to >= 0) for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(row.id);
  else if (ids.has(id)) ids.delete(id);
  else ids.add(id);
  return { ids, all: false, last: id };
};

/** Whether the action changes a mission in this state. */
export const takes = (action: Action, { state, error_code, has_held }: Pick<MissionRow, "state" | "error_code" | "has_held">): boolean => {
  if (action === "release") return has_held;
  if (error_code === "cancelled") return false;
  return action === "cancel" ? state !== "COMPLETED" : state === "FAILED" || state === "ESCALATED";
};
