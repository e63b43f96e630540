import { expect, test, vi } from "vitest";
import {
  cancelMissions,
  countMeant,
  type MissionRow,
  MOST_READ,
  readMeant,
  readMissions,
  reviewOutreach,
} from "../../services/missions.ts";
import { findMeant, PART, PART_LEADS, partsOf, work } from "./bulk.ts";

vi.mock("../../services/missions.ts", async (real) => ({
  ...(await real<object>()),
  countMeant: vi.fn(),
  readMeant: vi.fn(),
  readMissions: vi.fn(),
  cancelMissions: vi.fn(),
  reviewOutreach: vi.fn(),
}));

const many = (count: number, leads: number) => Array.from({ length: count }, (_, at) => ({ id: `m${at}`, leads }));

test.each([
  ["few", 3, 10, [3]],
  ["more than a request changes", PART + 1, 0, [PART, 1]],
  ["with many leads each", 5, PART_LEADS / 2, [2, 2, 1]],
  ["with more leads than a request takes of several", 2, PART_LEADS + 1, [1, 1]],
  ["none", 0, 0, []],
])("%s go in parts that a request takes", (_, count, leads, sizes) => {
  const parts = partsOf(many(count, leads));
  expect(parts.map(({ length }) => length)).toEqual(sizes);
  expect(parts.flat()).toEqual(many(count, leads));
});

const { signal } = new AbortController();
const idsOf = async (parts: AsyncIterable<readonly MissionRow[]>) => {
  const found: string[][] = [];
  for await (const part of parts) found.push(part.map(({ id }) => id));
  return found;
};

test("what was done before a failure is not counted again", async () => {
  const row = (id: string, state: string, error_code: string | null) => ({ id, state, error_code, leads: 1 }) as MissionRow;
  vi.mocked(readMissions).mockResolvedValue([row("m0", "FAILED", "cancelled"), row("m1", "QUEUED", null)]);
  const meant = await findMeant("cancel", { ids: ["m0", "m1"] }, signal);
  expect([meant.missions, meant.seen, await idsOf(meant.parts(signal))]).toEqual([1, 2, [["m1"]]]);
});

test("all that match are counted at once, and read while they are changed", async () => {
  const rows = many(MOST_READ + 1, 1) as MissionRow[];
  vi.mocked(countMeant).mockResolvedValue({ at: "2026-01-01", missions: 20_000, taken: 12_345 });
  vi.mocked(readMeant).mockImplementation(async (_, __, after) => (after ? rows.slice(MOST_READ) : rows.slice(0, MOST_READ)));
  const meant = await findMeant("cancel", { filter: { q: "x" } }, signal);
  expect([meant.missions, meant.seen]).toEqual([12_345, 20_000]);
  expect(readMeant).not.toHaveBeenCalled();
  expect((await idsOf(meant.parts(signal))).map(({ length }) => length)).toEqual([MOST_READ, 1]);
  expect(vi.mocked(readMeant).mock.calls.map(([, filter, after]) => [filter.created_until, after?.id])).toEqual([
    ["2026-01-01", undefined],
    ["2026-01-01", `m${MOST_READ - 1}`],
  ]);
});

async function* two() {
  yield many(2, 1) as MissionRow[];
  yield many(1, 1) as MissionRow[];
}

const released = (changed: number, held: number) => ({ changed, held }) as Awaited<ReturnType<typeof reviewOutreach>>;

test("many are cancelled together, and approved one by one until somebody stops it", async () => {
  const done: number[] = [];
  for await (const { missions } of work("cancel", two(), signal)) done.push(missions);
  expect([done, vi.mocked(cancelMissions).mock.calls.map(([{ expected_count: expected }]) => expected)]).toEqual([
    [2, 3],
    [2, 1],
  ]);

  vi.mocked(reviewOutreach).mockResolvedValue(released(1, 0));
  const own = new AbortController();
  for await (const _ of work("release", two(), own.signal)) own.abort();
  expect(vi.mocked(reviewOutreach).mock.calls.map(([id]) => id)).toEqual(["m0"]);
});

test("an approval goes on until all that may go is released, and tells what is still held", async () => {
  vi.mocked(reviewOutreach).mockReset();
  for (const [changed, held] of [
    [10_000, 5_007],
    [5_000, 7],
    [2, 0],
    [0, 1],
  ] as const)
    vi.mocked(reviewOutreach).mockResolvedValueOnce(released(changed, held));
  let sum: unknown;
  for await (const is of work("release", two(), signal)) sum = is;
  expect(sum).toEqual({ missions: 3, messages: 15_002, held: 8 });
  expect(vi.mocked(reviewOutreach).mock.calls.map(([id]) => id)).toEqual(["m0", "m0", "m1", "m0"]);
});
