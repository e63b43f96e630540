import { expect, test } from "vitest";
import type { MissionRow } from "../../services/missions.ts";
import { none, takes, toggle } from "./selection.ts";

const rows = ["a", "b", "c", "d"].map((id) => ({ id })) as MissionRow[];

test("a range takes all between, in either direction", () => {
  const first = toggle(none, rows, "c", false);
  expect([...toggle(first, rows, "a", true).ids].sort()).toEqual(["a", "b", "c"]);
});

test("the same one again is taken out", () => {
  expect(toggle(toggle(none, rows, "a", false), rows, "a", false).ids.size).toBe(0);
});

test.each([
  ["QUEUED", null, true, false],
  ["COMPLETED", null, false, false],
  ["FAILED", "timeout", true, true],
  ["FAILED", "cancelled", false, false],
  ["ESCALATED", "timeout", true, true],
] as const)("%s %s can be cancelled: %s, retried: %s", (state, error_code, cancels, retries) => {
  const mission = { state, error_code, has_held: false };
  expect([takes("cancel", mission), takes("retry", mission)]).toEqual([cancels, retries]);
});

test.each([true, false])("one that holds messages can be approved, whatever else it waits for: %s", (held) => {
  expect(takes("release", { state: "EXECUTING", error_code: null, has_held: held })).toBe(held);
});
