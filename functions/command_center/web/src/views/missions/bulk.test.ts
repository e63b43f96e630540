import { expect, test, vi } from "vitest";
import { type MissionRow, readMissions } from "../../services/missions.ts";
import { countAgain, PART, PART_LEADS, partsOf } from "./bulk.ts";

vi.mock("../../services/missions.ts", async (real) => ({ ...(await real<object>()), readMissions: vi.fn() }));

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

test("what was done before a failure is not counted again", async () => {
  const row = (id: string, state: string, error_code: string | null) => ({ id, state, error_code, leads: 1 }) as MissionRow;
  vi.mocked(readMissions).mockResolvedValue([row("m0", "FAILED", "cancelled"), row("m1", "QUEUED", null)]);
  const { missions } = await countAgain("cancel", many(2, 1), new AbortController().signal);
  expect(missions.map(({ id }) => id)).toEqual(["m1"]);
});
