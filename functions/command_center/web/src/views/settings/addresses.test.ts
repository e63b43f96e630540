import { expect, test } from "vitest";
import { inChunks } from "../../ui/chunks.ts";
import { addressesOf } from "./addresses.ts";

test("addresses are found in anything that was pasted", () => {
  expect(addressesOf('email,name\nAnn@X.example,"Ann"\nBob <bob@x.example>; ann@x.example, nobody').emails).toEqual([
    "ann@x.example",
    "bob@x.example",
  ]);
});

test("numbers are found with their country code, however they are written, and nothing else is one", () => {
  const text =
    "Ann;+49 30 123456\n+49 (0)30/123-456, +49 30 123456;+1 415.555.0100\n030 123456, 2026-11-26, call+49301234567@x.example, +12";

  expect(addressesOf(text)).toEqual({
    emails: ["call+49301234567@x.example"],
    numbers: ["+49 30 123456", "+49 (0)30/123-456", "+1 415.555.0100"],
  });
});

test("a request takes no more than it may", () => {
  expect(inChunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inChunks([], 2)).toEqual([]);
});
