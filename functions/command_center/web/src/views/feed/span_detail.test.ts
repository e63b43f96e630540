import { expect, test } from "vitest";
import { costOf } from "./span_detail.tsx";

test.each([
  [0, 0, null],
  [1_000, 1_000_000, "under a cent"],
  [1_000, 5_000_000_000, "$0.50"],
])("of %i ms that cost %i nanos, a task of 100 ms cost %s", (task_ms, compute_nanos, cost) => {
  expect(costOf({ task_ms, compute_nanos }, 100)).toBe(cost);
});
