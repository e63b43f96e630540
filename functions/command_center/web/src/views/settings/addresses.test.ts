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

  expect(addressesOf(text)).toMatchObject({
    emails: ["call+49301234567@x.example"],
    numbers: ["+49 30 123456", "+49 (0)30/123-456", "+1 415.555.0100"],
  });
});

test("an address keeps its own apostrophe, and nothing of what stands around it", () => {
  const text = "O'Neil@x.example, 'ann@x.example', mailto:bob@x.example. (cyd@x.example)";
  expect(addressesOf(text).emails).toEqual(["o'neil@x.example", "ann@x.example", "bob@x.example", "cyd@x.example"]);
});

test("what looks like an address or a number and is none is told, and days, names and hashes are not", () => {
  const text = "ann@x\n030 123456;0049 (30) 123456\n2026-11-26, 26.11.2026, Ann Fox, 12, 9f86d081884c7d65\nbob@x.example,+49 30 123456";
  expect(addressesOf(text).unclear).toEqual(["ann@x", "030 123456", "0049 (30) 123456"]);
});

test("a request takes no more than it may", () => {
  expect(inChunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(inChunks([], 2)).toEqual([]);
});
