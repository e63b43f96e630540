import { expect, test } from "vitest";
import { placeAfter, placeAt } from "./chart_points.ts";

const points = [
  { at: 1_795_700_000_123, value: 0.9 },
  { at: 1_795_703_600_123, value: 0.8 },
];

test("a drawn point is known by its second, and a gap is none", () => {
  expect(placeAt(points, 1_795_703_600.123)).toBe(1);
  expect(placeAt(points, 1_795_701_800.123)).toBeNull();
  expect(placeAt(points, undefined)).toBeNull();
});

test("keys lead from point to point, not past the ends, and Escape away from all", () => {
  const keys = ["ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Home", "End", "Escape", "x"];

  expect(keys.map((key) => placeAfter(key, 30, 60))).toEqual([29, 31, 6, 54, 0, 59, null, undefined]);
  expect([placeAfter("ArrowLeft", 0, 60), placeAfter("ArrowRight", 59, 60), placeAfter("ArrowLeft", null, 60)]).toEqual([0, 59, 58]);
});
