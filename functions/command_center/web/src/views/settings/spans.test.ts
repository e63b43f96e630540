import { expect, test } from "vitest";
import { secondsOf, spanOf } from "./spans.ts";

test.each([
  [259_200, { amount: 3, unit: "days" }],
  [5_400, { amount: 90, unit: "minutes" }],
  [7_200, { amount: 2, unit: "hours" }],
  [20, { amount: 20, unit: "seconds" }],
  [3_601, { amount: 3_601, unit: "seconds" }],
] as const)("%i seconds are told in the largest unit that they fill, and come back the same", (seconds, span) => {
  expect(spanOf(seconds)).toEqual(span);
  expect(secondsOf(span.amount, span.unit)).toBe(seconds);
});
