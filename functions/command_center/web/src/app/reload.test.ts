import { expect, test } from "vitest";
import { mayReload } from "./reload.ts";

const MINUTE = 60_000;

test("the page loads itself anew at most twice in five minutes", () => {
  expect(mayReload([], 0)).toBe(true);
  expect(mayReload([0], MINUTE)).toBe(true);
  expect(mayReload([0, MINUTE], 2 * MINUTE)).toBe(false);
  expect(mayReload([0, MINUTE], 5 * MINUTE)).toBe(true);
});
