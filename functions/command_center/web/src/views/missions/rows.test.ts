import { expect, test } from "vitest";
import type { MissionRow } from "../../services/missions.ts";
import { append, EMPTY, patch, remember, unknownOf } from "./rows.ts";

const row = (id: string, state = "QUEUED") => ({ id, state }) as MissionRow;
const two = append(EMPTY, { items: [row("a"), row("b")], next: "n" });

test("a page that overlaps the one before brings no row twice", () => {
  expect(append(two, { items: [row("b"), row("c")], next: null }).rows.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("a change moves nothing and leaves the others as they are", () => {
  const changed = patch(two, [row("b", "FAILED")]);
  expect(changed.rows.map(({ state }) => state)).toEqual(["QUEUED", "FAILED"]);
  expect(changed.rows[0]).toBe(two.rows[0]);
});

test("what is not here is counted once", () => {
  const ids = unknownOf(two, ["a", "z"]);
  expect(ids).toEqual(["z"]);
  expect(remember(remember(two, ids), ids).waiting.size).toBe(1);
});
