/** Many missions at once, in parts that the API takes; the database counts them before. */
import { newKey } from "../../services/http.ts";
import {
  type Action,
  cancelMissions,
  countMeant,
  type MissionFilter,
  type MissionRow,
  MOST_READ,
  readMeant,
  readMissions,
  retryMissions,
  reviewOutreach,
} from "../../services/missions.ts";
import { inChunks } from "../../ui/chunks.ts";
import { takes } from "./selection.ts";

/** These, or all that match. */
export type Choice = { readonly ids: readonly string[] } | { readonly filter: MissionFilter };

export interface Meant {
  /** How many the action changes. */
  readonly missions: number;
  /** How many were chosen. */
  readonly seen: number;
  /** They, as many at once as a request takes. Raises Problem. */
  readonly parts: (signal: AbortSignal) => AsyncGenerator<readonly MissionRow[]>;
}

/** Missions that one request changes, and the leads they may have together; one mission alone may have more. */
export const PART = 200;
export const PART_LEADS = 20_000;

/** In order, as many at once as a request takes. */
export const partsOf = <Sized extends Pick<MissionRow, "leads">>(missions: readonly Sized[]): Sized[][] => {
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

/** By the time they were made, which no action changes: none comes twice, and none that was made since is among them. */
async function* meantOf(action: Action, filter: MissionFilter, signal: AbortSignal): AsyncGenerator<readonly MissionRow[]> {
  let after: MissionRow | null = null;
  do {
    const rows: readonly MissionRow[] = await readMeant(action, filter, after, signal);
    yield* partsOf(rows);
    after = rows.length === MOST_READ ? (rows.at(-1) ?? null) : null;
  } while (after);
}

/** What the action changes of what was chosen, as it is now: after a lost answer that is less than before. Raises Problem. */
export const findMeant = async (action: Action, choice: Choice, signal: AbortSignal): Promise<Meant> => {
  if ("filter" in choice) {
    const counted = await countMeant(action, choice.filter, signal);
    const filter = { ...choice.filter, created_until: counted.at };
    return { missions: counted.taken, seen: counted.missions, parts: (own) => meantOf(action, filter, own) };
  }
  const rows: MissionRow[] = [];
  for (const part of inChunks(choice.ids, MOST_READ)) rows.push(...(await readMissions(part, signal)));
  const meant = rows.filter((row) => takes(action, row));
  return {
    missions: meant.length,
    seen: choice.ids.length,
    parts: async function* () {
      yield* partsOf(meant);
    },
  };
};

const TOGETHER = { cancel: cancelMissions, retry: retryMissions };

/** What was done so far; messages are told of a release: those let go, and those that are still held. */
export interface Done {
  readonly missions: number;
  readonly messages: number;
  readonly held: number;
}

export const NOTHING_DONE: Done = { missions: 0, messages: 0, held: 0 };

/** Messages of a mission that one request releases. */
const MOST_RELEASED = 10_000;

const release = async (id: string, signal: AbortSignal): Promise<Done> => {
  let messages = 0;
  for (;;) {
    const { changed, held } = await reviewOutreach(id, { action: "release" }, newKey());
    messages += changed;
    if (changed < MOST_RELEASED || signal.aborted) return { missions: 1, messages, held };
  }
};

/** Does it, request by request until it is stopped, and tells after each what was done in all. Raises Problem. */
export async function* work(action: Action, parts: AsyncIterable<readonly MissionRow[]>, signal: AbortSignal): AsyncGenerator<Done> {
  let sum = NOTHING_DONE;
  for await (const part of parts) {
    const ids = part.map(({ id }) => id);
    // Messages are released mission by mission: one alone may hold thousands.
    for (const each of action === "release" ? ids.map((id) => [id]) : [ids]) {
      if (signal.aborted) return;
      if (action === "release") {
        const { messages, held } = await release(each.join(), signal);
        sum = { missions: sum.missions + 1, messages: sum.messages + messages, held: sum.held + held };
      } else {
        await TOGETHER[action]({ ids: each, expected_count: each.length }, newKey());
        sum = { ...sum, missions: sum.missions + each.length };
      }
      yield sum;
    }
  }
}
