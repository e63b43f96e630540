import { expect, test } from "vitest";
import { inChunks } from "../../ui/chunks.ts";
import { addressesOf } from "./addresses.ts";

test("addresses are found in anything that was pasted", () => {
  expect(addressesOf('email,name\nAnn@X.example,"Ann"\nBob <bob@x.example>; ann@x.example, nobody')).toEqual([
    "ann@x.example",
    "bob@x.example",
  ]);
});

test("a request takes no more than it may", () => {
  expect(inChunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inChunks([], 2)).toEqual([]);
});
