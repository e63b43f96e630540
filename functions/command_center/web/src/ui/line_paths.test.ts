import { expect, test } from "vitest";
import { linePaths } from "./line_paths.ts";

test("a missing value is a gap, and a lonely one a dot", () => {
  expect(linePaths([0, 10, null, 5], 10, 30, 12)).toEqual(["M0 11L10 1", "M30 6h0"]);
});

test("nothing known draws nothing", () => expect(linePaths([null, null], 1, 30, 12)).toEqual([]));
