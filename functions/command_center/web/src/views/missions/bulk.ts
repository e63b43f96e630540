/** Many missions at once, in parts that the API takes. */
import { listMissions, type MissionFilter } from "../../services/missions.ts";
import { type Action, takes } from "./selection.ts";

export interface Meant {
  readonly ids: readonly string[];
  readonly seen: number;
  /** There are more than were looked at. */
  readonly cut: boolean;
}

export const MOST = 10_000;
const PAGE = 200;
/** Missions that one request changes. */
export const PART = 200;

/** All that match the filter and that the action changes; bounded. Raises Problem. */
export const collect = async (action: Action, filter: MissionFilter, signal: AbortSignal): Promise<Meant> => {
  const ids: string[] = [];
  let seen = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listMissions>> = await listMissions(filter, cursor, PAGE, signal);
    seen += page.items.length;
    ids.push(...page.items.filter((row) => takes(action, row)).map(({ id }) => id));
    cursor = page.next;
  } while (cursor && seen < MOST);
  return { ids, seen, cut: cursor !== null };
};
