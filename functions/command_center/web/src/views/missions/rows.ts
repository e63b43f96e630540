/** The rows on screen: read page by page, changed in place, never pushed about; pure. */
import type { MissionRow } from "../../services/missions.ts";

interface Page {
  readonly items: readonly MissionRow[];
  readonly next: string | null;
}

export interface Rows {
  readonly rows: readonly MissionRow[];
  /** Chosen missions that are not among the rows any more since these were read afresh. */
  readonly aside: readonly MissionRow[];
  readonly next: string | null;
  /** Missions that belong among the rows and do not stand there: their number is offered, and nothing moves by itself. */
  readonly waiting: ReadonlySet<string>;
}

export const EMPTY: Rows = { rows: [], aside: [], next: null, waiting: new Set() };

const idsOf = (rows: readonly MissionRow[]): ReadonlySet<string> => new Set(rows.map(({ id }) => id));

export const append = (known: Rows, page: Page): Rows => {
  const ids = idsOf(known.rows);
  const rows = [...known.rows, ...page.items.filter(({ id }) => !ids.has(id))];
  const here = idsOf(rows);
  const waiting = new Set([...known.waiting].filter((id) => !here.has(id)));
  return { rows, next: page.next, waiting, aside: known.aside.filter(({ id }) => !here.has(id)) };
};

/** The first page again; what is chosen is kept, wherever it stands now. */
export const restart = (known: Rows, page: Page, chosen: ReadonlySet<string>): Rows =>
  append({ ...EMPTY, aside: [...known.rows, ...known.aside].filter(({ id }) => chosen.has(id)) }, page);

const each = (known: Rows, change: (row: MissionRow) => MissionRow): Rows => ({
  ...known,
  rows: known.rows.map(change),
  aside: known.aside.map(change),
});

/** Each row stays the same object unless it changed, so that only changed ones are drawn again. */
export const patch = (known: Rows, fresh: readonly MissionRow[]): Rows => {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  return each(known, (row) => byId.get(row.id) ?? row);
};

/** Puts a row back unless something newer stands there. */
export const putBack = (known: Rows, shown: MissionRow, before: MissionRow): Rows => each(known, (row) => (row === shown ? before : row));

export const unknownOf = (known: Rows, ids: Iterable<string>): string[] => {
  const here = idsOf(known.rows);
  return [...ids].filter((id) => !here.has(id));
};

/** Whether a mission stands among the pages that were read: what comes after them is met by scrolling. */
export const belongs = (known: Rows, row: MissionRow, sort = "-created_at"): boolean => {
  const last = known.rows.at(-1);
  if (known.next === null || !last) return true;
  const key = sort.replace("-", "") as "created_at" | "stage_at" | "priority";
  const [one, other] = key === "priority" ? [row.priority, last.priority] : [Date.parse(row[key]), Date.parse(last[key])];
  return sort.startsWith("-") ? one >= other : one <= other;
};

/** Of the missions asked about, those found wait to be shown; the others do not, or no more. */
export const remember = (known: Rows, asked: readonly string[], found: readonly string[]): Rows => {
  const waiting = new Set(known.waiting);
  for (const id of asked) waiting.delete(id);
  for (const id of found) waiting.add(id);
  const same = waiting.size === known.waiting.size && [...waiting].every((id) => known.waiting.has(id));
  return same ? known : { ...known, waiting };
};
