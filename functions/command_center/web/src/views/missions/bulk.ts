/** Many missions at once, in parts that the API takes. */
import { listMissions, type MissionFilter, type MissionRow, readMissions } from "../../services/missions.ts";
import { inChunks } from "../../ui/chunks.ts";
import { type Action, takes } from "./selection.ts";

type Sized = Pick<MissionRow, "id" | "leads">;

export interface Meant {
  readonly missions: readonly Sized[];
  readonly seen: number;
  /** There are more than were looked at. */
  readonly cut: boolean;
}

export const MOST = 10_000;
const PAGE = 200;
/** Missions that one request changes, and the leads they may have together; one mission alone may have more. */
export const PART = 200;
export const PART_LEADS = 20_000;
/** Rows that one request reads again; an id is 36 characters of the address. */
const AT_ONCE = 50;

/** All that match the filter and that the action changes; bounded. Raises Problem. */
export const collect = async (action: Action, filter: MissionFilter, signal: AbortSignal): Promise<Meant> => {
  const missions: MissionRow[] = [];
  let seen = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listMissions>> = await listMissions(filter, cursor, PAGE, signal);
    seen += page.items.length;
    missions.push(...page.items.filter((row) => takes(action, row)));
    cursor = page.next;
  } while (cursor && seen < MOST);
  return { missions, seen, cut: cursor !== null };
};

/** In order, as many at once as a request takes. */
export const partsOf = (missions: readonly Sized[]): Sized[][] => {
  const parts: Sized[][] = [];
  let leads = 0;
  for (const mission of missions) {
    const last = parts.at(-1);
    if (last && last.length < PART && leads + mission.leads <= PART_LEADS) {
      last.push(mission);
      leads += mission.leads;
    } else {
      parts.push([mission]);
      leads = mission.leads;
    }
  }
  return parts;
};

/** Those of them that the action still changes, which is less than before when an answer was lost or others were faster. Raises Problem. */
export const countAgain = async (action: Action, missions: readonly Sized[], signal: AbortSignal): Promise<Meant> => {
  const left: MissionRow[] = [];
  for (const part of inChunks(missions, AT_ONCE)) {
    const rows = await readMissions(
      part.map(({ id }) => id),
      signal,
    );
    left.push(...rows.filter((row) => takes(action, row)));
  }
  return { missions: left, seen: left.length, cut: false };
};
