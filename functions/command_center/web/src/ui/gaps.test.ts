import { expect, test } from "vitest";
import { withGaps } from "./gaps.ts";

test("a hole in time is a hole in the line", () => {
  const points = [
    { at: 0, value: 1 },
    { at: 1_000, value: 2 },
    { at: 9_000, value: 3 },
  ];
  expect(withGaps(points, 2_000)).toEqual([
    [0, 1, 2, 9],
    [1, 2, null, 3],
  ]);
  expect(withGaps([], 2_000)).toEqual([[], []]);
});
