import { expect, test } from "vitest";
import { isWhole, moveWindow, scaleWindow, stepOf, ticksOf, type Window, zoomed } from "./axis.ts";
import { makeScale } from "./scale.ts";

const HOUR = 3_600_000;
const day = new Date(2026, 4, 6, 9).getTime();

test("a part of the axis fills the width, and place and time stay the inverse of each other", () => {
  const part = zoomed(makeScale([{ start: 0, end: 100 }], 100), 20, 60);
  expect([part.x(20), part.x(40), part.x(60)].map((x) => x.toFixed(3))).toEqual(["0.000", "0.500", "1.000"]);
  expect(part.time(0.25)).toBeCloseTo(30);
  expect(part.x(0)).toBeLessThan(0);
});

test.each([
  [6_000, 1_000],
  [55_000, 10_000],
  [HOUR, 600_000],
  [40 * HOUR, 12 * HOUR],
  [400 * 24 * HOUR, 28 * 24 * HOUR],
])("a stretch of %i ms is written every %i", (length, step) => {
  expect(stepOf(length, 6)).toBe(step);
});

test("written times are whole ones, do not stand on each other, and name the day once", () => {
  const ticks = ticksOf(makeScale([{ start: day + 60_000, end: day + 3 * HOUR }], day + 3 * HOUR));
  expect(ticks.slice(1).every(({ time }) => time % 1_800_000 === 0)).toBe(true);
  expect(ticks.every(({ x }, at) => at === 0 || x - (ticks[at - 1]?.x ?? 0) >= 0.15)).toBe(true);
  expect(ticks.filter(({ label }) => label.includes("May"))).toHaveLength(1);
});

test("a label that would cover the one before it is left out, also where that stands beside its place", () => {
  const scale = makeScale([{ start: day + 60_000, end: day + 3 * HOUR }], day + 3 * HOUR);
  const wideOf = (label: string): number => label.length * 0.03;
  const [first, second] = ticksOf(scale, 6, wideOf);
  expect(first?.label).toContain("May");
  expect((second?.x ?? 0) - wideOf(second?.label ?? "") / 2).toBeGreaterThanOrEqual(wideOf(first?.label ?? ""));
});

test("nothing is written into a fold, and each side of it has its time", () => {
  const scale = makeScale(
    [
      { start: day, end: day + 60_000 },
      { start: day + 100 * HOUR, end: day + 100 * HOUR + 60_000 },
    ],
    day,
  );
  const ticks = ticksOf(scale);
  expect(ticks.every(({ time }) => time <= day + 60_000 || time >= day + 100 * HOUR)).toBe(true);
  expect(ticks.filter(({ label }) => label.includes("May"))).toHaveLength(2);
});

test("keys move and scale what is looked at, and never beyond the ends", () => {
  const part: Window = [0.4, 0.6];
  expect(moveWindow(part, 0.5).map((x) => x.toFixed(2))).toEqual(["0.50", "0.70"]);
  expect(moveWindow(part, 100).map((x) => x.toFixed(2))).toEqual(["0.80", "1.00"]);
  expect(scaleWindow(part, 0.5).map((x) => x.toFixed(2))).toEqual(["0.45", "0.55"]);
  expect(isWhole(scaleWindow(part, 100))).toBe(true);
});
