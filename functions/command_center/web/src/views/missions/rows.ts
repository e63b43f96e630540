/** The rows on screen: read page by page, changed in place, never pushed about; pure. */
import type { MissionRow } from "../../services/missions.ts";

export interface Rows {
  readonly rows: readonly MissionRow[];
  readonly next: string | null;
  /** Missions that changed or came and do not stand here: their number is offered, and nothing moves by itself. */
  readonly waiting: ReadonlySet<string>;
}

export const EMPTY: Rows = { rows: [], next: null, waiting: new Set() };

export const append = (known: Rows, page: { readonly items: readonly MissionRow[]; readonly next: string | null }): Rows => {
  const ids = new Set(known.rows.map(({ id }) => id));
  return { ...known, rows: [...known.rows, ...page.items.filter(({ id }) => !ids.has(id))], next: page.next };
};

/** Each row stays the same object unless it changed, so that only changed ones are drawn again. */
export const patch = (known: Rows, fresh: readonly MissionRow[]): Rows => {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  return { ...known, rows: known.rows.map((row) => byId.get(row.id) ?? row) };
};

export const unknownOf = (known: Rows, ids: Iterable<string>): string[] => {
  const here = new Set(known.rows.map(({ id }) => id));
  return [...ids].filter((id) => !here.has(id));
};

export const remember = (known: Rows, ids: readonly string[]): Rows =>
  ids.length ? { ...known, waiting: new Set([...known.waiting, ...ids]) } : known;
