import { expect, test } from "vitest";
import { makeScale } from "./scale.ts";

const HOUR = 3_600_000;

test("without idle stretches time is even", () => {
  const { x, time } = makeScale([{ start: 0, end: 100 }], 100);
  expect([x(0), x(25), x(100)]).toEqual([0, 0.25, 1]);
  expect(time(0.25)).toBeCloseTo(25);
});

test("a long wait is folded, and what is on both sides keeps its length", () => {
  const spans = [
    { start: 0, end: 1_000 },
    { start: 10 * HOUR, end: 10 * HOUR + 1_000 },
  ];
  const { x, segments } = makeScale(spans, 11 * HOUR);
  expect(segments.map(({ folded }) => folded)).toEqual([false, true, false]);
  expect(x(1_000) - x(0)).toBeCloseTo(x(10 * HOUR + 1_000) - x(10 * HOUR));
  expect(makeScale(spans, 11 * HOUR, false).x(1_000)).toBeLessThan(0.001);
});

test("place and time are the inverse of each other, also within a fold", () => {
  const { x, time } = makeScale(
    [
      { start: 0, end: 10 },
      { start: 500, end: 520 },
      { start: 900, end: null },
    ],
    1_000,
  );
  for (const at of [0, 5, 200, 505, 700, 950]) expect(time(x(at))).toBeCloseTo(at);
});

test("an open span leaves room after now", () => {
  expect(makeScale([{ start: 0, end: null }], 1_000).x(1_000)).toBeLessThan(1);
});

test("moments, clocks that differ and nothing at all make no nonsense", () => {
  expect(makeScale([{ start: 5, end: 5 }], 5).x(5)).toBe(0);
  const skewed = makeScale(
    [
      { start: 10, end: 4 },
      { start: 12, end: 20 },
    ],
    20,
  );
  expect(skewed.x(10)).toBe(0);
  expect(skewed.x(20)).toBe(1);
  expect(makeScale([], 7).x(7)).toBe(0);
});
