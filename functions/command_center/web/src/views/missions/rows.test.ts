import { expect, test } from "vitest";
import type { MissionRow } from "../../services/missions.ts";
import { append, belongs, EMPTY, patch, putBack, remember, restart, unknownOf } from "./rows.ts";

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
  expect(remember(remember(two, ids, ids), ids, ids).waiting.size).toBe(1);
});

test("what stands among the rows by now does not wait, and nothing is drawn again for what is known", () => {
  const known = remember(two, ["y", "z"], ["y", "z"]);
  expect(append(known, { items: [row("y")], next: null }).waiting).toEqual(new Set(["z"]));
  expect(remember(known, ["x", "z"], ["z"])).toBe(known);
});

test("what matches no more does not wait any longer", () => {
  expect(remember(remember(two, ["y", "z"], ["y", "z"]), ["z"], []).waiting).toEqual(new Set(["y"]));
});

test("what is chosen is kept when the first page is read again without it", () => {
  const again = restart(two, { items: [row("c"), row("a")], next: null }, new Set(["a", "b"]));
  expect([again.rows.map(({ id }) => id), again.aside.map(({ id }) => id)]).toEqual([["c", "a"], ["b"]]);
  expect(restart(again, { items: [row("b")], next: null }, new Set(["b"])).aside).toEqual([]);
  expect(patch(again, [row("b", "FAILED")]).aside[0]?.state).toBe("FAILED");
});

test("a change that was refused is taken back, unless something newer is known", () => {
  const [before, shown] = [two.rows[0] as MissionRow, row("a", "FAILED")];
  expect(putBack(patch(two, [shown]), shown, before).rows[0]).toBe(before);
  expect(putBack(patch(two, [row("a", "COMPLETED")]), shown, before).rows[0]?.state).toBe("COMPLETED");
});

test.each([
  ["-created_at", "2026-01-03T00:00:00Z", true],
  ["-created_at", "2026-01-01T00:00:00Z", false],
  ["created_at", "2026-01-03T00:00:00Z", false],
])("sorted by %s, one made at %s is new among those shown: %s", (sort, created_at, is) => {
  const shown = append(EMPTY, { items: [{ ...row("a"), created_at: "2026-01-02T00:00:00Z" }], next: "n" });
  expect(belongs(shown, { ...row("b"), created_at }, sort)).toBe(is);
  expect(belongs({ ...shown, next: null }, { ...row("b"), created_at }, sort)).toBe(true);
});
